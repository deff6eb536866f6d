"""What a change can affect: the criteria whose tools do not ignore all of its files."""

import os

from readiness.model.board import Board, Check
from readiness.model.errors import UsageError
from readiness.model.plan import Plan
from readiness.project.git import Asking, GitError, ask, repository
from readiness.reuse.fingerprint import checks_by_probe
from readiness.reuse.snapshot import Scope
from readiness.text.worded import worded


def affected(board: Board, plan: Plan, revision: str) -> frozenset[str]:
    """Return the ids of the criteria that what changed since `revision` can affect.

    `plan` is that of the whole board. Uncommitted changes and files that git does not know count.
    Raises `UsageError` where git cannot tell.
    """
    changed = changed_files(board.workdir, revision)
    if os.path.realpath(board.path) in changed:
        return frozenset(criterion.id for criterion in board.criteria())
    root = repository(os.path.realpath(board.workdir))
    touched: set[int] = set()
    # Producers stand before their readers.
    for index, (probe, checks) in enumerate(zip(plan.probes, checks_by_probe(plan), strict=True)):
        ignores = frozenset(check.ignores for check in checks)
        scope = Scope(os.path.realpath(probe.workdir), ignores)
        if not touched.isdisjoint(probe.after) or any(
            scope.covers(path, root) or any(_defines(path, check, board) for check in checks)
            for path in changed
        ):
            touched.add(index)
    return frozenset(
        planned.criterion.id
        for planned in plan.planned
        if not planned.probes or not touched.isdisjoint(planned.probes)
    )


def changed_files(folder: str, revision: str) -> frozenset[str]:
    """Return the real paths of all files that differ from a revision, in a folder's repository."""
    root = repository(os.path.realpath(folder))
    if not root:
        raise UsageError(worded("usage.changed_needs_git", folder=folder))
    status = Asking(root)
    options = ("--name-only", "--no-renames", "--no-ext-diff", "-z")
    try:
        commit = ask(
            *(root, "rev-parse", "--verify", "--quiet", "--end-of-options"),
            f"{revision}^{{commit}}",
        )
        since = commit.decode().strip()
        listed = ask(root, "diff", *options, since, "HEAD", "--")
    except GitError:
        status.answer()
        raise UsageError(worded("usage.no_revision", name=revision)) from None
    names = (*listed.split(b"\0"), *status.changed().paths)
    return frozenset(os.path.join(root, os.fsdecode(name)) for name in names if name)


def _defines(path: str, check: Check, board: Board) -> bool:
    """Return whether a file is the check's definition, or was it before it went."""
    folder, name = os.path.split(path)
    return name == f"{check.name}.yaml" and folder in map(os.path.realpath, board.catalogues)
