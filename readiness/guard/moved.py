"""Code that a change moves to where its tools do not look, or into a form that they do not read.

Tools pass over names of their own: `dist/`, `venv/`, a folder that settings leave out, a file
without its ending. So a fault of each tool takes the place of what moved, on both sides.
"""

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

import msgspec

from readiness.guard.changes import Change
from readiness.guard.deciding import Decider, serves_tests
from readiness.guard.overlay import lay_over
from readiness.guard.planted import faults_of
from readiness.guard.project.rules import TABLE
from readiness.guard.states import States
from readiness.guard.tree import Commit
from readiness.guard.verdicts import better
from readiness.load.catalogue import Catalogue
from readiness.model.board import Criterion
from readiness.prove.trials import TrialPlan, TrialRunner, joined, renamed
from readiness.prove.worlds import Worlds
from readiness.record.document import RunDocument
from readiness.text.sentences import Sentences

_ALIKE: Final = 0.6
"""How much two files share, of all their lines, at least, if one became the other."""
_FEWEST_LINES: Final = 3
_MOST_LINES: Final = 4000
_MOST: Final = 20
_WORLDS: Final = ("moved-base", "moved-head")
_LONGEST: Final = 30.0


class MovedCode(msgspec.Struct, frozen=True, dict=True):
    """Tells which criteria no longer look at code that moved."""

    commit: Commit
    states: States
    worlds: Worlds
    decider: Decider
    catalogue: Catalogue

    @cached_property
    def moves(self) -> dict[str, str]:
        """Return where code went, by where it was, as far as its text shows."""
        states = self.states
        old = [path for path in states.changed if self._is_code(path) and path not in states.after]
        new = [path for path in states.changed if path not in states.before]
        new = [path for path in new if old and not serves_tests(path, states)]
        moves: dict[str, str] = {}
        for path in old[:_MOST]:
            folder, stem = os.path.dirname(path), _stem(path)
            near = [to for to in new if _stem(to) == stem or os.path.dirname(to) == folder]
            best = max(near, key=lambda to: self._share(path, to), default=None)
            if best is not None and self._share(path, best) >= _ALIKE:
                moves[path] = best
                new.remove(best)
        return moves

    def unseen(
        self, criteria: Iterable[Criterion], run: TrialRunner, say: Sentences
    ) -> Iterator[Change]:
        """Yield the criteria that noticed a fault in code where it was, and not where it is now."""
        tools: dict[str, list[str]] = {}
        kinds = {os.path.splitext(path)[1] for path in self.moves}
        for criterion in criteria if kinds else ():
            if self.decider.of(criterion).runs_tests:
                continue
            for tool in self.catalogue.names():
                is_part = tool.partition("-")[0] in self.catalogue.names() and "-" in tool
                if is_part or not self.decider.mentions(criterion, tool):
                    continue
                if kinds & self._faults(tool).keys():
                    tools.setdefault(tool, []).append(criterion.id)
        for tool, names in tools.items():
            rejects, misses = say("guard.rejects", tool=tool), say("guard.rejects_not")
            for name, path in self._unseen(tool, names, run):
                yield better(name, (path,), rejects, misses, self.states)

    def _unseen(self, tool: str, names: list[str], run: TrialRunner) -> Iterator[tuple[str, str]]:
        faults = self._faults(tool)
        moves = {old: new for old, new in self.moves.items() if os.path.splitext(old)[1] in faults}
        parts = [
            self._part(f"{tool}-{_WORLDS[side]}", names, side, moves, faults) for side in (0, 1)
        ]
        document = run(joined(parts[0].board, parts))
        records = {record.id: record for record in document.criteria()}
        for name in names:
            ids = [renamed(name, f"{tool}-{label}") for label in _WORLDS]
            base, head = (records[each] for each in ids)
            if base.verdict.good or base.cut_short or head.cut_short:
                continue
            by_base, by_head = (_output(document, each) for each in ids)
            noticed = [old for old in moves if old in by_base]
            lost = [moves[old] for old in noticed if moves[old] not in by_head]
            if head.verdict.good:
                yield name, next(iter(lost or moves.values()))
            elif lost and len(lost) < len(noticed):
                yield name, lost[0]

    def _part(
        self,
        label: str,
        names: list[str],
        side: int,
        moves: Mapping[str, str],
        faults: Mapping[str, str],
    ) -> TrialPlan:
        copy = self.worlds.make(f"faults-{label}")
        if side == 0:
            lay_over(self.commit, copy.root, self.states.changed)
        for move in moves.items():
            whole = os.path.join(copy.root, move[side])
            if os.path.isfile(whole) and not os.path.islink(whole):
                with open(whole, "w", encoding="utf-8") as file:
                    file.write(faults[os.path.splitext(move[0])[1]])
        return copy.part(copy.criteria(names), label, timeout=_LONGEST)

    def _faults(self, tool: str) -> dict[str, str]:
        """Return a file that a tool's check must reject, by its ending; tests are none."""
        faults = faults_of(self.catalogue, tool).items()
        return {os.path.splitext(name)[1]: text for name, text in faults if name[:5] != "test_"}

    def _is_code(self, path: str) -> bool:
        return bool(TABLE.sources.search(path)) and not serves_tests(path, self.states)

    def _share(self, old: str, new: str) -> float:
        sides = (self.states.text(old, 0), self.states.text(new, 1))
        before, after = ((text or "").split("\n") for text in sides)
        if not _FEWEST_LINES <= len(before) <= _MOST_LINES or len(after) > _MOST_LINES:
            return 0.0
        return difflib.SequenceMatcher(None, before, after, autojunk=False).ratio()


def _stem(path: str) -> str:
    return os.path.basename(path).partition(".")[0]


def _output(document: RunDocument, name: str) -> str:
    """Return all that a criterion's probes printed, and the places that it found."""
    record = next(record for record in document.criteria() if record.id == name)
    probes = {probe.id: probe for probe in document.probes}
    streams = (
        stream
        for probe in map(probes.__getitem__, record.probes)
        for stream in (probe.stdout, probe.stderr)
    )
    places = (finding.path for finding in document.findings if finding.criterion == name)
    return "\n".join([*(f"{stream.head}{stream.tail}" for stream in streams), *places])
