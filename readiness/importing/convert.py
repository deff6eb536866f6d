"""A task board in Markdown → the YAML of a board that `validate` takes, made to be changed."""

import datetime
import itertools
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from typing import Final

import msgspec

from readiness.importing.drafts import DraftBoard, DraftCriterion, DraftTask
from readiness.importing.phrases import load_phrases, normal, number
from readiness.importing.reading import read_board
from readiness.importing.sentences import Mapper, folders_of
from readiness.importing.words import plain, without_emoji
from readiness.load import load_board_text
from readiness.load.catalogue import Catalogue
from readiness.model.errors import BoardError, UsageError
from readiness.model.words import Priority
from readiness.propose.account import omission_lines
from readiness.propose.facts import Omission, ProjectFacts
from readiness.propose.new_board import NewProbe
from readiness.propose.proposals import known_params
from readiness.propose.rules import load_rules
from readiness.text.clean import clean
from readiness.text.languages import Language
from readiness.text.sentences import Sentences, for_reader
from readiness.text.worded import in_language, worded
from readiness.text.yaml_lines import comment, mapping_lines


def convert(
    text: str, name: str, path: str, environ: Mapping[str, str], facts: ProjectFacts | None = None
) -> tuple[DraftBoard, str]:
    """Return the board of a document, and its YAML, as `validate` takes it at `path`.

    With the facts of the project that the board is for, checks look where its files are.

    Raises `UsageError` where nothing in the document could become a criterion.
    """
    board = read_board(text, os.path.splitext(os.path.basename(name))[0])
    if not board.tasks:
        raise UsageError(worded("import.nothing", name=name))
    chinese = len(re.findall("[\u3400-\u9fff]", text))
    if chinese * 5 > sum(character.isalpha() for character in text):
        board.language = Language.ZH
    checks = [os.path.join(os.path.dirname(os.path.abspath(path)), "checks")]
    folders = folders_of("\n".join([text, *(facts.files if facts else ())]))
    params = known_params(facts, load_rules(checks)) if facts else {}
    complete(board, Mapper(load_phrases(checks), Catalogue(checks), folders, params))
    while True:
        source = os.path.basename(name)
        written = _board(board, source, for_reader(board.language), facts)
        try:
            load_board_text(written.encode(), path, profile=None, environ=environ)
        except BoardError as error:
            # A probe that a board does not take, such as one without a command.
            why = {fault.subject: fault.message for fault in error.faults}
            refused = [each for each in board.criteria if each.probe and each.id in why]
            if not refused:
                raise
            for criterion in refused:
                criterion.probe, criterion.why = None, why[criterion.id]
        else:
            return board, written


def _board(board: DraftBoard, source: str, say: Sentences, facts: ProjectFacts | None) -> str:
    """Return the whole file; `say` is the language of its comments."""
    named = board.labelled
    head = {
        "version": Decimal(1),
        "title": board.title,
        "language": board.language.value if board.language is not Language.EN else "",
        **{name: Decimal(value) for name in ("target", "baseline") for value in named[name]},
        **{name: value for name in ("created", "review") for value in named[name][:1]},
        "goal": "\n".join(named["goal"]),
        "key_figures": board.key_figures,
        "milestones": board.milestones,
        "env": {"PYTHONPATH": ":".join(facts.python_path)} if facts and facts.python_path else {},
    }
    lines = [*comment(say("import.board_about", source=source)), *mapping_lines(head)]
    lines += ["", "tasks:"]
    for task in board.tasks:
        lines += [*_item({"id": task.id, **_task(task)}, "    "), "    criteria:"]
        for criterion in task.criteria:
            values = {"id": criterion.id, "title": _on_one_line(criterion.title)}
            probe = criterion.probe.lines("        ") if criterion.probe else []
            if not probe:
                why = in_language(criterion.why, say)
                about = say("import.board_line", line=criterion.line, why=why)
                lines += comment(about, "      ")
            lines += [*_item(values, "        "), *(probe or ["        attest: {}"])]
        lines.append("")
    for omission in omission_lines(board.left_out, say):
        lines += comment(omission.strip())
    for line in "\n".join(board.unread.values()).splitlines():
        lines += comment(f"  {line}" if line.strip() else "-")
    return "\n".join(lines).rstrip() + "\n"


