"""Criteria in copies whose leaves fail, or say nothing, or talk: what is a leaf shows meanwhile."""

import os
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from readiness.model.board import Board, Criterion
from readiness.model.errors import ExitStatus
from readiness.model.plan import Confinement
from readiness.model.words import ReasonCode
from readiness.project.recipes import is_own
from readiness.prove.asking import failing_status, words_of
from readiness.prove.leaves import (
    LEAVES,
    MISSING,
    NOT_FOUND,
    ONLY,
    REAL,
    SAYS,
    STATUS,
    WORDS,
    Leaf,
    Leaves,
)
from readiness.prove.standins import LOG, settings_of
from readiness.prove.trials import TrialPlan, TrialRunner, joined, probes_of, renamed
from readiness.prove.worlds import Copied, Worlds
from readiness.record.criteria import digests_of
from readiness.record.document import CriterionRecord, ProbeRecord
from readiness.walls import find_wall

_QUICK_S: Final = 10.0
"""Up to this duration what an interpreter starts is looked at, by running it once more.

What takes longer is tried at its start only.
"""

TOOLS: Final = str(Leaf.TOOL)
READERS: Final = Leaf.TOOL + Leaf.READER
_INTERPRETERS: Final = Leaf.TOOL + Leaf.INTERPRETER
_ALL: Final = "".join(Leaf)


class Round(msgspec.Struct, frozen=True):
    """What became of criteria, by id: their records, and what their probes printed and logged."""

    records: dict[str, CriterionRecord] = {}
    logs: dict[str, list[str]] = {}
    printed: dict[str, tuple[str, ...]] = {}

    def leaves(self, name: str) -> tuple[str, ...]:
        """Return the leaves that a criterion started."""
        lines = (line for line in self.logs.get(name, ()) if line[:1] not in (REAL, MISSING))
        return tuple(dict.fromkeys(lines))

    def started(self, name: str, kind: str = "") -> list[str]:
        """Return the programs that a criterion started and that were no leaves, of one kind."""
        begin = REAL + kind
        return [line[2:] for line in self.logs.get(name, ()) if line.startswith(begin)]

    def missing(self, name: str) -> tuple[str, ...]:
        """Return the programs that bash did not find."""
        return tuple(line[1:] for line in self.logs.get(name, ()) if line[:1] == MISSING)

    def good(self) -> dict[str, tuple[str, ...]]:
        """Return the digests of what those criteria printed that passed."""
        return {name: self.printed[name] for name, one in self.records.items() if one.verdict.good}


class Tried(msgspec.Struct, frozen=True):
    """A criterion where its leaves failed: the letters of what counted for one, and which it had.

    `missing` are programs that bash did not find, and then there are no leaves.
    """

    letters: str
    leaves: tuple[str, ...]
    record: CriterionRecord
    missing: tuple[str, ...] = ()


