"""Two states of a project, as paths with digests: a commit in the object store, and a folder."""

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Protocol

import msgspec

from readiness.project.git import CACHES, GitError, ask
from readiness.project.worktree import id_of

LARGEST = 4 * 2**20
"""Size in bytes above which a file is data, and only its size is compared."""

INSTALLED = ("node_modules", "site-packages", ".venv")
"""Folders of installed packages, which are no part of a change unless Git tracks them."""

LINK = "120000"
_SUBMODULE = b"160000 "
TOGETHER = 500
_KEPT = 2**16
"""Size in bytes up to which contents are cached: a comparison rereads the same few files."""

Wanted = Callable[[str], bool]


class Blob(msgspec.Struct, frozen=True):
    """A file of a commit: its mode as git writes it, the hash of its content, and its size."""

    mode: str
    oid: str
    size: int


class Tree(Protocol):
    """Files by path, with `/` between its parts, relative to the root of the tree."""

    def digests(self, wanted: Wanted) -> Mapping[str, str]:
        """Return the digest of each file whose path is wanted; equal for equal contents."""
        ...

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Read the contents of these files; a file that is not there is left out."""
        ...

    @property
    def links(self) -> Mapping[str, str]:
        """Return the targets of links that stay within the tree, by the links' paths."""
        ...


class Commit:
    """The files of one commit, read from the object store by their hashes."""

    def __init__(self, root: str, commit: str) -> None:
        """List the files of a commit. Raises `GitError` where that is not possible."""
        self.root = root
        self.commit = commit
        self._known: dict[str, bytes] = {}
        listing = ask(root, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)
        self.blobs = dict(_entries(listing))
        self.submodules = dict(_submodules(listing))

    def digests(self, wanted: Wanted) -> dict[str, str]:
        """Return the hash of each wanted file; the size of one that is too long to compare.

        A link stands for the file that it leads to; one that leads out of the commit is itself.
        """
        digests = {}
        for path, blob in self.blobs.items():
            if wanted(path):
                meant = (self._meant(path) if blob.mode == LINK else None) or blob
                digests[path] = _digest(meant.oid, meant.size, meant.mode.endswith("755"))
        return digests

    @cached_property
    def links(self) -> dict[str, str]:
        """Return where the commit's links lead, as far as that is in the commit."""
        oids = {path: blob.oid for path, blob in self.blobs.items() if blob.mode == LINK}
        return _within((path, os.fsdecode(to)) for path, to in self._contents(oids).items())

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Read the contents of these files. Raises `GitError` where an object is missing."""
        links = {path: self._meant(path) for path in paths}
        oids = {path: blob.oid for path, blob in links.items() if blob is not None}
        return self._contents(oids)

    def _meant(self, path: str) -> Blob | None:
        """Return the file that a path leads to, however many links are on the way."""
        blob = self.blobs.get(path)
        if blob is not None and blob.mode == LINK:
            blob = self.blobs.get(followed(path, self.links))
        return None if blob is None or blob.mode == LINK else blob

    def _contents(self, oids: Mapping[str, str]) -> dict[str, bytes]:
        contents = {oid: self._known[oid] for oid in oids.values() if oid in self._known}
        asked = [oid for oid in dict.fromkeys(oids.values()) if oid not in contents]
        for start in range(0, len(asked), TOGETHER):
            part = asked[start : start + TOGETHER]
            given = "".join(f"{oid}\n" for oid in part).encode()
            answer = ask(self.root, "cat-file", "--batch", stdin=given)
            contents.update(zip(part, _contents(answer), strict=True))
        self._known.update((oid, said) for oid, said in contents.items() if len(said) <= _KEPT)
        return {path: contents[oid] for path, oid in oids.items()}

    def export(self, folder: str, wanted: Wanted) -> None:
        """Write the wanted files below `folder`; links only where they lead to what is in it."""
        paths = [path for path in self.blobs if _is_safe(path) and wanted(path)]
        links = []
        for path, content in self._contents({path: self.blobs[path].oid for path in paths}).items():
            target = os.path.join(folder, path)
            if os.path.lexists(target):
                continue
            os.makedirs(os.path.dirname(target), exist_ok=True)
            if self.blobs[path].mode == LINK:
                os.symlink(os.fsdecode(content), target)
                links.append(target)
                continue
            mode = 0o700 if self.blobs[path].mode.endswith("755") else 0o600
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with open(handle, "wb") as file:
                file.write(content)
        inside = os.path.realpath(folder) + os.sep
        for link in links:
            if not os.path.realpath(link).startswith(inside):
                os.unlink(link)


class Folder:
    """The `listed` files of a work tree as they are on the disk, whatever its index says."""

    def __init__(self, root: str, listed: Iterable[str], *, bits: int = 160) -> None:
        self.root = root
        self._listed = frozenset(listed)
        self._bits = bits
        self._known: dict[str, str | None] = {}
        self._links: list[str] = []

    def digests(self, wanted: Wanted) -> dict[str, str]:
        """Return the hash that git would give each wanted file, or the size of a long one."""
        digests = {}
        for path in sorted(self._listed):
            if wanted(path) and (digest := self._digest(path)) is not None:
                digests[path] = digest
        return digests

    @property
    def links(self) -> dict[str, str]:
        """Return where the tree's links lead, as far as that is in the tree."""
        self.digests(bool)
        return _within((path, os.readlink(os.path.join(self.root, path))) for path in self._links)

    def _digest(self, path: str) -> str | None:
        if path not in self._known:
            self._known[path] = self._new_digest(path)
        return self._known[path]

    def _new_digest(self, path: str) -> str | None:
        full = os.path.join(self.root, path)
        try:
            status = os.lstat(full)
            if stat.S_ISLNK(status.st_mode):
                self._links.append(path)
                content = self._content(path)
                if content is None:
                    return self._hash(os.fsencode(os.readlink(full)))
                status = os.stat(full)
            elif status.st_size > LARGEST:
                content = b""
            else:
                content = self._content(path)
        except (OSError, ValueError):
            return None
        if content is None:
            return None
        return _digest(self._hash(content), status.st_size, bool(status.st_mode & stat.S_IXUSR))

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Read the contents of these files; a file that is not there or listed is left out."""
        contents = {path: self._content(path) for path in paths if path in self._listed}
        return {path: content for path, content in contents.items() if content is not None}

    def _content(self, path: str) -> bytes | None:
        """Read a regular file without blocking; None for others and for links out of the tree."""
        full = os.path.join(self.root, path)
        try:
            if os.path.islink(full):
                full = os.path.realpath(full)
                if not full.startswith(os.path.realpath(self.root) + os.sep):
                    return None
            status = os.lstat(full)
            if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
                return None
            with open(full, "rb") as file:
                return file.read(LARGEST + 1)
        except (OSError, ValueError):
            return None

    def _hash(self, content: bytes) -> str:
        return id_of(content, "sha1" if self._bits == 160 else "sha256")


def _digest(oid: str, size: int, executable: bool) -> str:
    """Return what identifies a file: its hash (its size if long) and whether it is executable."""
    told = oid if size <= LARGEST else f"{size} bytes"
    return f"{told}+x" if executable else told


def followed(path: str, links: Mapping[str, str]) -> str:
    """Follow links of files and folders; a circle of them ends at one of its links."""
    for _ in range(len(links)):
        parts = path.split("/")
        ahead = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        link = next((one for one in ahead if one in links), None)
        if link is None:
            break
        path = os.path.normpath(os.path.join(links[link], path[len(link) + 1 :]))
    return path


def _within(links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Resolve links relative to the root of their tree, without those that lead out of it."""
    targets = {}
    for path, target in links:
        there = os.path.normpath(os.path.join(os.path.dirname(path), target))
        if not there.startswith((os.pardir, os.sep)):
            targets[path] = there
    return targets


