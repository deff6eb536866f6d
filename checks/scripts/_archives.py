"""Unpack archives, also those within archives, within limits; no path leads out of the folder.

What is an archive is told by its first bytes as well as by its name.
"""

import bz2
import gzip
import lzma
import os
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from typing import IO

from _common import not_measured, relative

ZIPS = (".zip", ".whl", ".jar", ".war", ".egg", ".docx", ".xlsx", ".apk")
TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
PACKED: dict[str, Callable[[str], IO[bytes]]] = {
    ".gz": gzip.GzipFile,  # type: ignore[dict-item]
    ".bz2": bz2.BZ2File,  # type: ignore[dict-item]
    ".xz": lzma.LZMAFile,  # type: ignore[dict-item]
}
ENDINGS = (*ZIPS, *TARS, *PACKED)
BEGINNINGS = {
    rb"PK\x03\x04": ".zip",
    rb".{257}ustar": ".tar",
    rb"\x1f\x8b\x08": ".gz",
    rb"BZh[1-9]1AY&SY": ".bz2",
    rb"\xfd7zXZ\x00": ".xz",
}
HEAD = 262
"""How many bytes tell what a file is."""
DEPTH = 4
SIZE = 1 << 29
FILES = 50_000


class _Left:
    """What may still be unpacked."""

    def __init__(self) -> None:
        self.size, self.files = SIZE, FILES

    def copy(self, source: IO[bytes], target: str, named: str) -> None:
        """Write one file, as far as there is room."""
        self.files -= 1
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            while chunk := source.read(1 << 20):
                self.size -= len(chunk)
                if self.size < 0 or self.files < 0:
                    not_measured(f"{named} holds more than can be looked through")
                file.write(chunk)


def archive_kind(name: str, head: bytes) -> str:
    """Return the ending that files of this kind have, by name or first bytes; "" for no archive."""
    low = name.lower()
    if named := next((each for each in ENDINGS if low.endswith(each)), ""):
        return named
    return next(
        (kind for start, kind in BEGINNINGS.items() if re.match(start, head, re.DOTALL)), ""
    )


def unpack(paths: list[str], target: str, top: str) -> dict[str, str]:
    """Unpack the archives among files; map each folder made below `target` to the archive's path.

    Paths are told as seen from `top`. An archive that cannot be read ends the script: what is in it
    is not known.
    """
    left = _Left()
    found: dict[str, str] = {}
    waiting = [(path, os.path.relpath(path, top), 1) for path in paths if _kind(path)]
    while waiting:
        path, named, depth = waiting.pop(0)
        if depth > DEPTH:
            not_measured(f"{relative(named)} lies deeper in archives than is looked")
        folder = os.path.join(target, str(len(found)))
        os.makedirs(folder)
        found[folder] = named
        try:
            for name, source in _members(path, _kind(path)):
                with source:
                    left.copy(source, os.path.join(folder, _inside(name)), named)
        except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile) as error:
            not_measured(f"{named} cannot be looked into: {error}")
        except (tarfile.TarError, lzma.LZMAError, NotImplementedError) as error:
            not_measured(f"{named} cannot be looked into: {error}")
        for where, _, names in os.walk(folder):
            for name in names:
                within = os.path.join(where, name)
                if _kind(within):
                    inner = f"{named}!/{os.path.relpath(within, folder)}"
                    waiting.append((within, inner, depth + 1))
    return found


def _kind(path: str) -> str:
    if not os.path.isfile(path) or os.path.islink(path):
        return ""
    with open(path, "rb") as file:
        return archive_kind(path, file.read(HEAD))


def _members(path: str, kind: str) -> Iterator[tuple[str, IO[bytes]]]:
    """Give the files of an archive."""
    if kind in ZIPS:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    yield info.filename, archive.open(info)
    elif kind in TARS:
        with tarfile.open(path) as tar:
            for member in tar:
                if member.isfile() and (source := tar.extractfile(member)):
                    yield member.name, source
    else:
        name = os.path.basename(path)
        within = name[: -len(kind)] if name.lower().endswith(kind) else name
        yield within or "packed", PACKED[kind](path)


def _inside(name: str) -> str:
    """Return a path that stays in its folder."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return os.path.join(*parts) if parts else "unnamed"