class Rounds:
    """Runs criteria of a board in copies that `worlds` makes, below the folder `scratch`.

    `durations` are how long their probes take, in seconds, by id: a round takes little more, and
    nothing of a slow one but its start. Where that is unknown, the board's limits hold, or
    `timeout`.
    `signal` is the number of one that ended a round: nothing runs after it, nor where no wall holds
    what it writes and connects to.
    """

    def __init__(
        self,
        board: Board,
        worlds: Worlds,
        *,
        scratch: str,
        run: TrialRunner,
        timeout: float | None = None,
    ) -> None:
        self._board = board
        self.wall = find_wall(os.environ)
        self.workdir = board.workdir
        self.catalogues = board.catalogues
        self.worlds = worlds
        self._scratch = scratch
        self._run = run
        self._timeout = timeout
        self._number = 0
        self.durations: Mapping[str, float] = {}
        self.signal: int | None = None

    def new(self, name: str) -> str:
        """Return a name that nothing else has here."""
        self._number += 1
        return f"{name}-{self._number}"

    def folder(self, name: str) -> str:
        """Return a new path below the scratch folder."""
        return os.path.join(self._scratch, self.new(name))

    def is_cut(self, name: str, record: CriterionRecord) -> bool:
        """Return whether a criterion that takes long was ended at its start."""
        is_slow = self.durations.get(name, 0.0) > _QUICK_S
        return is_slow and record.reason_code is ReasonCode.TIMEOUT

    def with_leaves(self, name: str, *, tools: bool = True) -> Copied:
        """Copy the project with stand-ins for what may be a leaf; see `Leaves` for `tools`."""
        stand_ins = Leaves(self.folder(f"{name}-programs"), tools=tools)
        return self.worlds.make_with(stand_ins, name)

    def where_leaves_fail(self, copied: Copied, names: Iterable[str]) -> dict[str, Tried]:
        """Run criteria until something is a leaf; only those have a result that had one.

        A command of the project goes from its tools to whatever it starts. Another check stops at
        interpreters: the utilities that it uses are not what it is about.
        """
        criteria = copied.criteria(names)
        results: dict[str, Tried] = {}
        waiting = dict.fromkeys(criteria, TOOLS)
        for letters in (TOOLS, READERS, _INTERPRETERS, _ALL):
            due = {name: one for name, one in criteria.items() if waiting.get(name) == letters}
            part = self.perform(copied, due, letters)
            for name, record in part.records.items():
                missing, leaves = part.missing(name), part.leaves(name)
                if missing or leaves:
                    del waiting[name]
                    results[name] = Tried(letters, leaves, record, missing)
                elif not _is_own(criteria[name]):
                    waiting[name] = _INTERPRETERS
                elif letters == TOOLS and is_recipe(criteria[name]):
                    waiting[name] = _INTERPRETERS  # its check looks at things itself
                elif letters == TOOLS and part.started(name, Leaf.READER):
                    waiting[name] = READERS
                else:
                    waiting[name] = _ALL
        return results

    def again(
        self, copied: Copied, tried: Mapping[str, Tried], *, status: int | None, words: bool
    ) -> Round:
        """Run criteria once more with their leaves, which end with `status` and talk or do not."""
        whole = Round({}, {}, {})
        for letters in dict.fromkeys(own.letters for own in tried.values()):
            due = copied.criteria(name for name in tried if tried[name].letters == letters)
            part = self.perform(copied, due, letters, status=status, words=words)
            whole.records.update(part.records)
            whole.logs.update(part.logs)
            whole.printed.update(part.printed)
        return whole

    def perform(
        self,
        copied: Copied,
        criteria: Mapping[str, Criterion],
        letters: str = "",
        *,
        status: int | None = None,
        words: bool = False,
        path: str = "",
        only: Mapping[str, str] | None = None,
        says: Mapping[str, str] | None = None,
        network: bool = False,
    ) -> Round:
        """Run criteria in a copy; leaves are of the kinds in `letters`, and end with `status`.

        By default that is one which the criterion does not expect. `path` takes the place of PATH.
        `only` names, by id, the one leaf that does not succeed, `says` what they print. Without
        `network` nothing is connected to.
        """
        if not criteria or self.signal is not None or self.wall is None:
            return Round()
        label, logs = self.new("trial"), self.folder("logs")
        os.mkdir(logs)
        part = copied.part(criteria, label, timeout=self._timeout, logs=logs)
        probes = []
        for probe in part.plan.probes:
            name = part.readers[probe.id]
            criterion, duration = criteria[name], self.durations.get(name, 0.0)
            more = letters
            if letters and duration > _QUICK_S and _is_own(criterion):
                more += Leaf.INTERPRETER
            ends = failing_status(criterion) if status is None else status
            settings = {LEAVES: more, STATUS: str(ends), LOG: probe.env[LOG]}
            settings |= {WORDS: words_of(probe.command)} if words else {}
            settings |= {ONLY: only[name]} if only else {}
            settings |= {SAYS: says[name]} if says else {}
            environment = {**probe.env, **NOT_FOUND, **settings, "TMPDIR": logs}
            environment |= {"PATH": path} if path else {}
            replaced = copied.replaced(criterion) if letters else {}
            if copied.stand_in:
                settings_file = os.path.join(logs, f"{probe.id}-settings")
                lines = (f"export {key}={shlex.quote(value)}" for key, value in settings.items())
                Path(settings_file).write_text("\n".join(lines), "utf-8", "surrogateescape")
                replaced |= {settings_of(copied.stand_in): settings_file}
            walls = Confinement(
                wall=self.wall,
                writable=(copied.root, logs),
                readable=(self._scratch, self.worlds.original.place.root),
                network=network,
                replaced=replaced,
                mark=os.path.join(logs, probe.id),
            )
            limit = probe.timeout
            if name in self.durations:
                limit = min(limit, _QUICK_S if duration > _QUICK_S else _QUICK_S + duration)
            probes.append(
                msgspec.structs.replace(probe, env=environment, timeout=limit, confined=walls)
            )
        plan = msgspec.structs.replace(part.plan, probes=tuple(probes))
        whole = joined(self._board, [TrialPlan(board=part.board, plan=plan)])
        document = self._run(whole)
        if document.interrupted:
            self.signal = document.gate.exit_status - ExitStatus.SIGNAL
            return Round()
        started = {
            planned.criterion.id: [probe.id for probe in probes_of(plan, planned.probes)]
            for planned in plan.planned
        }
        known = {probe.id: probe for probe in document.probes}
        records = {record.id: record for record in document.criteria()}
        ids = {name: renamed(name, label) for name in criteria}
        begun = set(os.listdir(logs))
        held = [name for name in criteria if begun.issuperset(started[ids[name]])]
        return Round(
            {name: records[ids[name]] for name in held},
            {
                name: [
                    line
                    for probe in started[ids[name]]
                    for line in Path(logs, probe).read_text("utf-8", "surrogateescape").splitlines()
                ]
                for name in held
            },
            {name: printed(records[ids[name]], known, copied.board.workdir) for name in held},
        )


def printed(
    record: CriterionRecord, probes: Mapping[str, ProbeRecord], folder: str
) -> tuple[str, ...]:
    """Return the digests of what a criterion's probes printed in a folder; `probes` are by id."""
    return digests_of(map(probes.__getitem__, record.probes), folder)


def is_recipe(criterion: Criterion) -> bool:
    """Return whether it is a check that stands for a command: a recipe of make."""
    return criterion.check is not None and criterion.check.stands_for is not None


def _is_own(criterion: Criterion) -> bool:
    return criterion.check is not None and is_own(criterion.check)
