"""Which criteria a run is about: selectors and profiles."""

from collections.abc import Collection, Mapping, Sequence

from readiness.model.board import Board, Criterion, Task
from readiness.model.errors import UsageError
from readiness.model.words import Priority
from readiness.text.nearest import suggestion
from readiness.text.worded import joined, worded

CHANGED = "changed"


def revision_of(selector: str) -> str | None:
    """Return the revision of a `changed:` selector, HEAD for a bare one; None for others."""
    kind, colon, name = selector.partition(":")
    return name or ("" if colon else "HEAD") if kind == CHANGED else None


def select(
    board: Board,
    selectors: Sequence[str],
    failed: Collection[str] | None,
    affected: Mapping[str, Collection[str]] | None = None,
) -> frozenset[str] | None:
    """Return the ids of the criteria that `selectors` name; None where there is no selector.

    `failed` are the criteria that were not good in the last run, None where there was none.
    `affected` has, by revision, those that what changed since can affect: it may be none.
    Raises `UsageError` for another selector that names nothing.
    """
    if not selectors:
        return None
    chosen: set[str] = set()
    for selector in selectors:
        revision = revision_of(selector)
        if revision is not None and affected is not None:
            chosen |= {*affected[revision]}
            continue
        matches = _matches(board, selector, failed)
        if not matches:
            raise UsageError(
                worded(
                    "usage.selects_nothing", selector=selector, why=_why_nothing(board, selector)
                )
            )
        chosen |= matches
    return frozenset(chosen)


def skip_reason(criterion: Criterion, board: Board, chosen: frozenset[str] | None) -> str:
    """Why a criterion is not part of this run; empty where it is."""
    if criterion.profiles and board.profile not in criterion.profiles:
        names = joined(criterion.profiles, "names")
        if criterion.elsewhere:
            return worded("reason.only_in_profile", names=names)
        return worded("reason.not_in_profile", names=names)
    if chosen is not None and criterion.id not in chosen:
        return worded("reason.not_selected")
    return ""


def _matches(board: Board, selector: str, failed: Collection[str] | None) -> set[str]:
    if selector == "failed":
        if failed is None:
            raise UsageError(worded("usage.failed_needs_run"))
        return {criterion.id for criterion in board.criteria() if criterion.id in failed}
    kind, colon, name = selector.partition(":")
    return {
        criterion.id
        for task, criterion in board.pairs()
        if (_tagged(task, criterion, kind, name) if colon else _named(task, criterion, selector))
    }


def _tagged(task: Task, criterion: Criterion, kind: str, name: str) -> bool:
    if kind == "tag":
        return name in task.tags
    if kind == "owner":
        return task.owner == name
    return kind == "check" and criterion.check is not None and criterion.check.name == name


def _named(task: Task, criterion: Criterion, selector: str) -> bool:
    return selector in (task.id, criterion.id, task.priority.value)


def _why_nothing(board: Board, selector: str) -> str:
    if selector == "failed":
        return worded("usage.nothing_failed")
    if selector in [*Priority]:
        return worded("usage.no_such_priority")
    names = {"failed", CHANGED, *Priority}
    for task, criterion in board.pairs():
        names.update((task.id, criterion.id, *(f"tag:{tag}" for tag in task.tags)))
        if task.owner:
            names.add(f"owner:{task.owner}")
        if criterion.check is not None and criterion.check.name:
            names.add(f"check:{criterion.check.name}")
    return suggestion(selector, sorted(names), worded("hint.selectors"))
