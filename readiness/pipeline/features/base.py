"""`--base`: a run by the rules of another revision's board, on the files of this one."""

import os
from contextlib import ExitStack

from msgspec.structs import replace

from readiness.guard.changes import loosened
from readiness.guard.stricter import both
from readiness.history.store import History
from readiness.model.board import Board
from readiness.model.errors import BaseError, StoppedError
from readiness.model.plan import Plan
from readiness.pipeline.facts import Start
from readiness.pipeline.features import Feature
from readiness.pipeline.measured import Measurer, loosening
from readiness.pipeline.opening import base_ref, open_changed
from readiness.run.processes.supervise import run_name
from readiness.run.scratch import scratch_folder
from readiness.text.worded import worded


class BaseRules(Feature):
    """A run by the rules of another revision's board."""

    turn = -1  # what the other features add, they add to a run that is known to have a base

    def opening(self, stack: ExitStack) -> Board:
        """Return the board of the base, with what the change asks more.

        Where somebody accepts what the change loosens, it is the change's own board.
        Raises `BaseError` where the base, or a board in it, cannot be read, and else as
        `open_changed` does. Where a line is to be held, a first board stands for itself.
        """
        base, self._comparison = stack.enter_context(open_changed(self.settings))
        if self._comparison.base is None and self.settings.hold_line:
            self._commit, self._base = base.commit, base_ref(base, self._comparison)
            return self._comparison.head
        if self._comparison.base is None:
            raise BaseError(worded("usage.base_no_board_run", ref=base.ref))
        self._commit = base.commit
        self._base = base_ref(base, self._comparison)
        if self.settings.accepted is not None:
            return self._comparison.head
        rules = both(self._comparison.base, self._comparison.head)
        self._base = replace(self._base, not_run=list(rules.not_run))
        return rules.board

    def opened(self, start: Start, board: Board, history: History | None) -> Start:
        """Add the base, and what the change loosens as far as reading tells."""
        return replace(
            start,
            base=self._base,
            loosened=list(map(loosening, loosened(self._comparison.changes))),
        )

    def starting(self, start: Start, plan: Plan, stack: ExitStack) -> Start:
        """Measure by the base's rules what the change might measure otherwise."""
        names = {planned.criterion.id for planned in plan.planned if not planned.skipped}
        scratch = stack.enter_context(scratch_folder(os.environ, f"{run_name()}-base"))
        measurer = Measurer(self._comparison, self._commit, self.settings, scratch, names)
        if measurer.measuring is not None:
            measurer.measuring.run(measurer.run, own=False)
        if measurer.interrupted:
            raise StoppedError(measurer.interrupted)
        return replace(
            start,
            seen=lambda document: list(map(loosening, loosened(measurer.after(document)))),
        )


FEATURE = BaseRules