def _task(task: DraftTask) -> Mapping[str, object]:
    labelled = task.labelled
    first = {
        name: without_emoji(labelled[name][0])
        for name in ("owner", "estimate", "risk")
        if labelled[name]
    }
    tags = [tag for text in labelled["tags"] for tag in re.split(r"[,，、;#\s]+", text) if tag]
    return {
        "title": task.title,
        "priority": str(task.priority),
        **{name: value.removeprefix("@") for name, value in first.items()},
        "depends_on": task.depends_on,
        "tags": tags,
        "problem": clean("\n\n".join(labelled["problem"]), newlines=True),
        "details": clean("\n\n".join(labelled["details"]), newlines=True),
        "steps": list(map(_on_one_line, labelled["steps"])),
    }


def _item(values: Mapping[str, object], indent: str) -> list[str]:
    """Format a mapping as an item of a list."""
    first, *rest = mapping_lines(values, indent)
    return [f"{indent[:-2]}- {first.lstrip()}", *rest]


def _on_one_line(text: str) -> str:
    return " ".join(clean(text, newlines=True).split()) or "–"


# --- the board ------------------------------------------------------------------------------------

_REFERENCE: Final = re.compile(
    r"(?:(?:任务|[Tt]ask|[Ii]ssue)\s*#?|#)(\d+)|\b([A-Z][A-Z0-9]*-\d+|T\d+)\b"
)
_PRIORITY: Final = re.compile(r"(?<![A-Za-z0-9])[Pp]([0-3])(?![0-9])")
_SCORE: Final = re.compile(
    r"(?i)(?<![\d.])((?:10|\d)(?:\.\d+)?)\s*/\s*10(?!\d)"
    r"|(?:评分|得分|score)\D{0,12}?(?<![\d.])((?:10|\d)(?:\.\d+)?)(?![\d.%])"
)
_DATE: Final = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?!\d)")
_WAITS: Final = re.compile(r"(?i)依赖|depends|blocked by")
_LATER: Final = re.compile(r"(?i)(\d{1,3})\s*(?:(周|weeks?)|天|days?)")


def complete(board: DraftBoard, mapper: Mapper) -> None:
    """Give a board ids, priorities and probes; run nothing, and leave the rest to a person."""
    if board.unread:
        what = worded("import.lists", lines=", ".join(map(str, board.unread)))
        board.left_out.append(Omission(what=what, why=worded("import.no_boxes")))
    _name(board.tasks)
    _connect(board.tasks)
    # The first day that is named, which need not be written alone.
    days = [day for text in board.labelled["created"] if (day := _due(text, ""))]
    board.labelled["created"] = days
    for task in board.tasks:
        _measure(task, mapper)
    for figure in board.figures:
        _figure(board, figure, mapper)
    board.milestones = list(_milestones(board))


# --- tasks ----------------------------------------------------------------------------------------


def _name(tasks: Sequence[DraftTask]) -> None:
    """Give each task a priority, and an id of its own: the board's where it is good."""
    taken: set[str] = set()
    for task in tasks:
        if task.id.lower() in taken or len(task.id) > 40:
            task.id = ""
        taken.add(task.id.lower())
    free = (f"T{number}" for number in itertools.count(1) if f"t{number}" not in taken)
    for task in tasks:
        task.id = task.id or next(free)
        above: DraftTask | None = task
        while above and not task.priority:
            task.priority, above = above.priority, above.parent
        task.priority = task.priority or Priority.P2


def _connect(tasks: Sequence[DraftTask]) -> None:
    """Find what each task waits for, as far as the board names it; never in a circle."""
    known = {plain(task.title): task.id for task in tasks}
    known |= {task.number: task.id for task in tasks}
    known |= {task.id.lower(): task.id for task in tasks}
    needs: dict[str, list[str]] = {task.id: [] for task in tasks}
    for task in tasks:
        states = filter(_WAITS.search, task.labelled["status"])
        waits = ", ".join([*task.labelled["depends"], *states])
        pieces = [plain(piece) or "-" for piece in re.split(r"[,，;；、]", waits)]
        pieces += [
            name.lower() for names in _REFERENCE.findall(waits) for name in filter(None, names)
        ]
        names = [known.get(piece) or known.get(f"t{piece}") for piece in pieces]
        for priority in _PRIORITY.findall(waits):
            names += [other.id for other in tasks if other.priority == f"P{priority}"]
        for name in dict.fromkeys(filter(None, names)):
            needs[task.id].append(name)
            try:
                TopologicalSorter(needs).prepare()
            except CycleError:
                needs[task.id].pop()
        task.depends_on = needs[task.id]


