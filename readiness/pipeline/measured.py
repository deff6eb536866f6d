"""A change, measured by the base's rules: what `guard` and a run with a base need for that."""

import datetime
import os
from collections.abc import Container, Sequence
from contextlib import suppress

import msgspec
from msgspec.structs import replace

from readiness import __version__
from readiness.guard.accepting import accepted
from readiness.guard.changes import Change
from readiness.guard.compare import Comparison
from readiness.guard.deciding import Decider, measurable, of_the_gate
from readiness.guard.findings import Compared
from readiness.guard.keeping import KeptResults, anywhere, content_key, result_folder
from readiness.guard.measuring import Measuring
from readiness.guard.observing import FileObserver
from readiness.guard.states import States
from readiness.guard.tree import Commit
from readiness.model.board import Board
from readiness.model.settings import RunSettings
from readiness.pipeline.execution import execute
from readiness.pipeline.facts import begin
from readiness.prove.trials import TrialPlan, TrialRunner
from readiness.prove.worlds import Worlds
from readiness.record.document import Loosening, RunDocument


class MeasuredChange(msgspec.Struct, frozen=True):
    """What measuring a change shows: all changes, the criteria that were compared, and remarks."""

    changes: list[Change] = []
    compared: list[Compared] = []
    remarks: list[str] = []


class Measurer:
    """Runs what a comparison needs to be measured. `scratch` is an empty folder.

    What the same files, boards and tools came to is kept for a day, and not measured again.
    """

    def __init__(
        self,
        comparison: Comparison,
        base: Commit,
        settings: RunSettings,
        scratch: str,
        names: Container[str] | None = None,
    ) -> None:
        self._comparison = comparison
        self._run = running(settings)
        self._nothing_more = running(replace(settings, over_at=0))
        self._kept = KeptResults(result_folder(os.environ, "changes"))
        self._key = ""
        self.interrupted = 0
        self.result: MeasuredChange | None = None
        self.measuring: Measuring | None = None
        board, states = comparison.base, comparison.states
        if board is None or states is None:
            return
        worlds = Worlds(board, os.environ, scratch)
        asked = [base.commit, str(settings.timeout), *(one.id for one in measurable(board, names))]
        asked += map(repr, (comparison.changes, *_recipes(board), *_recipes(comparison.head)))
        self._key = _key(asked, states, worlds)
        if known := self._kept.read(self._key):
            self.result = msgspec.json.decode(known, type=MeasuredChange)
            return
        own = of_the_gate(board, base.root)
        decider = Decider(states, board, comparison.workdir, sites=worlds.sites(), own=own)
        observer = FileObserver(base, states, worlds, scratch, settings.timeout)
        unsure = filter(decider.is_unsure_of, measurable(board, names))
        decider.observed = observer.observe(unsure, decider.carried, self.run)
        self.measuring = Measuring(
            board,
            base,
            states,
            comparison.workdir,
            decider=decider,
            worlds=worlds,
            kept=KeptResults(result_folder(os.environ)),
            scratch=scratch,
            timeout=settings.timeout,
            names=names,
        )

    def changes(self) -> list[Change]:
        """Measure by both rules, side by side; return all changes, read and seen.

        What was read and only measuring can judge is neutral where nothing comes out otherwise.
        """
        if self.measuring is not None:
            self.measuring.run(self.run, own=True)
        return self._compared(None)

    def after(self, document: RunDocument) -> list[Change]:
        """Return all changes, where `document` has what the head's own rules say."""
        if self.interrupted or document.interrupted:
            return accepted_by_base(self._comparison, self._comparison.changes)
        return self._compared(document)

    def _compared(self, document: RunDocument | None) -> list[Change]:
        if self.result is None:
            self.result = self._measured(document)
        files = self.result.compared
        return accepted_by_base(self._comparison, self.result.changes, files)

    def _measured(self, document: RunDocument | None) -> MeasuredChange:
        read = self._comparison.changes
        if self.measuring is None:
            return MeasuredChange(read)
        seen = self.measuring.compare(document, self.run, read)
        changes = [*seen.changes, *map(seen.judged, read)]
        result = MeasuredChange(changes, seen.compared, seen.remarks)
        if seen.steady and not self.interrupted:
            with suppress(UnicodeEncodeError):  # of a path that is no text
                self._kept.write(self._key, msgspec.json.encode(result))
        return result

    def run(self, part: TrialPlan) -> RunDocument:
        """Run a part to its end; after a signal, nothing of it is started."""
        document = (self._nothing_more if self.interrupted else self._run)(part)
        if document.interrupted:
            self.interrupted = document.gate.exit_status
        return document


def _recipes(board: Board) -> tuple[object, ...]:
    """Return how a board measures, wherever the files of its checks were written."""
    return (*anywhere(board).criteria(), board.env, board.secrets, board.quarantine)


def _key(asked: Sequence[str], states: States, worlds: Worlds) -> str:
    """Return a key of what is asked today, of all files in both states, and of the programs."""
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    old = {f"{path} before": states.before.get(path, "") for path in states.changed}
    path = worlds.path()
    folders = [*path.split(os.pathsep), *worlds.sites()]
    return content_key([__version__, day, path, *asked], {**states.after, **old}, folders)


def accepted_by_base(
    comparison: Comparison, changes: list[Change], compared: Sequence[Compared] = ()
) -> list[Change]:
    """Return the changes, with those that the base's board accepts made neutral."""
    declared = comparison.base.accept if comparison.base is not None else ()
    today = datetime.datetime.now(datetime.UTC).date()
    files = {criterion.id: criterion.files for criterion in compared}
    return accepted(changes, declared, today, files)


def running(settings: RunSettings) -> TrialRunner:
    """Return a runner that runs a part to its end, and records nothing."""

    def run(part: TrialPlan) -> RunDocument:
        start = begin(part.board.profile)
        return execute(part.board, part.plan, start, settings, versions={}).document

    return run


def loosening(change: Change) -> Loosening:
    """Return a change as the run document has it."""
    return Loosening(
        subject=change.subject,
        what=change.what,
        before=change.before,
        after=change.after,
        path=change.path,
        line=change.line,
        runs_gate=change.runs_gate,
    )
