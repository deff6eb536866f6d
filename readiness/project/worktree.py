"""What is in the files of a work tree that differ from its commit, as one digest."""

import os
import stat
from collections.abc import Iterable, Mapping

from readiness.model.digests import digest as digest_of
from readiness.text.clean import clean

MAX_BYTES = 64 * 2**20
"""So much is read; of what is beyond it, size and time of the last change stand for the content."""

GONE = "gone"


def states(root: str, paths: Iterable[bytes]) -> dict[str, str]:
    """Return the kind and content of each of these files below `root`, by a name to show.

    The same files give the same states wherever and whenever they are read, up to `MAX_BYTES`.
    """
    folder = os.fsencode(root)
    left = MAX_BYTES
    contents = {}
    for path in sorted(set(paths)):
        kind, content, left = _content(os.path.join(folder, path), left)
        contents[clean(os.fsdecode(path), newlines=False)] = f"{kind} {content}".rstrip()
    return contents


def digest(contents: Mapping[str, str]) -> str:
    """Compute a digest over files with their states; empty over none."""
    if not contents:
        return ""
    return digest_of(
        "".join(f"{path}\0{state}\n" for path, state in sorted(contents.items())).encode()
    )


def blob_id(root: str, path: bytes, algorithm: str) -> str:
    """Compute git's id of a file's content, unfiltered; `gone` where there is no file."""
    name = os.path.join(os.fsencode(root), path)
    try:
        link = stat.S_ISLNK(os.lstat(name).st_mode)
        content = os.readlink(name) if link else _read(name)
    except OSError:
        return GONE
    return id_of(content, algorithm)


def id_of(content: bytes, algorithm: str) -> str:
    """Compute the id that git gives a file's content."""
    import hashlib

    header = b"blob %d\0" % len(content)
    return hashlib.new(algorithm, header + content, usedforsecurity=False).hexdigest()


def _content(name: bytes, left: int) -> tuple[str, str, int]:
    """Return a file's kind, what stands for its content, and how much may be read after it."""
    try:
        status = os.lstat(name)
        if stat.S_ISLNK(status.st_mode):
            return "link", _hex(os.readlink(name)), left
        if not stat.S_ISREG(status.st_mode):
            return str(stat.S_IFMT(status.st_mode)), "", left
        kind = "program" if status.st_mode & stat.S_IXUSR else "file"
        if status.st_size > left:
            return kind, f"{status.st_size} {status.st_mtime_ns}", left
        return kind, _hex(_read(name)), left - status.st_size
    except OSError as error:
        return GONE, "" if isinstance(error, FileNotFoundError) else str(error.errno), left


def _hex(data: bytes) -> str:
    return digest_of(data).removeprefix("sha256:")


def _read(name: bytes) -> bytes:
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(handle, "rb") as file:
        return file.read()