# --- criteria -------------------------------------------------------------------------------------


def _measure(task: DraftTask, mapper: Mapper) -> None:
    """Find the probes of a task's criteria, or why they have none."""
    near: dict[str, str] = {}
    for _ in range(2):
        for place, criterion in enumerate(task.criteria, 1):
            criterion.id = f"{task.id}.{place}"
            if criterion.probe is None:
                sentence = _sentence(criterion, _number(criterion))
                found = mapper.probe(sentence, criterion.code, near)
                criterion.probe = found if isinstance(found, NewProbe) else None
                criterion.why = "" if isinstance(found, NewProbe) else found
        # What CI does, or a sentence that names no place, is about what the others are about.
        near = {"sibling": _shared(task, "target", "number"), "place": _shared(task, "paths", "-")}


def _number(criterion: DraftCriterion) -> str:
    """Return the number with which a criterion starts, whatever else its column says."""
    match = number().search(normal(criterion.start))
    return match[0] if match else ""


def _sentence(criterion: DraftCriterion, start: str) -> str:
    return f"{criterion.title} (currently {start})" if start else criterion.title


def _shared(task: DraftTask, name: str, but: str) -> str:
    """Return the value of `name` that all probes with it, but without `but`, share; "" if none."""
    params = [criterion.probe.params for criterion in task.criteria if criterion.probe]
    values = {each[name] for each in params if name in each and but not in each}
    return values.pop() if len(values) == 1 else ""


def _figure(board: DraftBoard, figure: DraftCriterion, mapper: Mapper) -> None:
    """Put where a key figure stands into the criterion that it names or is about."""
    name = figure.title.partition(": ")[0]
    wanted = [mapper.probe(_sentence(figure, start)) for start in (figure.start, _number(figure))]
    criteria = [
        criterion
        for criterion in board.criteria
        if name.endswith(f"({criterion.id})")
        or any(_measures(criterion.probe, probe) for probe in wanted)
    ]
    if not criteria or criteria[0].id in board.key_figures:
        what = worded("import.key_figure", name=name)
        board.left_out.append(Omission(what=what, why=worded("import.no_number")))
        return
    criterion = criteria[0]
    board.key_figures[criterion.id] = name.removesuffix(f"({criterion.id})").strip()
    start = number().search(normal(figure.start))
    if criterion.probe and not criterion.probe.baseline and start:
        baseline = start["number"].replace(",", "")
        criterion.probe = msgspec.structs.replace(criterion.probe, baseline=baseline)


def _measures(own: NewProbe | None, wanted: NewProbe | str) -> bool:
    """Return whether a criterion's probe measures what is wanted, with its limit or with none."""
    if own is None or isinstance(wanted, str) or own.expect not in ("", wanted.expect):
        return False
    return (own.check, own.measure, own.params) == (wanted.check, wanted.measure, wanted.params)


# --- milestones -----------------------------------------------------------------------------------


def _milestones(board: DraftBoard) -> Iterator[Mapping[str, object]]:
    """Yield the milestones that ask for a priority or a score, as a board has them."""
    for place, text in enumerate(board.labelled["milestones"], 1):
        priorities = _PRIORITY.findall(text)
        score = _SCORE.search(text)
        if not priorities and not score:
            what = worded("import.milestone", text=text)
            board.left_out.append(Omission(what=what, why=worded("import.requires_nothing")))
            continue
        yield {
            "id": f"M{place}",
            "title": re.split(r"：|:\s", text)[-1].strip(),
            "due": _due(text, "".join(board.labelled["created"][:1])),
            "requires": {"score": Decimal(score[1] or score[2])}
            if score
            else {"priority": f"P{max(priorities)}"},
        }


def _due(text: str, created: str) -> str:
    """Return the day that a text names, or counts from the day a board was opened; "" for none."""
    with suppress(ValueError, OverflowError):
        if day := _DATE.search(text):
            return datetime.date(*map(int, day.groups())).isoformat()
        if created and (later := _LATER.search(text)):
            days = int(later[1]) * (7 if later[2] else 1)
            return (datetime.date.fromisoformat(created) + datetime.timedelta(days)).isoformat()
    return ""