def work_tree(root: str, base: Commit, more: Iterable[str] = ()) -> Folder:
    """Return the work tree at `root`: files that git tracks or does not ignore, and all the base's.

    Installed packages count only where they are tracked, whether git ignores them or not.
    Caches of Python count where they are tracked: their source can say something else. `more` are
    files that count as well.
    """
    bits = 160 if len(base.commit) == 40 else 256
    return Folder(root, [*files_of(root), *base.blobs, *more], bits=bits)


def files_of(root: str) -> list[str]:
    """Return the files of a repository that git tracks or does not ignore."""
    untracked = ("--others", "--exclude-standard", f"--exclude={CACHES}")
    installed = [f"--exclude={name}/" for name in INSTALLED]
    listed = ask(root, "ls-files", "-z", "--cached", *untracked, *installed)
    return [os.fsdecode(name) for name in listed.split(b"\0") if name]


def _submodules(listing: bytes) -> Iterable[tuple[str, str]]:
    for entry in listing.split(b"\0"):
        fields, _, path = entry.partition(b"\t")
        if fields.startswith(_SUBMODULE):
            yield os.fsdecode(path), fields.split()[2].decode()


def _entries(listing: bytes) -> Iterable[tuple[str, Blob]]:
    for entry in listing.split(b"\0"):
        fields, tab, path = entry.partition(b"\t")
        if tab:
            mode, kind, oid, size = fields.decode().split()
            if kind == "blob":
                yield os.fsdecode(path), Blob(mode, oid, int(size))


def _contents(answer: bytes) -> Iterable[bytes]:
    """Split the answer of `cat-file --batch`: a line with the size, the content, a newline."""
    position = 0
    while position < len(answer):
        end = answer.index(b"\n", position)
        fields = answer[position:end].split()
        if len(fields) != 3:
            raise GitError(os.fsdecode(answer[position:end]))
        size = int(fields[2])
        yield answer[end + 1 : end + 1 + size]
        position = end + 2 + size


def _is_safe(path: str) -> bool:
    return not {"", ".", "..", ".git"} & set(path.split("/"))
