"""`--base`: a run by the rules of another revision's board, on the files of this one."""

import os
from collections.abc import Callable, Container, Iterator
from contextlib import ExitStack, contextmanager

import msgspec
from msgspec.structs import replace

from readiness.guard.changes import loosened
from readiness.guard.compare import Comparison
from readiness.guard.stricter import both
from readiness.guard.tree import Commit
from readiness.history.store import History
from readiness.model.board import Board
from readiness.model.errors import BaseError, StoppedError
from readiness.model.plan import Plan
from readiness.model.settings import BoardSettings, RunSettings
from readiness.pipeline.facts import Start
from readiness.pipeline.features import Feature
from readiness.pipeline.measured import Measurer, loosening
from readiness.pipeline.opening import base_ref, open_changed
from readiness.record.document import Loosening, RunDocument
from readiness.record.origin import BaseRef
from readiness.run.processes.supervise import run_name
from readiness.run.scratch import choose, make, remove
from readiness.text.worded import worded


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is judged by: the base's board with what the head's asks more.

    `weighed` is the same by the head's weights, where they differ. `loosened` is what the change
    lets slip, in the board and in what is measured, as far as reading tells; `found` is all of it.
    """

    found: Comparison
    commit: Commit
    board: Board
    weighed: Board | None
    base: BaseRef
    loosened: list[Loosening]


class BaseRules(Feature):
    """A run by the rules of another revision's board."""

    turn = -1  # what the other features add, they add to a run that is known to have a base

    def opening(self, stack: ExitStack) -> Board:
        """Return the board of the base, with what the change asks more."""
        self._judged = stack.enter_context(judged_by_base(self.settings))
        return self._judged.board

    def opened(self, start: Start, board: Board, history: History | None) -> Start:
        """Add the base, and what the change loosens as far as reading tells."""
        judged = self._judged
        return replace(start, base=judged.base, loosened=judged.loosened, weighed=judged.weighed)

    def starting(self, start: Start, plan: Plan, stack: ExitStack) -> Start:
        """Measure by the base's rules what the change might measure otherwise."""
        names = {planned.criterion.id for planned in plan.planned if not planned.skipped}
        seen = stack.enter_context(measured_by_base(self._judged, self.settings, names))
        return replace(start, seen=seen)


@contextmanager
def judged_by_base(settings: BoardSettings) -> Iterator[Judged]:
    """Open the board of `settings.base`, to be run on the work tree; within, its scripts exist.

    Raises `BaseError` where the base, or a board in it, cannot be read, and else as
    `open_changed` does.
    """
    with open_changed(settings) as (base, found):
        if found.base is None:
            raise BaseError(worded("usage.base_no_board_run", ref=base.ref))
        rules = both(found.base, found.head)
        yield Judged(
            found=found,
            commit=base.commit,
            board=rules.board,
            weighed=rules.weighed,
            base=replace(base_ref(base, found), not_run=list(rules.not_run)),
            loosened=list(map(loosening, loosened(found.changes))),
        )


@contextmanager
def measured_by_base(
    judged: Judged, settings: RunSettings, names: Container[str]
) -> Iterator[Callable[[RunDocument], list[Loosening]]]:
    """Measure the named criteria by the base's rules, as far as the change decides how.

    What is given tells what is loosened, once the run by the head's own files is over.
    """
    scratch = make(choose(os.environ, f"{run_name()}-base"))
    try:
        comparison = judged.found
        measurer = Measurer(comparison, judged.commit, settings, scratch, names)
        if measurer.measuring is not None:
            measurer.measuring.run(measurer.run, own=False)
        if measurer.interrupted:
            raise StoppedError(measurer.interrupted)
        yield lambda document: list(map(loosening, loosened(measurer.after(comparison, document))))
    finally:
        remove(scratch)


FEATURE = BaseRules
