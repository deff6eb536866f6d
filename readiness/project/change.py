"""Which commit the work in a folder is a change of, and what state it is in."""

import hashlib
import os

from readiness.model.settings import is_board_name
from readiness.project.git import Changed, GitError, ask, head_of

_DEFAULTS = (
    *("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"),
    *("refs/heads/main", "refs/heads/master"),
)


def base_of(folder: str, head: str, branch: str, began: str, place: str = "") -> str:
    """Find the commit from which the work leads away: where its branch left the default branch.

    On the default branch that is what was published; where nothing is, `began`, the commit that
    work began at, should `head` come from it, and else `head`. Empty where there is no commit.
    That is also the base where only it, and not where the branch began, has a board for `place`.
    """
    if not head:
        return ""
    default = _default(folder)
    local = default.startswith("refs/heads/")
    since = began if began and _merge_base(folder, head, began) == began else head
    if not default or (local and default == f"refs/heads/{branch}"):
        return since
    left = _merge_base(folder, head, default) or head
    is_first = place and not had_board(folder, left, place) and had_board(folder, since, place)
    return since if is_first else left


def meant_by(folder: str, ref: str) -> str:
    """Find the commit that `ref` names as a base: where HEAD left it, as in `git diff REF...`.

    A hash is the commit itself. Empty where there is no such commit, or none in common with HEAD.
    """
    commit = head_of(folder, ref)
    if commit.startswith(ref.lower()):
        return commit
    return _merge_base(folder, "HEAD", commit)


def had_board(root: str, base: str, folder: str) -> bool:
    """Return whether the base has a board in `folder` or above it."""
    above = []
    while folder.startswith(os.path.join(root, "")):
        above.append(os.path.join(os.path.relpath(folder, root), ""))
        folder = os.path.dirname(folder)
    listing = ("ls-tree", "--name-only", "--full-tree", "-z", base)
    try:
        names = ask(root, *listing) + (ask(root, *listing, "--", *above) if above else b"")
    except GitError:
        return False
    return any(is_board_name(os.path.basename(name)) for name in os.fsdecode(names).split("\0"))


def state_of(changed: Changed, base: str) -> dict[str, str]:
    """Return the state of a project: its commits, and each file that differs.

    A file is known by its size and times, as git knows it.
    """
    state = {"": f"{base} {changed.headers.get('branch.oid', '')}"}
    for path in changed.paths:
        try:
            status = os.lstat(os.path.join(os.fsencode(changed.root), path))
            facts = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            state[os.fsdecode(path)] = repr((status.st_ino, *facts))
        except OSError:
            state[os.fsdecode(path)] = "gone"
    return state


def digest_of(state: dict[str, str]) -> str:
    """Compute one word for a state."""
    return hashlib.sha256(repr(sorted(state.items())).encode("utf-8", "replace")).hexdigest()


def _default(folder: str) -> str:
    """Find the ref of the default branch as far as one can tell; empty where there is none."""
    try:
        listed = ask(folder, "for-each-ref", "--format=%(refname) %(symref)", *_DEFAULTS)
    except GitError:
        return ""
    refs = dict(line.partition(" ")[::2] for line in listed.decode("utf-8", "replace").split("\n"))
    name = next((ref for ref in _DEFAULTS if ref in refs), "")
    return refs.get(name) or name


def _merge_base(folder: str, one: str, other: str) -> str:
    try:
        return ask(folder, "merge-base", "--end-of-options", one, other).decode().strip()
    except GitError:
        return ""
