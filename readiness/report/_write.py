"""Files of ours: written whole or not at all, and reports never through a link."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from readiness.model.errors import NotWrittenError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_MORE_OF_A_FILE = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_report(path: str, content: str | bytes) -> None:
    """Replace the file `path` by `content`, text in UTF-8, in one step that survives a crash.

    Raises `NotWrittenError`, which names the path, where that is not possible, and where it is
    refused: through a symbolic link, over anything but a regular file. What was there before is
    then untouched.
    """
    with _naming(path), _folder(path) as folder:
        name = _target(path, folder)
        if isinstance(content, str):
            content = content.encode("utf-8", "backslashreplace")
        _replace(name, content, folder)
        os.fsync(folder)


def write_over(path: str, content: bytes) -> None:
    """Replace the content of an existing file in one step, keeping its rights and its owner.

    Raises `NotWrittenError` where that is not possible; the file is then untouched.
    """
    with _naming(path):
        status = os.stat(path)
        if not os.access(path, os.W_OK):
            raise PermissionError(None, "it is read-only")
        _replace(path, content, like=status)


def append_report(path: str, make: Callable[[int], str]) -> None:
    """Add to the end of the file `path`, in UTF-8, what `make` returns for the file's size.

    Raises `NotWrittenError` as `write_report` does; nothing is left half written but by a crash.
    """
    with _naming(path), _folder(path) as folder:
        name = _target(path, folder)
        file = os.open(name, _MORE_OF_A_FILE, 0o666, dir_fd=folder)
        with open(file, "ab") as stream:
            stream.write(make(os.fstat(file).st_size).encode("utf-8", "backslashreplace"))


def invalidate(path: str, placeholder: str) -> None:
    """Replace a report of an earlier run, if there is one, by `placeholder`.

    So that a run that is killed leaves no old verdict behind. Raises as `write_report` does.
    """
    if os.path.lexists(path):
        write_report(path, placeholder)


def _replace(
    name: str, content: bytes, folder: int | None = None, like: os.stat_result | None = None
) -> None:
    """Write a new file and rename it to the old one, with the rights of `like`."""
    here = os.path.dirname(name)
    temporary = os.path.join(here, f".readiness-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        file = os.open(temporary, _NEW_FILE, 0o600 if like else 0o666, dir_fd=folder)
        with open(file, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(file)
            if like:
                with suppress(PermissionError):
                    os.fchown(file, like.st_uid, like.st_gid)
                os.fchmod(file, stat.S_IMODE(like.st_mode))
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise


@contextmanager
def _naming(path: str) -> Iterator[None]:
    """Convert an error of the system to one that names the report."""
    try:
        yield
    except OSError as error:
        raise NotWrittenError(f"{path}: not written: {error.strerror}") from None
    except ValueError as error:
        raise NotWrittenError(f"{path!r}: not written: {error}") from None


@contextmanager
def _folder(path: str) -> Iterator[int]:
    """Open the folder of `path` one step at a time, following no link on the way from here.

    Links above the current folder, and above the last folder of a path that leads elsewhere, are
    the system's own business (`/tmp`, a mounted home).
    """
    start, steps = _steps(path)
    folder = os.open(start, _FOLDER)
    try:
        for step in steps:
            if stat.S_ISLNK(os.stat(step, dir_fd=folder, follow_symlinks=False).st_mode):
                raise OSError(None, f"its folder {step} is a symbolic link")
            inner = os.open(step, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _steps(path: str) -> tuple[str, list[str]]:
    """Return the folder to start from, and the folders from there to the file."""
    here = os.getcwd()
    folder = os.path.dirname(path)
    if os.path.isabs(folder):
        if folder != here and not folder.startswith(f"{here}/"):
            above, last = os.path.split(folder.rstrip("/"))
            return above, [last] if last else []
        folder = folder[len(here) :]
    return here, [step for step in folder.split("/") if step not in ("", ".")]


def _target(path: str, folder: int) -> str:
    """Return the file's name within the open folder, having checked that it may be written."""
    name = os.path.basename(path)
    if name in ("", ".", ".."):
        raise OSError(None, "it names no file")
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return name
    if stat.S_ISLNK(status.st_mode):
        raise OSError(None, "it is a symbolic link")
    if not stat.S_ISREG(status.st_mode):
        raise OSError(None, "it is not a regular file")
    return name
