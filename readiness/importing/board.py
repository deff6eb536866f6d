"""From what was read of a task board to a board: ids, priorities, dependencies, and probes."""

import datetime
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Final

import msgspec

from readiness.importing.amounts import Amount, amounts, normal
from readiness.importing.commands import NamedCommand, command, script
from readiness.importing.drafts import DraftBoard, DraftCriterion, DraftTask
from readiness.importing.mapping import Mapper, Sentence, Unmapped
from readiness.importing.outline import box
from readiness.importing.words import plain
from readiness.load.catalogue import Catalogue
from readiness.model.words import Priority
from readiness.propose.facts import Omission
from readiness.propose.new_board import NewProbe
from readiness.text.languages import Language
from readiness.text.worded import worded

_CHINESE: Final = re.compile("[\u3400-\u9fff]")
_REFERENCE: Final = re.compile(
    r"(?:任务|[Tt]ask|[Ii]ssue)\s*#?(\d+)|#(\d+)|\b([A-Z][A-Z0-9]*-\d+|T\d+)\b"
)
_SPANS: Final = re.compile(r"`([^`]+)`")
_MILESTONE: Final = re.compile(
    r"[^(（:：]{1,60}?\s*(?:[(（][^)）]*[)）])?\s*(?:[:：]|\s[-–—]\s)\s*(?P<title>.*)", re.DOTALL
)
_DATE: Final = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?!\d)")
_LATER: Final = re.compile(r"(?i)(\d{1,3})\s*(周|天|weeks?|days?)")


class NewTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task of the new board."""

    id: str
    draft: DraftTask
    priority: Priority
    depends_on: tuple[str, ...]
    criteria: tuple["ImportedCriterion", ...]


class ImportedCriterion(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion of the new board; without a probe it is an attestation that is still open."""

    id: str
    title: str
    line: int
    probe: NewProbe | None = None
    why: str = ""


class NewMilestone(msgspec.Struct, frozen=True, kw_only=True):
    """A milestone of the new board: what it requires is a priority or a score."""

    id: str
    title: str
    due: str = ""
    priority: str = ""
    score: str = ""


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """A board, and what of the document did not become a part of it."""

    draft: DraftBoard
    language: Language
    tasks: tuple[NewTask, ...]
    milestones: tuple[NewMilestone, ...]
    key_figures: dict[str, str]
    left_out: tuple[Omission, ...]

    def criteria(self) -> Iterator[ImportedCriterion]:
        """Yield all criteria, in order."""
        for task in self.tasks:
            yield from task.criteria


def imported(text: str, draft: DraftBoard, mapper: Mapper, catalogue: Catalogue) -> Imported:
    """Return the board that a draft makes; run nothing, and leave what is unclear to a person."""
    left_out: list[Omission] = []
    if draft.unread:
        what = worded("import.lists", lines=", ".join(map(str, draft.unread)))
        left_out.append(Omission(what=what, why=worded("import.no_boxes")))
    _complete(draft.tasks)
    needed = _dependencies(draft.tasks)
    criteria = {task.id: _criteria(task, mapper, catalogue) for task in draft.tasks}
    by_id = {criterion.id: criterion for group in criteria.values() for criterion in group}
    figures = _with_figures(by_id, draft.figures, mapper, left_out)
    tasks = tuple(
        NewTask(
            id=task.id,
            draft=task,
            priority=task.priority or Priority.P2,
            depends_on=tuple(needed[task.id]),
            criteria=tuple(by_id[criterion.id] for criterion in criteria[task.id]),
        )
        for task in draft.tasks
    )
    chinese = len(_CHINESE.findall(text))
    letters = sum(character.isalpha() for character in text)
    return Imported(
        draft=draft,
        language=Language.ZH if chinese * 5 > letters else Language.EN,
        tasks=tasks,
        milestones=tuple(_milestones(draft, left_out)),
        key_figures=figures,
        left_out=tuple(left_out),
    )


# --- tasks ----------------------------------------------------------------------------------------


def _complete(tasks: Sequence[DraftTask]) -> None:
    """Give each task a priority, and an id of its own: the board's where it is good."""
    taken: set[str] = set()
    for task in tasks:
        if task.id.lower() in taken or len(task.id) > 40:
            task.id = ""
        taken.add(task.id.lower())
    free = (f"T{number}" for number in itertools.count(1) if f"t{number}" not in taken)
    for task in tasks:
        task.id = task.id or next(free)
        task.priority = task.priority or Priority.P2


