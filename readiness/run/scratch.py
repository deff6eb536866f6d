"""The folder for what the probes of a run write meanwhile: made for it, and gone after it."""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final

from readiness.model.errors import UsageError
from readiness.run.processes.supervise import run_name
from readiness.text.worded import worded

MEMORY: Final = "/dev/shm"  # noqa: S108 - the names within cannot be guessed


@contextmanager
def scratch_folder(environ: Mapping[str, str], name: str = "") -> Iterator[str]:
    """Yield a folder for this user alone, made for the time within; `choose` names it.

    One that bears the run's name, and has files in it, is removed by the watcher: nobody who reads
    the result waits for that. Raises `UsageError` where the folder cannot be made.
    """
    path = choose(environ, name)
    try:
        os.mkdir(path, 0o700)
    except OSError as error:
        parent = os.path.dirname(path)
        raise UsageError(worded("usage.no_scratch", folder=parent, why=error.strerror)) from None
    try:
        yield path
    finally:
        watched = run_name() != "" and name.startswith(run_name())
        for left in () if watched else _in_memory(path):
            remove(left)
        remove(path, watched=watched)


def _in_memory(path: str) -> list[str]:
    """Return what killed probes left in memory, where checks copy a project to, by their names."""
    start = f"{os.path.basename(path)}-"
    with suppress(OSError):
        return [os.path.join(MEMORY, name) for name in os.listdir(MEMORY) if name.startswith(start)]
    return []


def choose(environ: Mapping[str, str], name: str = "") -> str:
    """Return a path in TMPDIR that ends with `name`, or else with a random name."""
    parent = environ.get("TMPDIR") or "/tmp"  # noqa: S108 - the name cannot be guessed
    name = name or os.urandom(8).hex()
    return os.path.join(os.path.realpath(parent), f"readiness-{name}")


def remove(path: str, *, watched: bool = False) -> None:
    """Remove the folder, whatever probes made of it: locked folders, or a link elsewhere.

    One with files in it gets another name where it is `watched`.
    """
    with suppress(OSError):
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            os.unlink(path)
            return
        if _remove_empty(path):
            return
        if watched:  # another of this name may be made in the same run
            os.rename(path, f"{path}-{os.urandom(4).hex()}")
            return
        import shutil

        shutil.rmtree(path, ignore_errors=True)
        if os.path.lexists(path):
            _unlock(path)
            shutil.rmtree(path, ignore_errors=True)


def _remove_empty(path: str) -> bool:
    """Remove folders that hold nothing but folders, as most runs leave them.

    To import shutil takes longer than that.
    """
    try:
        for folder, _, _ in os.walk(path, topdown=False):
            os.rmdir(folder)
    except OSError:
        return False
    return not os.path.lexists(path)


def _unlock(path: str) -> None:
    """Open all folders to their owner."""
    os.chmod(path, 0o700)
    for folder, names, _ in os.walk(path):
        for name in names:
            inner = os.path.join(folder, name)
            if not os.path.islink(inner):
                os.chmod(inner, 0o700)
