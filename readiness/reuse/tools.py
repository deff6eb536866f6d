"""The tools of a probe: the files that they are, and what is installed beside them."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final

from readiness.model.digests import digest
from readiness.model.plan import Probe
from readiness.project.environments import text_of
from readiness.shell.plain import argv
from readiness.startup.patterns import later

_PACKAGES: Final = ("site-packages", "dist-packages")
# What an installed project that is edited in place says of where its sources are.
_MAPPED = later(r"""['"](/[^'"\n]+)['"]""")


def program_files(probe: Probe, path: str) -> list[str]:
    """Return the files that run, with links and targets: tools, and what the command names.

    A program of the project's own is among them, and the Python of the checks' scripts.
    """
    names = dict.fromkeys((*probe.check.tools, *_named(probe.command)))
    programs = [sys.executable]
    for name in names:
        if "/" in name:
            programs.append(os.path.join(probe.workdir, name))
        else:
            files = (os.path.join(folder, name) for folder in path.split(os.pathsep))
            programs.append(next((file for file in files if os.access(file, os.X_OK)), name))
    return list(dict.fromkeys(file for path in programs for file in (path, os.path.realpath(path))))


@cache
def _named(command: str) -> list[str]:
    """Return the programs that a command names; any others are left to its inputs."""
    words = argv(command)
    if words:
        return [words[0]]
    from readiness.shell.programs import programs

    return [one[0] for one in programs(command)]


class Installed:
    """What is installed beside programs, as far as it is Python's: looked at once each."""

    def __init__(self) -> None:
        self._marks: dict[str, tuple[str, tuple[str, ...]]] = {}

    def beside(self, programs: Iterable[str], environments: Sequence[str]) -> tuple[str, list[str]]:
        """Return a digest of the packages installed there, and the source folders used in place.

        `environments` are the project's own.
        """
        prefixes = dict.fromkeys(
            (*environments, sys.prefix, *(os.path.dirname(os.path.dirname(p)) for p in programs))
        )
        marks = [self._mark(prefix) for prefix in prefixes if os.path.isabs(prefix)]
        sources = dict.fromkeys(folder for _, folders in marks for folder in folders)
        return digest("\n".join(mark for mark, _ in marks).encode()), list(sources)

    def _mark(self, prefix: str) -> tuple[str, tuple[str, ...]]:
        if prefix not in self._marks:
            lines: list[str] = []
            sources: list[str] = []
            for folder in _package_folders(prefix):
                lines.append(folder)
                for entry in _entries(folder):
                    status = entry.stat(follow_symlinks=False)
                    lines.append(f"{entry.name} {status.st_mtime_ns} {status.st_ino}")
                    if entry.name.endswith(".pth") or entry.name.startswith("__editable__"):
                        lines.append(text_of(entry.path))
                        sources += _sources(lines[-1])
            text = "\n".join(lines).encode("utf-8", "surrogateescape")
            self._marks[prefix] = (digest(text) if lines else "", tuple(sources))
        return self._marks[prefix]


def _package_folders(prefix: str) -> Iterator[str]:
    for root in (prefix, os.path.join(prefix, "local")):
        for entry in _entries(os.path.join(root, "lib")):
            if entry.name.startswith("python3"):
                for name in _PACKAGES:
                    folder = os.path.join(entry.path, name)
                    if os.path.isdir(folder):
                        yield folder


def _sources(text: str) -> Iterator[str]:
    for line in text.splitlines():
        plain = line.strip()
        if os.path.isabs(plain) and os.path.isdir(plain):
            yield os.path.normpath(plain)
    for path in _MAPPED.findall(text):
        folder = path if os.path.isdir(path) else os.path.dirname(path)
        if folder != "/" and os.path.isdir(folder):
            yield os.path.normpath(folder)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []
