"""A change, measured by the base's rules: what `guard` and a run with a base need for that."""

import datetime
import os
from collections.abc import Container, Sequence

from msgspec.structs import replace

from readiness.guard.accepting import accepted
from readiness.guard.changes import Change
from readiness.guard.compare import Comparison
from readiness.guard.deciding import Decider, measurable, of_the_gate
from readiness.guard.findings import Compared
from readiness.guard.gate_steps import steps_seen
from readiness.guard.keeping import KeptResults, result_folder
from readiness.guard.measuring import Measuring
from readiness.guard.observing import FileObserver
from readiness.guard.tree import Commit
from readiness.model.settings import RunSettings
from readiness.pipeline.execution import execute
from readiness.pipeline.facts import begin
from readiness.prove.trials import TrialPlan, TrialRunner
from readiness.prove.worlds import Worlds
from readiness.record.document import Loosening, RunDocument


class Measurer:
    """Runs what a comparison needs to be measured. `scratch` is an empty folder."""

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
        self._scratch = scratch
        self.interrupted = 0
        self.compared: list[Compared] = []
        self.remarks: list[str] = []
        self.measuring: Measuring | None = None
        board, states = comparison.base, comparison.states
        if board is not None and states is not None:
            worlds = Worlds(board, os.environ, scratch)
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
        read = self._comparison.changes
        if self.measuring is None:
            return accepted_by_base(self._comparison, read)
        seen = self.measuring.compare(document, self.run, read)
        self.compared, self.remarks = seen.compared, seen.remarks
        states = self._comparison.states
        steps = steps_seen(states, read, self._scratch) if states is not None else []
        changes = [*seen.changes, *steps, *map(seen.judged, read)]
        return accepted_by_base(self._comparison, changes, self.compared)

    def run(self, part: TrialPlan) -> RunDocument:
        """Run a part to its end; after a signal, nothing of it is started."""
        document = (self._nothing_more if self.interrupted else self._run)(part)
        if document.interrupted:
            self.interrupted = document.gate.exit_status
        return document


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
