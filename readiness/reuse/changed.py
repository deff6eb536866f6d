"""What a change can affect: the criteria whose inputs it touches, and those that name none."""

import os
from collections.abc import Sequence

from readiness.model.board import TRACED, Board, Check
from readiness.model.errors import UsageError
from readiness.model.plan import Plan
from readiness.project.git import Asking, GitError, ask, repository
from readiness.reuse.fingerprint import (
    SCRIPTS,
    checks_by_probe,
    input_patterns,
    program_files,
    programs_of_checks,
)
from readiness.reuse.patterns import Pattern
from readiness.text.worded import worded


def affected(board: Board, plan: Plan, revision: str) -> frozenset[str]:
    """Return the ids of the criteria that what changed since `revision` can affect.

    `plan` is that of the whole board. Uncommitted changes and files that git does not know count;
    what is traced may look at any file. Raises `UsageError` where git cannot tell.
    """
    changed = changed_files(board.workdir, revision)
    if os.path.realpath(board.path) in changed:
        return frozenset(criterion.id for criterion in board.criteria())
    touched = _touched(board, plan, changed)
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


def _touched(board: Board, plan: Plan, paths: frozenset[str]) -> frozenset[int]:
    """Return the probes that a change can affect, those behind them included."""
    by_probe = checks_by_probe(plan)
    touched: set[int] = set()
    # Producers stand before their readers.
    for index, probe in enumerate(plan.probes):
        if not touched.isdisjoint(probe.after) or any(
            _is_redefined(check, board, paths) for check in by_probe[index]
        ):
            touched.add(index)
            continue
        patterns = input_patterns(probe, by_probe[index], plan.environment)
        search = probe.env.get("PATH") or probe.path or plan.environment.get("PATH", os.defpath)
        if (
            not patterns
            or any(TRACED in check.inputs for check in by_probe[index])
            or _are_covered(probe.workdir, patterns, paths)
            or not paths.isdisjoint(program_files(probe, search))
        ):
            touched.add(index)
    return frozenset(touched)


def _are_covered(workdir: str, patterns: Sequence[Pattern], paths: frozenset[str]) -> bool:
    home = os.path.realpath(workdir)
    names = [name for path in paths for name in (os.path.relpath(path, home), path)]
    real = [Pattern(os.path.realpath(os.path.join(home, one.base)), one.rest) for one in patterns]
    return any(pattern.covers(name) for pattern in (*patterns, *real) for name in names)


def _is_redefined(check: Check, board: Board, paths: frozenset[str]) -> bool:
    """Return whether the check's definition or its scripts may have changed."""
    folder = os.path.realpath(check.folder)
    programs = programs_of_checks(check.folder) if SCRIPTS in check.run else []
    catalogues = {os.path.realpath(folder) for folder in board.catalogues}
    return any(
        (
            os.path.dirname(path) in catalogues
            and os.path.splitext(os.path.basename(path))[0] == check.name
        )
        or any(pattern.covers(os.path.relpath(path, folder)) for pattern in programs)
        for path in paths
    )
