"""Unpack archives, also those within archives, within limits; no path leads out of the folder."""

import bz2
import gzip
import lzma
import os
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


def unpack(paths: list[str], target: str, top: str) -> dict[str, str]:
    """Unpack the archives among files; map each folder made below `target` to the archive's path.

    Paths are told as seen from `top`. An archive that cannot be read ends the script: what is in it
    is not known.
    """
    left = _Left()
    found: dict[str, str] = {}
    waiting = [(path, os.path.relpath(path, top), 1) for path in paths if _is_archive(path)]
    while waiting:
        path, named, depth = waiting.pop(0)
        if depth > DEPTH:
            not_measured(f"{relative(named)} lies deeper in archives than is looked")
        folder = os.path.join(target, str(len(found)))
        os.makedirs(folder)
        found[folder] = named
        try:
            for name, source in _members(path):
                with source:
                    left.copy(source, os.path.join(folder, _inside(name)), named)
        except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile) as error:
            not_measured(f"{named} cannot be looked into: {error}")
        except (tarfile.TarError, lzma.LZMAError, NotImplementedError) as error:
            not_measured(f"{named} cannot be looked into: {error}")
        for where, _, names in os.walk(folder):
            for name in names:
                within = os.path.join(where, name)
                if _is_archive(within):
                    inner = f"{named}!/{os.path.relpath(within, folder)}"
                    waiting.append((within, inner, depth + 1))
    return found


def _is_archive(path: str) -> bool:
    return path.lower().endswith(ENDINGS) and os.path.isfile(path) and not os.path.islink(path)


def _members(path: str) -> Iterator[tuple[str, IO[bytes]]]:
    """Give the files of an archive."""
    low = path.lower()
    if low.endswith(ZIPS):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    yield info.filename, archive.open(info)
    elif low.endswith(TARS):
        with tarfile.open(path) as tar:
            for member in tar:
                if member.isfile() and (source := tar.extractfile(member)):
                    yield member.name, source
    else:
        ending = next(each for each in PACKED if low.endswith(each))
        yield os.path.basename(path)[: -len(ending)] or "packed", PACKED[ending](path)


def _inside(name: str) -> str:
    """Return a path that stays in its folder."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return os.path.join(*parts) if parts else "unnamed"
