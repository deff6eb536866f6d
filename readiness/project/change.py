"""Which commit the work in a folder is a change of, and what state it is in."""

import hashlib
import os

from readiness.model.settings import is_board_name
from readiness.project.git import AUTHOR, Changed, GitError, ask, head_of

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
    left = _merge_base(folder, default, head, *_taken_in(folder)) or head
    is_first = place and not had_board(folder, left, place) and had_board(folder, since, place)
    return since if is_first else left


def meant_by(folder: str, ref: str) -> str:
    """Find the commit that `ref` names as a base: where HEAD left it, as in `git diff REF...`.

    A hash is the commit itself. Empty where there is no such commit, or none in common with HEAD.
    While the default branch is merged into HEAD, what that brings is no change: HEAD stands for the
    merge that git makes by itself.
    """
    commit = head_of(folder, ref)
    if commit.startswith(ref.lower()):
        return commit
    taken_in = _taken_in(folder)
    base = _merge_base(folder, commit, "HEAD", *taken_in)
    if not taken_in or base != head_of(folder):
        return base
    return _merged(folder, base, *taken_in) or base


def had_board(root: str, base: str, folder: str, own: str = "") -> bool:
    """Return whether the base has a board in `folder` or above it, or at the path `own`."""
    above = []
    while folder.startswith(os.path.join(root, "")):
        above.append(os.path.join(os.path.relpath(folder, root), ""))
        folder = os.path.dirname(folder)
    listing = ("ls-tree", "--name-only", "--full-tree", "-z", base)
    try:
        names = ask(root, *listing) + (ask(root, *listing, "--", *above) if above else b"")
    except GitError:
        return False
    paths = os.fsdecode(names).split("\0")
    return any(path == own or is_board_name(os.path.basename(path)) for path in filter(None, paths))


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


def default_branch(folder: str) -> str:
    """Return the name of the default branch as far as one can tell; empty where there is none."""
    return _default(folder).removeprefix("refs/heads/").removeprefix("refs/remotes/origin/")


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


def _taken_in(folder: str) -> list[str]:
    """Return the commit of the default branch that is being merged into HEAD, if one is."""
    other = head_of(folder, "MERGE_HEAD")
    default = _default(folder) if other else ""
    return [other] if default and _merge_base(folder, default, other) == other else []


def _merged(folder: str, head: str, other: str) -> str:
    """Merge `other` into `head`, with its side of each conflict; empty if git cannot."""
    both = f"{head} {other}\n".encode()
    try:
        answer = ask(folder, "merge-tree", "--stdin", "-Xtheirs", "--no-messages", stdin=both)
        tree = answer.split(b"\0")[1].decode()
        parents = ("-p", head, "-p", other, "-m", "merge")
        return ask(folder, *AUTHOR, "commit-tree", tree, *parents).decode().strip()
    except (GitError, IndexError):
        return ""


def _merge_base(folder: str, tip: str, *others: str) -> str:
    """Find the commit at which a branch left another, or left the merge of several others."""
    try:
        return ask(folder, "merge-base", "--end-of-options", tip, *others).decode().strip()
    except GitError:
        return ""
