"""What the changes that selectors name can affect."""

import os
from collections.abc import Collection, Sequence

from readiness.model.board import Board
from readiness.plan import make_plan
from readiness.plan.selection import revision_of
from readiness.reuse.changed import affected


def affected_since(board: Board, selectors: Sequence[str]) -> dict[str, Collection[str]]:
    """Return what the change since each revision that a selector names can affect."""
    revisions = {
        revision for selector in selectors if (revision := revision_of(selector)) is not None
    }
    if not revisions:
        return {}
    whole = make_plan(board, environ=os.environ)
    return {revision: affected(board, whole, revision) for revision in revisions}
