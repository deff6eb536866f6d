"""What git says of the folder that is measured."""

import os
import stat
import subprocess
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from functools import cached_property

import msgspec

from readiness.project import shield
from readiness.project.web import web_address
from readiness.record.origin import Git, Revision
from readiness.text.clean import clean

TIME_LIMIT = 10.0
ANCESTORS = 10_000
"""So many commits are looked through for one that was measured."""
NAMED = 500
"""Of so many uncommitted changes a document says what each is; of more, what all are together."""
CACHES = "**/__pycache__/*.pyc"
"""What Python makes of modules as it imports them: where git does not track it, a run left it."""
AUTHOR = ("-c", "user.name=readiness", "-c", "user.email=readiness@localhost")
"""Who makes the commits that no branch leads to."""
REACHING = (
    *("GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ASKPASS", "GIT_PROXY_COMMAND"),
    *("GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSL_CERT", "GIT_SSL_KEY", "GIT_SSL_NO_VERIFY"),
)
"""What may be said of how other machines are reached."""

# The words of a changed, renamed or unmerged entry before its path.
_WORDS = {b"1": 8, b"2": 9, b"u": 10}
_ALGORITHMS = {40: "sha1", 64: "sha256"}
_LINKED_REPOSITORY = b"160000"


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What differs from the commit below `root`: paths, and which of them git does not know.

    `web` is where the repository can be read.
    """

    root: str
    headers: dict[str, str]
    paths: list[bytes]
    untracked: set[bytes]
    web: str = ""

    def states(self) -> dict[str, str]:
        """Return the state of each file now, by its name as a document has it."""
        if not self.paths:
            return {}
        from readiness.project.worktree import states

        return states(self.root, self.paths)


class Asking:
    """`git status`, asked early so that the answer is there when it is needed."""

    def __init__(self, folder: str, *, status_alone: bool = False) -> None:
        """Ask about the repository that `folder` is in; starts nothing where there is none."""
        folder = os.path.realpath(folder)
        self._root = repository(folder)
        self._folder = _below(folder, self._root) if self._root else ""
        self._status = self._flags = self._remote = None
        if self._root:
            status = ("status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all")
            self._status = _start(self._root, *status)
        if self._root and not status_alone:
            self._flags = _start(self._root, "ls-files", "-v", "-z")
            self._remote = _start(self._root, "ls-remote", "--get-url")

    def answer(self, outputs: Iterable[str] = ()) -> Git | None:
        """Return the revision, or None where there is no repository, no commit or no git.

        The run's own `outputs`, and the files that this process prints to, are no part of it.
        """
        changed = self.changed(outputs)
        commit = changed.headers.get("branch.oid", "(initial)")
        if commit == "(initial)":
            return None
        branch = changed.headers.get("branch.head", "")
        changes = changed.states()
        return Git(
            commit=commit,
            branch="" if branch == "(detached)" else branch,
            dirty=bool(changed.paths),
            worktree=_digest(changes),
            changes=changes if len(changes) <= NAMED else {},
            folder=self._folder,
            web=changed.web,
        )

    def changed(self, outputs: Iterable[str] = ()) -> Changed:
        """Return what differs from the commit, but for `outputs` as `answer` has them."""
        status, flags, remote = map(_output, (self._status, self._flags, self._remote))
        headers, paths, untracked = parse(status)
        paths += _edited_unseen(self._root, flags)
        if paths:
            written = identities(outputs)
            paths = [path for path in paths if not _is_one_of(self._root, path, written)]
        return Changed(
            root=self._root,
            headers=headers,
            paths=paths,
            untracked=untracked & {*paths},
            web=web_address(remote.decode("utf-8", "replace")),
        )


def parse(status: bytes) -> tuple[dict[str, str], list[bytes], set[bytes]]:
    """Read `git status --porcelain=v2 --branch -z`: its headers, and the paths that differ.

    Those that git does not know are told once more.
    """
    headers: dict[str, str] = {}
    changed: list[bytes] = []
    untracked: set[bytes] = set()
    records = iter(status.split(b"\0"))
    for record in records:
        kind, _, rest = record.partition(b" ")
        if kind == b"#":
            name, _, value = rest.decode("utf-8", "backslashreplace").partition(" ")
            headers[name] = value
        elif kind == b"?":
            changed.append(rest)
            untracked.add(rest)
        elif kind in _WORDS:
            changed.append(record.split(b" ", _WORDS[kind])[-1])
            if kind == b"2":
                changed.append(next(records, b""))
    return headers, changed, untracked


class GitError(Exception):
    """Git could not answer; the message is its own."""


def ask(
    folder: str, *arguments: str, stdin: bytes = b"", seconds: float = 120.0, remote: bool = False
) -> bytes:
    """Return what git prints when asked from `folder`, with `stdin` on its standard input.

    Replaced objects are not followed: what has a hash is what is read. With `remote` it may use
    how the caller's shell says that other machines are reached. Raises `GitError`.
    """
    command = _command(folder, "--no-replace-objects", *arguments)
    environment = shield.environment(folder)
    if remote:
        environment |= {name: os.environ[name] for name in REACHING if name in os.environ}
    try:
        done = subprocess.run(
            command, input=stdin, capture_output=True, env=environment, timeout=seconds
        )
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise GitError(f"git {arguments[0]} takes more than {seconds:g} s") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "backslashreplace").strip()
        raise GitError(said.splitlines()[0] if said else f"status {done.returncode}")
    return done.stdout


def head_of(folder: str, name: str = "HEAD") -> str:
    """Return the id of a commit in the repository of `folder`; empty where there is none."""
    wanted = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return _answered(folder, *wanted) if repository(folder) else ""


def is_shallow(folder: str) -> bool:
    """Return whether a clone has only the newest commits."""
    return _answered(folder, "rev-parse", "--is-shallow-repository") == "true"


def nearest(folder: str, commit: str, wanted: Container[str]) -> str:
    """Find the nearest `wanted` commit, `commit` or an ancestor; empty if none is known."""
    if commit in wanted:
        return commit
    if not repository(folder):
        return ""
    listed = _answered(
        folder, "rev-list", "--parents", f"-n{ANCESTORS}", "--end-of-options", commit
    )
    parents = {words[0]: words[1:] for line in listed.splitlines() if (words := line.split())}
    return closest(parents, commit, wanted)


class Descent:
    """The past of the work in a folder: which recorded states it descends from."""

    def __init__(self, folder: str, now: Git | None = None) -> None:
        """Ask git in `folder`, as far as `now`, its state where that is known, does not say it."""
        self._folder = folder
        self._head = now.commit if now else head_of(folder)
        branch_of = _branch if self._head else lambda _: ""
        self._branch = now.branch if now else branch_of(folder)

    @cached_property
    def _ancestors(self) -> frozenset[str]:
        listed = _answered(self._folder, "rev-list", f"-n{ANCESTORS}", self._head)
        return frozenset(listed.split())

    def includes(self, state: Revision | None) -> bool:
        """Return whether a recorded state is of HEAD or an ancestor, as far as they are here.

        What was not committed belongs to its branch alone.
        """
        if state is None or not self._head:
            return state is None and not self._head
        is_own = not state.dirty or state.branch == self._branch
        return is_own and (state.commit == self._head or state.commit in self._ancestors)


def closest(parents: Mapping[str, Sequence[str]], start: str, wanted: Container[str]) -> str:
    """Find the `wanted` commit the fewest steps from `start`; first parents go first."""
    queue, seen = [start], {start}
    for commit in queue:  # grows as it is walked
        if commit in wanted:
            return commit
        new = [each for each in parents.get(commit, ()) if each not in seen]
        seen.update(new)
        queue += new
    return ""


def _branch(folder: str) -> str:
    """Return the branch that is checked out; empty where HEAD is detached."""
    return _answered(folder, "symbolic-ref", "--short", "--quiet", "HEAD")


def user_name(folder: str) -> str:
    """Return the name in git's settings; empty where none is set."""
    return _answered(folder, "config", "user.name")