def _dependencies(tasks: Sequence[DraftTask]) -> dict[str, list[str]]:
    """Return what each task waits for, as far as the board names it; never in a circle."""
    needs: dict[str, list[str]] = {task.id: [] for task in tasks}
    known = {plain(task.title): task.id for task in tasks}
    known |= {task.number: task.id for task in tasks}
    known |= {task.id.lower(): task.id for task in tasks}
    for task in tasks:
        for name in dict.fromkeys(_names_in(task.depends, tasks)):
            if name in known:
                needs[task.id].append(known[name])
            try:
                TopologicalSorter(needs).prepare()
            except CycleError:
                needs[task.id].pop()
    return {identifier: list(dict.fromkeys(names)) for identifier, names in needs.items()}


def _names_in(text: str, tasks: Sequence[DraftTask]) -> Iterator[str]:
    """Yield what may name a task in a text: its id, its title or the number of its heading."""
    # In a column of its own, `1, 3` are numbers of tasks, and `1.2` that of a heading.
    numbers = re.sub(r"[\s,，;；、]+", " ", text).split()
    if all(re.fullmatch(r"\d+(?:\.\d+)*\.?|[一二三四五六七八九十]+", word) for word in numbers):
        headings = {task.number for task in tasks}
        for word in numbers:
            number = word.rstrip(".")
            yield number if number in headings else f"t{number}"
    for reference in _REFERENCE.finditer(text):
        number = reference[1] or reference[2]
        yield (f"t{number}" if number else reference[3]).lower()
    for priority in re.findall(r"(?<![A-Za-z0-9])[Pp][0-3](?![0-9])", text):
        yield from (task.id.lower() for task in tasks if task.priority == priority.upper())
    for piece in (text, *re.split(r"[,，;；、]", text)):
        yield plain(piece) or "-"


def _criteria(task: DraftTask, mapper: Mapper, catalogue: Catalogue) -> list[ImportedCriterion]:
    sentences_of = [_sentence(draft, catalogue) for draft in task.criteria]
    probes = [mapper.probe(sentence) for sentence in sentences_of]
    # What CI does, or a sentence that names no place, is about what the task's others are about.
    about = {
        "sibling": _shared(probes, "target", but="number"),
        "place": _shared(probes, "paths", but=""),
    }
    if any(about.values()):
        probes = [
            mapper.probe(msgspec.structs.replace(sentence, **about))
            if isinstance(probe, Unmapped)
            else probe
            for sentence, probe in zip(sentences_of, probes, strict=True)
        ]
    drafts = zip(task.criteria, sentences_of, probes, strict=True)
    return [
        ImportedCriterion(
            id=f"{task.id}.{place}",
            # What no probe asks is a person's to read.
            title=f"{sentence.title}: {sentence.limit}"
            if sentence.limit and isinstance(probe, Unmapped)
            else sentence.title,
            line=draft.line,
            probe=probe if isinstance(probe, NewProbe) else None,
            why=probe.why if isinstance(probe, Unmapped) else "",
        )
        for place, (draft, sentence, probe) in enumerate(drafts, 1)
    ]


def _shared(probes: Sequence[NewProbe | Unmapped], name: str, *, but: str) -> str:
    """Return the value of `name` that all probes with it, but without `but`, share; "" if none."""
    values = {
        probe.params[name]
        for probe in probes
        if isinstance(probe, NewProbe) and name in probe.params and but not in probe.params
    }
    return values.pop() if len(values) == 1 else ""


def _sentence(draft: DraftCriterion, catalogue: Catalogue) -> Sentence:
    limit = "" if box(draft.limit)[0] else draft.limit
    in_words = bool(limit) and not re.search(r"\d", limit)
    return Sentence(
        title=f"{draft.title}: {limit}" if in_words else draft.title,
        limit="" if in_words else limit,
        start=_amount(draft.start),
        commands=tuple(_commands(draft, catalogue)),
    )


def _amount(text: str) -> Amount | None:
    """Return the number that a column tells, whatever else it says; None where it tells none."""
    numbers = amounts(normal(text))
    return numbers.limit if numbers and re.search(r"\d", text) else None


