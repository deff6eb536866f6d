"""What the changes that selectors name can affect."""

import os
from collections.abc import Collection, Sequence

from readiness.history.store import History
from readiness.model.board import Board
from readiness.pipeline.features.reuse import seen_inputs
from readiness.plan import make_plan
from readiness.plan.selection import revision_of
from readiness.reuse.changed import affected


def affected_since(
    board: Board, selectors: Sequence[str], history: History | None
) -> dict[str, Collection[str]]:
    """Return what the change since each revision that a selector names can affect."""
    revisions = {
        revision for selector in selectors if (revision := revision_of(selector)) is not None
    }
    if not revisions:
        return {}
    whole = make_plan(board, environ=os.environ)
    seen = {} if history is None else seen_inputs(whole, history)
    return {revision: affected(board, whole, revision, seen) for revision in revisions}
