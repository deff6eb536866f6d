"""`--base`: a run by the rules of another revision's board, on the files of this one."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from readiness.guard.changes import Change, loosened
from readiness.guard.compare import Comparison
from readiness.guard.stricter import both
from readiness.guard.tree import Commit
from readiness.model.board import Board
from readiness.model.errors import BaseError
from readiness.model.settings import BoardSettings
from readiness.pipeline.opening import base_ref, open_changed
from readiness.record.document import Loosening
from readiness.record.origin import BaseRef
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
            base=msgspec.structs.replace(base_ref(base, found), not_run=list(rules.not_run)),
            loosened=list(map(loosening, loosened(found.changes))),
        )


def loosening(change: Change) -> Loosening:
    """A change as the run document has it."""
    return Loosening(
        subject=change.subject,
        what=change.what,
        before=change.before,
        after=change.after,
        path=change.path,
        line=change.line,
    )