def references(folder: str) -> list[str]:
    """Return the short names of branches, tags and remote branches, the newest commit first."""
    shown = ("--format=%(refname:short)", "--sort=-creatordate")
    return _answered(folder, "for-each-ref", *shown).splitlines()


def knows(folder: str, path: str) -> bool:
    """Return whether the repository has a file, or there is no repository to ask."""
    return not repository(folder) or bool(_answered(folder, "ls-files", "--", path))


def _answered(folder: str, *arguments: str) -> str:
    try:
        return ask(folder, *arguments, seconds=TIME_LIMIT).decode("utf-8", "replace").strip()
    except GitError:
        return ""


def _digest(changes: dict[str, str]) -> str:
    if not changes:
        return ""
    from readiness.project.worktree import digest

    return digest(changes)


def identities(outputs: Iterable[str]) -> set[tuple[int, int]]:
    """Return the device and inode of reports, by name, and of what a run's streams lead to."""
    identities = set()
    names: tuple[str | int, ...] = (*outputs, 1, 2)
    for name in names:
        try:
            status = os.stat(name)
        except (OSError, ValueError):
            continue
        if stat.S_ISREG(status.st_mode):
            identities.add((status.st_dev, status.st_ino))
    return identities


def _is_one_of(root: str, path: bytes, files: Collection[tuple[int, int]]) -> bool:
    try:
        status = os.lstat(os.path.join(os.fsencode(root), path))
    except OSError:
        return False
    return (status.st_dev, status.st_ino) in files


