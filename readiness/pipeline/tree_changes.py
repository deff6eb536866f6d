"""What the probes of a run have to do with files: those that change, those that are left over."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from readiness.model.board import Check
from readiness.model.plan import Planned, Probe
from readiness.project.recipes import is_own
from readiness.startup.patterns import later
from readiness.text.worded import joined, worded

if TYPE_CHECKING:
    from readiness.pipeline.settle import Execution

_REALTIME_COARSE: Final = 5
CLOCK_TICK_S: Final = time.clock_getres(_REALTIME_COARSE)
"""How far the time of a file's last change may lag behind the clock."""

NAMED: Final = 3
"""So many of the files that changed are named."""

_REPORT = later(r"(?<![\w./-])[\w./-]+\.(?:csv|html?|info|jsonl?|log|out|txt|xml|ya?ml)(?![\w./-])")


class Span(NamedTuple):
    """When one attempt of a probe ran, in Unix time."""

    probe: int
    began: float
    ended: float

    def includes(self, moment: float) -> bool:
        """Return whether a file with this time may have been changed while it ran."""
        return self.began - CLOCK_TICK_S <= moment <= self.ended


def left_over(check: Check, workdir: str, since: float) -> str:
    """Return a report older than the run that a command takes its value from; "" if there is none.

    A file that Git has belongs to its commit; without a repository, nothing is known.
    """
    for name in () if check.max_age is not None else _REPORT.findall(check.run):
        with suppress(OSError):
            if os.stat(os.path.join(workdir, name)).st_mtime < since:
                from readiness.project.git import knows

                return "" if knows(workdir, name) else name
    return ""


def note_tree_changes(execution: "Execution", outputs: Sequence[str]) -> None:
    """Have the run's readings know which files of the repository changed while a probe ran.

    Only what may write counts: commands of the project, and checks that run its code. `outputs`
    are the run's own.
    """
    plan, readings = execution.plan, execution.readings
    checks = [probe.check for probe in plan.probes]
    writing = {at for at, check in enumerate(checks) if is_own(check) or not check.ignores}
    spans = [Span(*span) for span in readings.spans if span[0] in writing]
    if not spans:
        return
    changes: dict[int, dict[tuple[str, ...], list[str]]] = {}
    for file, moment in _changed(execution, outputs):
        meanwhile = {span.probe: None for span in spans if span.includes(moment)}
        if any(
            _is_allowed(file, plan.probes[index], _readers(execution, index)) for index in meanwhile
        ):
            continue
        for index in meanwhile:
            others = tuple(
                planned.criterion.id
                for other in meanwhile
                if other != index
                for planned in _readers(execution, other)[:1]
            )
            name = os.path.relpath(file, execution.board.workdir)
            changes.setdefault(index, {}).setdefault(others, []).append(name)
    for index, by_others in changes.items():
        sentences = [_sentence(names, others) for others, names in by_others.items()]
        for planned in _readers(execution, index):
            readings.note_changes(planned, sentences)


def _readers(execution: "Execution", index: int) -> list[Planned]:
    """Return the criteria that read a probe; where none does, those that need it to succeed."""
    return execution.readings.readers(index) or [
        planned
        for planned in execution.plan.planned
        if index in execution.plan.with_producers(planned.probes)
    ]


def _is_allowed(file: str, probe: Probe, readers: Sequence[Planned]) -> bool:
    """Return whether a probe is meant to write a file: it is read from it, or allowed."""
    from readiness.project.globs import any_of

    name = os.path.relpath(file, os.path.realpath(probe.workdir))
    sources = tuple(reader.source for reader in probe.check.readers())
    allowed = (one.criterion.allow_changes for one in readers)
    return any(any_of(patterns).fullmatch(name) for patterns in (sources, *allowed))


def _changed(execution: "Execution", outputs: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Yield the files that are not as they were before the run, and when that came about.

    What Git ignores is none of them, nor what Python makes of modules as it imports them. Where
    the commit is another by now, or so much had changed before that it was not named, it is not
    known.
    """
    from readiness.project.git import CACHES, Asking
    from readiness.project.globs import matches

    before = execution.start.git
    if before is None or (before.dirty and not before.changes):
        return
    there = Asking(execution.board.workdir, status_alone=True).changed(outputs)
    if there.headers.get("branch.oid") != before.commit:
        return
    now = there.states()
    for name in sorted(before.changes.keys() | now):
        if before.changes.get(name) != now.get(name) and not matches(CACHES, name):
            path = os.path.join(there.root, name)
            yield path, _last_change(path)


def _last_change(path: str) -> float:
    """Return when a file was changed last; of one that is gone, when its folder was."""
    with suppress(OSError):
        return os.lstat(path).st_ctime
    folder = os.path.dirname(path)
    return os.stat(folder).st_mtime if os.path.isdir(folder) else _last_change(folder)


def _sentence(names: Sequence[str], others: Sequence[str]) -> str:
    shown = joined(names[:NAMED], "names")
    if len(names) > NAMED:
        shown = worded("reason.of_many", names=shown, count=len(names) - NAMED)
    if not others:
        return worded("reason.tree_changed", names=shown)
    return worded("reason.tree_changed_beside", names=shown, others=joined(others, "names"))