def _commands(draft: DraftCriterion, catalogue: Catalogue) -> Iterator[NamedCommand]:
    for code in draft.code:
        if "\n" in code:
            yield from script(code, catalogue)
        else:
            spans = _SPANS.findall(code) or [code]
            yield from filter(None, (command(span, catalogue) for span in spans))


# --- figures and milestones -----------------------------------------------------------------------


def _with_figures(
    criteria: dict[str, ImportedCriterion],
    figures: Sequence[DraftCriterion],
    mapper: Mapper,
    left_out: list[Omission],
) -> dict[str, str]:
    """Put the key figures' values into the criteria; return each figure's name by its criterion."""
    names: dict[str, str] = {}
    for figure in figures:
        if re.fullmatch(r"\s*[\d.]+\s*/\s*[\d.]+\s*", figure.limit):
            continue  # of the board itself: its score, its tasks
        criterion = _measuring(criteria, figure, mapper)
        if criterion is None or criterion.id in names:
            what = worded("import.key_figure", name=figure.title)
            left_out.append(Omission(what=what, why=worded("import.no_number")))
            continue
        names[criterion.id] = figure.title.removesuffix(f"({criterion.id})").strip()
        probe = criterion.probe
        if (now := _amount(figure.start)) and probe and not probe.baseline:
            probe = msgspec.structs.replace(probe, baseline=now.number)
            criteria[criterion.id] = msgspec.structs.replace(criterion, probe=probe)
    return names


def _measuring(
    criteria: Mapping[str, ImportedCriterion], figure: DraftCriterion, mapper: Mapper
) -> ImportedCriterion | None:
    named = re.fullmatch(r".*\(([\w.-]+)\)", figure.title)
    if named and named[1] in criteria:
        return criteria[named[1]]
    words = re.sub(r"[\d.,%]+\s*个?", " ", figure.start)
    for title in (f"{figure.title} {words}", figure.title):
        wanted = mapper.probe(Sentence(title=normal(title), limit=figure.limit))
        if isinstance(wanted, NewProbe):
            for criterion in criteria.values():
                own = criterion.probe
                if own and _key(own) == _key(wanted) and own.expect in ("", wanted.expect):
                    return criterion
    return None


def _key(probe: NewProbe) -> tuple[object, ...]:
    return (probe.check, probe.measure, probe.params)


def _milestones(draft: DraftBoard, left_out: list[Omission]) -> Iterator[NewMilestone]:
    taken: set[str] = set()
    for place, milestone in enumerate(draft.milestones, 1):
        text = re.split(r"\s·\s", milestone)[0]
        titled = _MILESTONE.fullmatch(text)
        title = titled["title"] if titled and titled["title"] else text
        priorities = re.findall(r"(?<![A-Za-z0-9])[Pp]([0-3])(?![0-9])", text)
        score = re.search(r"(?<![\d.])(10|\d)(\.\d+)?\s*/\s*10(?!\d)", text) or re.search(
            r"(?i)(?:评分|得分|score)\D{0,12}?(?<![\d.])(10|\d)(\.\d+)?(?![\d.%])", text
        )
        if not priorities and not score:
            what = worded("import.milestone", text=text)
            left_out.append(Omission(what=what, why=worded("import.requires_nothing")))
            continue
        name = re.search(r"\b[Mm](\d+)\b|(?:里程碑|milestone)\s*(\d+)", text, re.IGNORECASE)
        identifier = f"M{name[1] or name[2]}" if name else f"M{place}"
        while identifier in taken:
            identifier += "-"
        taken.add(identifier)
        yield NewMilestone(
            id=identifier,
            title=" ".join(re.sub(r"\s*\[[^\]]*\]$", "", title).split()),
            due=_due(text, draft.created),
            priority=f"P{max(priorities)}" if priorities and not score else "",
            score=f"{score[1]}{score[2] or ''}" if score else "",
        )


def _due(text: str, created: str) -> str:
    """Return the day that a text names, or counts from the day a board was opened; "" for none."""
    try:
        if day := _DATE.search(text):
            return datetime.date(*map(int, day.groups())).isoformat()
        if created and (later := _LATER.search(text)):
            days = int(later[1]) * (7 if later[2].lower() in ("周", "week", "weeks") else 1)
            return (datetime.date.fromisoformat(created) + datetime.timedelta(days)).isoformat()
    except (ValueError, OverflowError):
        pass
    return ""
