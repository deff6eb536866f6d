"""Run commands in a throw-away copy of the project, where their side effects do no harm."""

import atexit
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from checks.git import git
from checks.in_project.common import Params
from readiness.project.room import room_in_memory

MYPY_CACHE = ".mypy_cache"
"""The folder in which mypy keeps what it knows of files that have not changed since."""
_MARK = "pyvenv.cfg"
"""The file that an environment of Python has at its top."""


@dataclass(frozen=True)
class Copy:
    """A copy of the project. `folder` is where the project's own folder lies in it.

    `env` is the environment of commands there; `beside` is a folder for what is to lie beside it.
    """

    folder: str
    env: Mapping[str, str]
    beside: str = ""

    @property
    def params(self) -> Params:
        """Return the parameters of the check that works in the copy."""
        return Params(self.env)

    def run(
        self, command: list[str], extra: dict[str, str] | None = None, *, quiet: bool = False
    ) -> tuple[int, str]:
        """Run a command there; return its status and its output.

        Unless `quiet`, standard error gets the output too.
        """
        started = subprocess.Popen(
            command,
            cwd=self.folder,
            env={**self.env, **(extra or {}), "PWD": self.folder},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output = b""
        while started.stdout and (chunk := os.read(started.stdout.fileno(), 65536)):
            output += chunk
            if not quiet:
                # At once: a command that is ended by a limit has said what it has said.
                sys.stderr.buffer.write(chunk)
                sys.stderr.flush()
        return started.wait(), output.decode(errors="replace")


def copy_project(params: Params, name: str = "copy") -> Copy:
    """Copy what git knows of the project or would add, with its history; without git, everything.

    What is installed in an environment is left out where git only would add it. An installed
    `.venv` is linked into the copy, so that relative paths to its tools go on working. What mypy
    has found out in this run is there too.
    """
    top = _git("rev-parse", "--show-toplevel").strip()
    files = _files(top) if top else {}
    size = sum(state.st_size for state in files.values())
    target = os.path.join(_place(params, size) if top else params.tmp, name)
    inside = ""
    if top:
        _git("clone", "--quiet", "--shared", "--no-checkout", top, target)
    if os.path.isdir(target):
        inside = os.path.relpath(os.path.realpath(os.getcwd()), os.path.realpath(top))
        _git("read-tree", "HEAD", folder=target)  # which looks at no file, unlike a reset
        _copy_files(top, target, files)
    if not os.path.isdir(target):
        ignored = shutil.ignore_patterns(".git", ".venv", "node_modules", "__pycache__")
        shutil.copytree(".", target, symlinks=True, ignore=ignored)
    folder = os.path.normpath(os.path.join(target, inside))
    venv = os.path.join(folder, ".venv")
    if os.path.isdir(".venv") and not os.path.lexists(venv):
        os.symlink(os.path.abspath(".venv"), venv)
    cache = os.path.join(folder, MYPY_CACHE)
    if os.path.isdir(kept := _kept_cache(params)) and not os.path.lexists(cache):
        shutil.copytree(kept, cache)
    return Copy(folder, params.env, os.path.dirname(target))


def keep_cache(params: Params) -> None:
    """Keep the project's cache of mypy, which a probe has just made, for copies in the same run."""
    kept = _kept_cache(params)
    with suppress(OSError):  # none there, or no room: mypy does without
        shutil.copytree(MYPY_CACHE, f"{kept}.part")
        os.rename(f"{kept}.part", kept)


def _kept_cache(params: Params) -> str:
    return os.path.join(params.env["READINESS_SCRATCH"], f"mypy{os.getcwd()}")


def _files(top: str) -> dict[str, os.stat_result]:
    """Return the files that Git knows or would add, as far as they are there, below `top`."""
    known = _git("ls-files", "-z", "-c", folder=top).split("\0")
    added = _git("ls-files", "-z", "-o", "--exclude-standard", folder=top).split("\0")
    installed = tuple(path.removesuffix(_MARK) for path in added if path.endswith(f"/{_MARK}"))
    mine = (path for path in added if not installed or not path.startswith(installed))
    files = {}
    for path in filter(None, (*known, *mine)):
        with suppress(OSError):
            files[path] = os.lstat(os.path.join(top, path))
    return files


def _place(params: Params, size: int) -> str:
    """Return the folder for a copy of so many bytes; one in memory goes with this process."""
    place = room_in_memory(params.tmp, params.env, size)
    if place:
        atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place or params.tmp


def _copy_files(top: str, target: str, files: Mapping[str, os.stat_result]) -> None:
    """Copy files with modes and times, links as such; looks, which cost under a tracer, are few."""
    folders = set()
    for path, state in files.items():
        original, copied = os.path.join(top, path), os.path.join(target, path)
        if (folder := os.path.dirname(copied)) not in folders:
            os.makedirs(folder, exist_ok=True)
            folders.add(folder)
        if stat.S_ISLNK(state.st_mode):
            os.symlink(os.readlink(original), copied)
        elif stat.S_ISREG(state.st_mode):
            with open(original, "rb") as source, open(copied, "xb") as written:
                shutil.copyfileobj(source, written)
                written.flush()
                os.fchmod(written.fileno(), stat.S_IMODE(state.st_mode))
                os.utime(written.fileno(), ns=(state.st_atime_ns, state.st_mtime_ns))


def _git(*words: str, folder: str = "") -> str:
    """Return what git says; nothing where it fails."""
    try:
        done = git(*words, folder=folder)
    except FileNotFoundError:
        return ""
    return done.stdout.decode(errors="surrogateescape") if done.returncode == 0 else ""
