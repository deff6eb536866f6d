"""What a change can affect: the criteria whose inputs it touches, and those that name none."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from readiness.model.board import Board, Check
from readiness.model.errors import UsageError
from readiness.model.plan import Plan
from readiness.project.git import Asking, GitError, ask, repository
from readiness.reuse.fingerprint import (
    SCRIPTS,
    checks_by_probe,
    has_traced_inputs,
    input_patterns,
    programs_of_checks,
)
from readiness.reuse.patterns import Pattern
from readiness.reuse.tools import program_files
from readiness.text.worded import worded


class ChangedFiles(msgspec.Struct, frozen=True):
    """The real paths of files that are not as they were, and of folders with other names in them.

    `moved` are those of these folders that came or went themselves.
    """

    paths: frozenset[str]
    folders: frozenset[str]
    moved: frozenset[str]


def affected(
    board: Board, plan: Plan, revision: str, seen: Mapping[int, Sequence[str]]
) -> frozenset[str]:
    """Return the ids of the criteria that what changed since `revision` can affect.

    `plan` is that of the whole board, `seen` the traced inputs of those of its probes whose inputs
    are all unchanged. Uncommitted changes and files that git does not know count. Raises
    `UsageError` where git cannot tell.
    """
    changed = changed_files(board.workdir, revision)
    if os.path.realpath(board.path) in changed.paths:
        return frozenset(criterion.id for criterion in board.criteria())
    touched = _touched(board, plan, changed, seen)
    return frozenset(
        planned.criterion.id
        for planned in plan.planned
        if not planned.probes or not touched.isdisjoint(planned.probes)
    )


def changed_files(folder: str, revision: str) -> ChangedFiles:
    """Return all files that differ from a revision, in the repository of a folder."""
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
        others = ask(root, "diff", *options, "--diff-filter=ADT", since, "--")
        folders = ask(root, "ls-tree", "-d", "-r", "-z", "--name-only", "--full-tree", since)
    except GitError:
        status.answer()
        raise UsageError(worded("usage.no_revision", name=revision)) from None
    now = status.changed()

    def paths(names: Iterable[bytes]) -> frozenset[str]:
        return frozenset(os.path.join(root, os.fsdecode(name)) for name in names if name)

    stayed = {root, *filter(os.path.isdir, paths(folders.split(b"\0")))}
    named = _with_other_names(paths((*others.split(b"\0"), *now.untracked)), stayed)
    return ChangedFiles(paths((*listed.split(b"\0"), *now.paths)), named, named - stayed)


def _with_other_names(paths: Iterable[str], stayed: Collection[str]) -> frozenset[str]:
    """Return the folders of the paths, with the parents that were added or removed too."""
    folders: set[str] = set()
    for path in paths:
        folder = os.path.dirname(path)
        while folder not in folders and folder not in stayed:
            folders.add(folder)
            folder = os.path.dirname(folder)
        folders.add(folder)
    return frozenset(folders)


def _touched(
    board: Board, plan: Plan, changed: ChangedFiles, seen: Mapping[int, Sequence[str]]
) -> frozenset[int]:
    """Return the probes that a change can affect, those behind them included."""
    paths = changed.paths
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
        is_traced = has_traced_inputs(by_probe[index])
        if (
            not (patterns or is_traced)
            or (is_traced and (index not in seen or _were_seen(seen[index], changed)))
            or _are_covered(probe.workdir, patterns, paths)
            or not paths.isdisjoint(program_files(probe, search))
        ):
            touched.add(index)
    return frozenset(touched)


def _were_seen(seen: Sequence[str], changed: ChangedFiles) -> bool:
    """Return whether a change is of what was seen, or of the names in a folder that was listed.

    Git's own files differ from commit to commit.
    """
    if any("/.git/" in path for path in seen):
        return True
    files = {name for path in seen for name in (path, os.path.realpath(path))}
    folders = {os.path.realpath(path) for path in seen if path.endswith("/")}
    return bool((changed.paths | changed.moved) & files or changed.folders & folders)


def _are_covered(workdir: str, patterns: Sequence[Pattern], paths: frozenset[str]) -> bool:
    home = os.path.realpath(workdir)
    names = [name for path in paths for name in (os.path.relpath(path, home), path)]
    real = [_real(pattern, home) for pattern in patterns]
    return any(pattern.covers(name) for pattern in (*patterns, *real) for name in names)


def _real(pattern: Pattern, home: str) -> Pattern:
    return Pattern(os.path.realpath(os.path.join(home, pattern.base)), pattern.rest)


def _is_redefined(check: Check, board: Board, paths: frozenset[str]) -> bool:
    """Return whether the check's definition or its scripts may have changed."""
    folder = os.path.realpath(check.folder)
    programs = programs_of_checks(check.folder) if SCRIPTS in check.run else []
    catalogues = {os.path.realpath(folder) for folder in board.catalogues}
    return any(
        (os.path.dirname(path) in catalogues and _stem(path) == check.name)
        or any(pattern.covers(os.path.relpath(path, folder)) for pattern in programs)
        for path in paths
    )


def _stem(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]
