"""Criteria under other circumstances: as a board and a plan of their own, which one run tries."""

import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from readiness.model.board import Board, Control, Criterion
from readiness.model.plan import Plan, Planned, Probe
from readiness.model.words import Format
from readiness.project.environments import project_folders
from readiness.record.document import ProbeRecord, RunDocument

MOST_COPIES = 1000
_LARGEST_SETTINGS = 2**20

_MOST_SAID = 2**15
"""Characters of what a tool said that it may say again; a variable has no room for many more."""

BETWEEN = "@"
"""Separates a criterion's id from the world that it is tried in; no id contains it."""


class TrialPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Criteria in one world: a board that has them alone, and its plan.

    `readers` names, by the id of a probe, a criterion of the original board that it serves.
    """

    board: Board
    plan: Plan
    readers: dict[str, str] = {}


TrialRunner: TypeAlias = Callable[[TrialPlan], RunDocument]
"""Runs a trial to its end and returns the document of that run."""


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion that passed: how long its probes took, what they said, and digests of that."""

    criterion: Criterion
    duration_s: float
    output: str
    printed: tuple[str, ...]


def passed(criterion: Criterion, probes: Sequence[ProbeRecord], printed: tuple[str, ...]) -> Passed:
    """Return a criterion that passed, by the records of its probes."""
    streams = [stream for probe in probes for stream in (probe.stdout, probe.stderr)]
    return Passed(
        criterion=criterion,
        duration_s=max((probe.duration_s for probe in probes), default=0.0),
        output="\n".join(f"{stream.head}{stream.tail}" for stream in streams)[:_MOST_SAID],
        printed=printed,
    )


def renamed(identifier: str, world: str) -> str:
    """Return the id under which a criterion is tried in a world."""
    return f"{identifier}{BETWEEN}{world}"


def joined(board: Board, parts: Sequence[TrialPlan]) -> TrialPlan:
    """Join several boards and plans into one, so that one run has all their probes."""
    probes: list[Probe] = []
    planned: list[Planned] = []
    order: list[int] = []
    for part in parts:
        first = len(probes)
        probes += [
            msgspec.structs.replace(probe, after=tuple(first + index for index in probe.after))
            for probe in part.plan.probes
        ]
        planned += [
            msgspec.structs.replace(one, probes=tuple(first + index for index in one.probes))
            for one in part.plan.planned
        ]
        order += [first + index for index in part.plan.order]
    tasks = [
        msgspec.structs.replace(task, id=f"{task.id}{BETWEEN}{number}")
        for number, part in enumerate(parts)
        for task in part.board.tasks
    ]
    plan = Plan(probes=tuple(probes), planned=tuple(planned), order=tuple(order), environment={})
    whole = msgspec.structs.replace(board, tasks=tuple(tasks), milestones=())
    return TrialPlan(board=whole, plan=plan)


# --- criteria as they are tried -------------------------------------------------------------------


def watched(criterion: Criterion) -> Criterion:
    """Return a criterion without its waiver, which would hide its verdict."""
    return msgspec.structs.replace(criterion, waive=None)


def once(criterion: Criterion) -> Criterion:
    """Return a criterion that is tried once: no waiting for what is broken on purpose."""
    return msgspec.structs.replace(
        criterion, waive=None, samples=1, sampling=None, wait=0.0, retries=0
    )


def controlled(criterion: Criterion, control: Control) -> Criterion:
    """Return a criterion that is measured on the files and parameters of its check's control."""
    check = criterion.check
    assert check is not None  # noqa: S101 - a control is a check's
    if control.run:
        check = msgspec.structs.replace(check, run=control.run, after=(), tools=())
    matrix = tuple(
        {name: value for name, value in combination.items() if name not in control.params}
        for combination in criterion.matrix
    )
    return msgspec.structs.replace(
        once(criterion),
        check=check,
        params={**criterion.params, **control.params},
        matrix=matrix,
        workdirs=(),
    )


def installed_for(criterion: Criterion, board: Board) -> list[str]:
    """Return the folders of what is installed for a criterion's project, the nearest first."""
    place = os.path.normpath(os.path.join(board.workdir, *criterion.workdirs[:1]))
    folders = project_folders(place, os.path.dirname(os.path.abspath(board.path)))
    places = [
        os.path.join(folder, name) for folder in folders for name in (".venv", "node_modules")
    ]
    return list(filter(os.path.isdir, places))


def settings_of(criterion: Criterion, control: Control, workdir: str) -> dict[str, str]:
    """Return the project's files that a criterion's parameters name, such as a settings file.

    They are keyed by their paths from the folder in which the criterion runs. Parameters that the
    control sets itself name none.
    """
    folder = os.path.join(workdir, criterion.workdirs[0] if criterion.workdirs else "")
    params = {**criterion.params, **criterion.matrix[0]}
    values = [value for name, value in params.items() if name not in control.params]
    settings = {}
    for word in (word for value in values for word in re.split(r"[\s=,:]+", value)):
        path = os.path.normpath(word)
        if path.startswith((os.pardir, os.path.sep)):
            continue
        file = os.path.join(folder, path)
        if os.path.isfile(file) and os.path.getsize(file) < _LARGEST_SETTINGS:
            settings[path] = file
    return settings


def control_of(criterion: Criterion) -> Control | None:
    """Return the control that applies to this criterion's measure; None if there is none."""
    if criterion.check is None or criterion.measure is None:
        return None
    control = criterion.check.control
    return control if control and criterion.measure.name in control.measures else None


def copies(control: Control, criteria: Iterable[Criterion]) -> int:
    """Return how often to write a control's numbered files to miss the criteria's limits."""
    limits = [max(one.expect.number, one.expect.high) for one in criteria]
    return max(control.times, min(MOST_COPIES, int(max(limits, default=0)) + 1))


def write_control(
    folder: str, control: Control, times: int = 0, settings: Mapping[str, str] | None = None
) -> None:
    """Write the files of a control into a new folder, numbered ones `times` times.

    Beside them stand copies of the project's `settings`, by path, unless the control has its own.
    """
    os.makedirs(folder)
    for path, original in (settings or {}).items():
        file = os.path.join(folder, path)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        shutil.copyfile(original, file)
    for path, text in control.files.items():
        numbers = range(1, (times or control.times) + 1) if "{n}" in path else (1,)
        for number in numbers:
            file = os.path.join(folder, path.replace("{n}", str(number)))
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(file, "w", encoding="utf-8") as output:
                output.write(text)


def reads_status_alone(criterion: Criterion) -> bool:
    """Return whether nothing of the output counts, so that an empty one says nothing."""
    check, measure = criterion.check, criterion.measure
    if criterion.written:
        return True
    if check is None or measure is None or measure.reader.format is not Format.EXIT:
        return False
    return check.proof is None and not check.reject


def probes_of(plan: Plan, indices: Iterable[int]) -> list[Probe]:
    """Return probes of a plan, and all that come before them."""
    return [plan.probes[index] for index in plan.with_producers(indices)]