def _edited_unseen(root: str, flags: bytes) -> list[bytes]:
    """List the files that git was told not to look at and that differ from the index."""
    # A small letter is a file assumed to be unchanged, S one that is not checked out.
    hidden = {
        entry[2:]: entry[:1]
        for entry in flags.split(b"\0")
        if entry[:1].islower() or entry[:1] == b"S"
    }
    if not hidden:
        return []
    from readiness.project.worktree import GONE, blob_id

    edited = []
    for entry in _output(_start(root, "ls-files", "-s", "-z")).split(b"\0"):
        head, _, path = entry.partition(b"\t")
        if path in hidden and not head.startswith(_LINKED_REPOSITORY):
            _, known, stage = head.split(b" ")
            now = blob_id(root, path, _ALGORITHMS[len(known)])
            left_out = now == GONE and hidden[path] in b"Ss"
            differs = now != known.decode() and not left_out
            if stage == b"0" and differs and not _only_filtered(root, path, known):
                edited.append(path)
    return edited


def _only_filtered(root: str, path: bytes, known: bytes) -> bool:
    """Return whether the file is as the index has it, once its filters are applied."""
    name = os.fsdecode(path)
    return _output(_start(root, "hash-object", "--", name)).strip() == known


def _start(folder: str, *arguments: str) -> subprocess.Popen[bytes] | None:
    """Start git without waiting for it; None where there is no git."""
    try:
        return subprocess.Popen(
            _command(folder, *arguments),
            env=shield.environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, ValueError):
        return None


def _command(folder: str, *arguments: str) -> list[str]:
    return ["git", "--no-optional-locks", "--no-pager", "-C", folder, *arguments]


def _output(process: subprocess.Popen[bytes] | None) -> bytes:
    """Return what a started git printed; nothing where it failed or took too long."""
    if process is None:
        return b""
    try:
        output, _ = process.communicate(timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return b""
    return output if process.returncode == 0 else b""


def repository(folder: str) -> str:
    """Find the folder at or above `folder` that is a repository; empty where there is none."""
    folder = os.path.abspath(folder)
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return ""
        folder = parent
    return folder


def _below(folder: str, root: str) -> str:
    """Return the way from `root` to a folder below it; an empty text for `root` itself."""
    return clean(os.path.relpath(folder, root), newlines=False) if folder != root else ""
