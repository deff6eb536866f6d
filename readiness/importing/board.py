"""From what was read of a task board to a board: ids, priorities, dependencies, and probes."""

import datetime
import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from readiness.importing.amounts import Amount, amounts, normal
from readiness.importing.commands import NamedCommand, command, script
from readiness.importing.drafts import DraftBoard, DraftCriterion, DraftFigure, DraftTask
from readiness.importing.mapping import Mapper, Sentence, Unmapped
from readiness.importing.outline import box
from readiness.importing.words import plain
from readiness.load.catalogue import Catalogue
from readiness.model.words import Priority
from readiness.propose.facts import Omission
from readiness.propose.new_board import NewProbe
from readiness.text.languages import Language
from readiness.text.sentences import sentences
from readiness.text.worded import worded

_CHINESE: Final = re.compile("[\u3400-\u9fff]")
_REFERENCE: Final = re.compile(
    r"(?:任务|[Tt]ask|[Ii]ssue)\s*#?(\d+)|#(\d+)|\b([A-Z][A-Z0-9]*-\d+|T\d+)\b"
)
_SPANS: Final = re.compile(r"`([^`]+)`")
_MILESTONE: Final = re.compile(
    r"(?P<name>[^(（:：]{1,60}?)\s*(?:[(（](?P<when>[^)）]*)[)）])?\s*(?:[:：]|\s[-–—]\s)\s*(?P<title>.*)",
    re.DOTALL,
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
        """All criteria, in order."""
        for task in self.tasks:
            yield from task.criteria


def imported(text: str, draft: DraftBoard, mapper: Mapper, catalogue: Catalogue) -> Imported:
    """Return the board that a draft makes; run nothing, and leave what is unclear to a person."""
    left_out: list[Omission] = []
    ids = _ids(draft.tasks)
    priorities = [task.priority or Priority.P2 for task in draft.tasks]
    needed = _dependencies(draft.tasks, ids, priorities)
    tasks = tuple(
        NewTask(
            id=identifier,
            draft=task,
            priority=priority,
            depends_on=depends_on,
            criteria=_criteria(task, identifier, mapper, catalogue),
        )
        for task, identifier, priority, depends_on in zip(
            draft.tasks, ids, priorities, needed, strict=True
        )
    )
    tasks, figures = _with_figures(tasks, draft.figures, mapper, left_out)
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


def _ids(tasks: Sequence[DraftTask]) -> list[str]:
    """Ids of the board's own where they are good, and such that no two are one."""
    taken: set[str] = set()
    own = []
    for task in tasks:
        good = bool(task.id) and task.id.lower() not in taken and len(task.id) <= 40
        own.append(task.id if good else "")
        taken.add(own[-1].lower())
    number = 0
    found = []
    for identifier in own:
        while not identifier:
            number += 1
            if f"t{number}" not in taken:
                identifier = f"T{number}"
                taken.add(identifier.lower())
        found.append(identifier)
    return found


def _dependencies(
    tasks: Sequence[DraftTask], ids: Sequence[str], priorities: Sequence[Priority]
) -> list[tuple[str, ...]]:
    """Return what each task waits for, as far as the board names it; never in a circle."""
    needs: dict[str, list[str]] = {}

    def leads(start: str, goal: str) -> bool:
        seen, waiting = {start}, [start]
        while waiting:
            for each in needs.get(waiting.pop(), ()):
                if each not in seen:
                    seen.add(each)
                    waiting.append(each)
        return goal in seen

    known = _KnownTasks(tasks, ids, priorities)
    for task, own in zip(tasks, ids, strict=True):
        for each in dict.fromkeys(filter(None, known.named_in(task.depends))):
            if each != own and not leads(each, own):
                needs.setdefault(own, []).append(each)
    return [tuple(needs.get(identifier, ())) for identifier in ids]


class _KnownTasks:
    """The tasks of a board by all that they may be called."""

    def __init__(
        self, tasks: Sequence[DraftTask], ids: Sequence[str], priorities: Sequence[Priority]
    ) -> None:
        self._ids = {identifier.lower(): identifier for identifier in ids}
        pairs = list(zip(tasks, ids, strict=True))
        self._numbers = {task.number: each for task, each in pairs if task.number}
        self._titles = {plain(task.title): each for task, each in pairs if task.title}
        self._priorities = list(zip(ids, priorities, strict=True))

    def named_in(self, text: str) -> Iterator[str]:
        """Yield the ids of the tasks that a text names; "" for what is none."""
        # In a column of its own, `1, 3` are numbers of tasks, and `1.2` that of a heading.
        alone = re.sub(r"[\s,，;；、]+", " ", text).split()
        if all(re.fullmatch(r"\d+(?:\.\d+)*\.?|[一二三四五六七八九十]+", each) for each in alone):
            for each in alone:
                number = each.rstrip(".")
                yield self._numbers.get(number, "") or self._ids.get(f"t{number}", "")
        for found in _REFERENCE.finditer(text):
            number = found[1] or found[2]
            yield self._ids.get((f"t{number}" if number else found[3]).lower(), "")
        for priority in re.findall(r"(?<![A-Za-z0-9])[Pp][0-3](?![0-9])", text):
            yield from (each for each, its in self._priorities if its == priority.upper())
        for piece in (text, *re.split(r"[,，;；、]", text)):
            yield self._titles.get(plain(piece), "")


def _criteria(
    task: DraftTask, identifier: str, mapper: Mapper, catalogue: Catalogue
) -> tuple[ImportedCriterion, ...]:
    commands = [_commands(each, catalogue) for each in task.criteria]
    found = [mapper.probe(_sentence(*each)) for each in zip(task.criteria, commands, strict=True)]
    # What CI does, or a sentence that names no place, is about what the task's others are about.
    about = {
        "sibling": _only(found, "target", but="number"),
        "place": _only(found, "paths", but=""),
    }
    if any(about.values()):
        found = [
            mapper.probe(msgspec.structs.replace(_sentence(each, given), **about))
            if isinstance(probe, Unmapped)
            else probe
            for each, given, probe in zip(task.criteria, commands, found, strict=True)
        ]
    return tuple(
        ImportedCriterion(
            id=f"{identifier}.{place}",
            title=_title(each, probe, mapper, given),
            line=each.line,
            probe=probe if isinstance(probe, NewProbe) else None,
            why=probe.why if isinstance(probe, Unmapped) else "",
        )
        for place, (each, probe, given) in enumerate(
            zip(task.criteria, found, commands, strict=True), 1
        )
    )


def _only(found: Sequence[NewProbe | Unmapped], name: str, *, but: str) -> str:
    """Return the value of `name` that all probes with it, but without `but`, share; "" if none."""
    values = {
        probe.params[name]
        for probe in found
        if isinstance(probe, NewProbe) and name in probe.params and but not in probe.params
    }
    return values.pop() if len(values) == 1 else ""


def _title(
    draft: DraftCriterion,
    probe: NewProbe | Unmapped,
    mapper: Mapper,
    commands: Sequence[NamedCommand],
) -> str:
    """Return the title, with all that the board asks beside it, so that it can be read alone."""
    limit = "" if box(draft.limit)[0] else draft.limit
    say = sentences(Language.ZH if _CHINESE.search(draft.title) else Language.EN)
    if isinstance(probe, Unmapped):
        return f"{draft.title}: {limit}" if limit else draft.title
    if limit:
        whole = f"{draft.title}{say('joint.colon')}{limit}"
        if _amount(draft.start):
            whole = say("import.currently", title=whole, start=draft.start)
        return whole if mapper.probe(Sentence(title=whole)) == probe else draft.title
    if commands and not any("\n" in each.text for each in commands):
        spans = ", ".join(f"`{each.text}`" for each in commands)
        return say("import.verify", title=draft.title, commands=spans)
    return draft.title


def _sentence(draft: DraftCriterion, commands: Sequence[NamedCommand]) -> Sentence:
    limit = "" if box(draft.limit)[0] else draft.limit
    return Sentence(
        title=draft.title,
        limit=limit,
        start=_amount(draft.start),
        commands=tuple(commands),
    )


def _amount(text: str) -> Amount | None:
    """Return the number that a column tells, whatever else it says; None where it tells none."""
    found = amounts(normal(text))
    return found.limit if found and re.search(r"\d", text) else None


def _commands(draft: DraftCriterion, catalogue: Catalogue) -> list[NamedCommand]:
    found = []
    for code in draft.code:
        if "\n" in code:
            found += script(code, catalogue)
        else:
            spans = _SPANS.findall(code) or [code]
            found += [each for span in spans if (each := command(span, catalogue))]
    return found


# --- figures and milestones -----------------------------------------------------------------------


def _with_figures(
    tasks: tuple[NewTask, ...],
    figures: Sequence[DraftFigure],
    mapper: Mapper,
    left_out: list[Omission],
) -> tuple[tuple[NewTask, ...], dict[str, str]]:
    """Return the tasks with the key figures' values, and each figure's name by its criterion."""
    names: dict[str, str] = {}
    starts: dict[str, str] = {}
    for figure in figures:
        if re.fullmatch(r"\s*[\d.]+\s*/\s*[\d.]+\s*", figure.target):
            continue  # of the board itself: its score, its tasks
        found = _measuring(tasks, figure, mapper)
        if found is None or found.id in names:
            what = worded("import.key_figure", name=figure.name)
            left_out.append(Omission(what=what, why=worded("import.no_number")))
            continue
        names[found.id] = figure.name.removesuffix(f"({found.id})").strip()
        if (now := _amount(figure.current)) and found.probe and not found.probe.baseline:
            starts[found.id] = now.number

    def told(each: ImportedCriterion) -> ImportedCriterion:
        if each.id not in starts or each.probe is None:
            return each
        probe = msgspec.structs.replace(each.probe, baseline=starts[each.id])
        return msgspec.structs.replace(each, probe=probe)

    return (
        tuple(
            msgspec.structs.replace(task, criteria=tuple(map(told, task.criteria)))
            for task in tasks
        ),
        names,
    )


def _measuring(
    tasks: Sequence[NewTask], figure: DraftFigure, mapper: Mapper
) -> ImportedCriterion | None:
    if named := re.fullmatch(r".*\(([\w.-]+)\)", figure.name):
        for task in tasks:
            for each in task.criteria:
                if each.id == named[1]:
                    return each
    words = re.sub(r"[\d.,%]+\s*个?", " ", figure.current)
    for title in (f"{figure.name} {words}", figure.name):
        wanted = mapper.probe(Sentence(title=normal(title), limit=figure.target))
        if not isinstance(wanted, NewProbe):
            continue
        for task in tasks:
            for each in task.criteria:
                own = each.probe
                same = own and (own.check, own.measure, own.params) == (
                    wanted.check,
                    wanted.measure,
                    wanted.params,
                )
                if same and own and wanted.expect in (own.expect, own.expect or wanted.expect):
                    return each
    return None


def _milestones(draft: DraftBoard, left_out: list[Omission]) -> Iterator[NewMilestone]:
    taken: set[str] = set()
    for place, each in enumerate(draft.milestones, 1):
        text = re.split(r"\s·\s", each.text)[0]
        found = _MILESTONE.fullmatch(text)
        title = found["title"] if found and found["title"] else text
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
        if found := _DATE.search(text):
            return datetime.date(*map(int, found.groups())).isoformat()
        if created and (found := _LATER.search(text)):
            weeks = found[2].lower() in ("周", "week", "weeks")
            days = int(found[1]) * (7 if weeks else 1)
            return (datetime.date.fromisoformat(created) + datetime.timedelta(days)).isoformat()
    except (ValueError, OverflowError):
        pass
    return ""
