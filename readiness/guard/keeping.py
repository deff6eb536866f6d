"""What came out, kept in the user's cache by the content of all that it rests on."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final

import msgspec

from readiness.model.board import Board, Criterion

_MOST: Final = 200
"""Results that are kept; the oldest go first."""


class KeptResults(msgspec.Struct, frozen=True):
    """Results in a folder, a file each; with "" for it, nothing is kept."""

    folder: str

    def read(self, key: str) -> bytes:
        """Return the result of that key; empty where none is kept."""
        try:
            with open(os.path.join(self.folder, key), "rb") as file:
                return file.read() if self.folder else b""
        except OSError:
            return b""

    def write(self, key: str, result: bytes) -> None:
        """Keep a result, as far as the folder can be written."""
        if not self.folder:
            return
        with suppress(OSError):
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            own = os.path.join(self.folder, f".{key}-{os.getpid()}")
            with open(own, "wb") as file:
                file.write(result)
            os.replace(own, os.path.join(self.folder, key))
            paths = [os.path.join(self.folder, name) for name in os.listdir(self.folder)]
            for path in sorted(paths, key=os.path.getmtime)[:-_MOST]:
                os.unlink(path)


def result_folder(environ: Mapping[str, str], name: str = "weighed") -> str:
    """Return a folder of results, in the user's cache; "" where there is none."""
    home = environ.get("HOME", "")
    cache = environ.get("XDG_CACHE_HOME") or (os.path.join(home, ".cache") if home else "")
    return os.path.join(cache, "readiness", name) if os.path.isabs(cache) else ""


def content_key(asked: Iterable[str], files: Mapping[str, str], folders: Iterable[str]) -> str:
    """Return a key of what is asked, of files by their digests, and of folders by their times."""
    times = [(folder, _newest(folder)) for folder in folders]
    whole = repr((list(asked), sorted(files.items()), times))  # names need not be text
    return hashlib.sha256(whole.encode()).hexdigest()


def anywhere(board: Board) -> Board:
    """Return a board that is the same wherever the files of its checks were written.

    What these are is a matter of the commit.
    """

    def placed(criterion: Criterion) -> Criterion:
        check = criterion.check and msgspec.structs.replace(criterion.check, path="", folder="")
        return msgspec.structs.replace(criterion, check=check)

    tasks = (
        msgspec.structs.replace(task, criteria=tuple(map(placed, task.criteria)))
        for task in board.tasks
    )
    return msgspec.structs.replace(board, tasks=tuple(tasks))


def _newest(folder: str) -> int:
    """Return when a folder, or what is in it, changed last, in nanoseconds."""
    with suppress(OSError):
        paths = (folder, *(entry.path for entry in os.scandir(folder)))
        return max(os.lstat(path).st_mtime_ns for path in paths)
    return 0
