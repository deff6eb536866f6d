"""What the commands of a board do with the project's files, seen while they run.

Their texts name alike what is run and what is looked at, and reach other files by names that they
do not spell. Python tells from inside which files it executes, and which it only opens.
"""

import os
import re
from collections.abc import Callable, Iterable
from typing import Final

from readiness.builtin import builtin_checks
from readiness.guard.observed import Observed
from readiness.guard.overlay import lay_over
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States
from readiness.guard.tree import Commit
from readiness.model.board import Criterion
from readiness.prove.standins import LOG, StandIns
from readiness.prove.trials import BETWEEN, TrialPlan, TrialRunner, joined, probes_of
from readiness.prove.worlds import Worlds

_BASE, _HEAD = "seen-base", "seen-head"
_SUFFIX: Final = ".files"
_ABOVE: Final = re.compile(r"\A(?:#.*\n)+|^from __future__ .*\n", re.M)
"""What has to stay above all other lines of a module."""
_NOTE: Final = (
    '(lambda at: at and print({line!r}, file=open(at + {suffix!r}, "a")))'
    "(__import__('os').environ.get({log!r}))\n"
)
_LONGEST: Final = 60.0
"""Seconds after which a command has shown enough of what it does."""


class _Watching(StandIns):
    """Programs as they are; each Python notes what it does."""

    def _started(self) -> str:
        with open(os.path.join(builtin_checks(), TABLE.executed), encoding="utf-8") as file:
            watch = file.read()
        log = f'os.environ.get("{LOG}")'
        call = f'    if {log}:\n        watch(COPY, {log} + "{_SUFFIX}", name)\n\n\n'
        return f"{watch}\n\ndef started(name):\n{call}"


class FileObserver:
    """Runs criteria of the base's board on the files of the base, and on those of the head."""

    def __init__(
        self, commit: Commit, states: States, worlds: Worlds, scratch: str, timeout: float | None
    ) -> None:
        """Work in copies that `worlds` makes; `timeout` is the limit of a probe."""
        self._commit = commit
        self._states = states
        self._worlds = worlds
        self._scratch = scratch
        self._timeout = timeout

    def observe(
        self,
        criteria: Iterable[Criterion],
        carried: Callable[[Criterion], Iterable[str]],
        run: TrialRunner,
    ) -> dict[str, Observed]:
        """Return what was seen on both sides together, by the ids of the criteria.

        What is `carried` elsewhere before it runs, under another name, says itself that it runs.
        """
        unsure = list(criteria)
        names = [criterion.id for criterion in unsure]
        if not names:
            return {}
        modules = {path for criterion in unsure for path in carried(criterion)}
        parts = {side: self._part(side, names, modules) for side in (_BASE, _HEAD)}
        run(joined(next(iter(parts.values())).board, list(parts.values())))
        lines: dict[str, set[str]] = {}
        for side, part in parts.items():
            for planned in part.plan.planned:
                seen = lines.setdefault(planned.criterion.id.partition(BETWEEN)[0], set())
                for probe in probes_of(part.plan, planned.probes):
                    seen |= _lines(os.path.join(self._logs(side), probe.id + _SUFFIX))
        return {name: _observed(seen) for name, seen in lines.items()}

    def _part(self, side: str, names: list[str], modules: Iterable[str]) -> TrialPlan:
        copy = self._worlds.make_with(_Watching(os.path.join(self._scratch, f"{side}-py")), side)
        if side == _BASE:
            lay_over(self._commit, copy.root, self._states.changed)
        for path in modules:
            _have_say(os.path.join(copy.root, path), path)
        os.mkdir(self._logs(side))
        limit = min(self._timeout or _LONGEST, _LONGEST)
        return copy.part(copy.criteria(names), side, timeout=limit, logs=self._logs(side))

    def _logs(self, side: str) -> str:
        return os.path.join(self._scratch, f"{side}-logs")


def _have_say(file: str, path: str) -> None:
    """Have a module note that it is executed, wherever that may be."""
    if os.path.islink(file) or not os.path.isfile(file):
        return
    with open(file, "r+", encoding="utf-8", errors="surrogateescape") as module:
        text = module.read()
        above = max((found.end() for found in _ABOVE.finditer(text)), default=0)
        note = _NOTE.format(log=LOG, suffix=_SUFFIX, line=f"x {path}")
        module.seek(0)
        module.write(text[:above] + note + text[above:])


def _lines(log: str) -> set[str]:
    try:
        with open(log, encoding="utf-8", errors="surrogateescape") as file:
            return set(file.read().splitlines())
    except OSError:
        return set()


def _observed(lines: set[str]) -> Observed:
    kinds = {kind: frozenset(line[2:] for line in lines if line[0] == kind) for kind in "mxow"}
    return Observed(
        started=kinds["m"],
        executed=kinds["x"] - kinds["m"],
        opened=kinds["o"] - kinds["m"] - kinds["x"] - kinds["w"],
        written=kinds["w"] - kinds["m"] - kinds["x"],
    )
