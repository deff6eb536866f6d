"""How every command ends: errors are told calmly, and a bug is never mistaken for a verdict."""

from __future__ import annotations

import errno
import os
import sys

from readiness import __version__
from readiness.model.status import ExitStatus
from readiness.terminal import idle

TYPE_CHECKING = False
if TYPE_CHECKING:  # the watcher of a run imports this module, and has to be small
    from collections.abc import Callable
    from typing import TextIO


def protected(action: Callable[[], int]) -> int:
    """Run `action`; any exception becomes a message on stderr and an exit status."""
    idle.show()  # again in a gate: no child inherits a timer
    try:
        return action()
    except KeyboardInterrupt:
        return ExitStatus.SIGNAL + 2
    except BrokenPipeError:
        abandon_stdout()
        return ExitStatus.NOT_WRITTEN
    except ImportError as error:
        return cannot_start(error)
    except Exception as error:  # noqa: BLE001 - a bug must end calmly, and never as ready
        from readiness.model.errors import ReadinessError

        if isinstance(error, ReadinessError):
            from readiness.text.sentences import for_reader
            from readiness.text.worded import in_language, words_of

            heed_board_here()
            tell(in_language(words_of(error), for_reader(error.language)))
            return error.status
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            os.write(2, f"readiness: {error.strerror}; allow more: ulimit -n\n".encode())
        else:
            tell(f"readiness: {bug(error)}")
        return ExitStatus.INTERNAL


def heed_board_here() -> None:
    """Choose the language of the board in this folder, if none is known yet.

    Only the line with the language is read, for a message that something else is wrong.
    """
    import re

    from readiness.model.errors import ReadinessError
    from readiness.model.settings import BoardSettings, find_board
    from readiness.text.languages import Language
    from readiness.text.sentences import is_known, suit

    if is_known():
        return
    try:
        path = find_board(BoardSettings(), os.environ, os.getcwd())
        if not os.path.isfile(path):
            return
        with open(path, "rb") as file:
            language = re.search(
                rb"^language: *[\"']?(en|zh)\b", file.read(1_000_000), re.MULTILINE
            )
    except (ReadinessError, OSError):
        return
    if language:
        suit(Language(language[1].decode()))


def too_few_files(limit: int) -> int:
    """Report that too few files may be open; nothing else may be left to report it with."""
    message = f"readiness: only {limit} files can be opened at once; allow more: ulimit -n 256\n"
    os.write(2, message.encode())
    return ExitStatus.USAGE


def cannot_start(error: ImportError) -> int:
    """Report the library that is missing, importing none of those that might be."""
    os.write(2, f"readiness: cannot start: {error}\n".encode())
    return ExitStatus.INTERNAL


def secure_streams() -> None:
    """Open standard streams that the caller closed, so that no file gets their numbers.

    Messages are lost then; data that cannot be written is an error, as it would have been.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def die_of_interrupts() -> None:
    """Set SIGINT to end the process as SIGTERM does, unless it is ignored.

    Python would raise an exception at any point, and not every library survives that: msgspec
    crashes while it reads type hints.
    """
    import signal

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def bug(error: BaseException) -> str:
    """Report that this error is one of the program's own, and where its log is."""
    return f"internal error: {type(error).__name__}; {write_crash_log(error)}"


def tell(message: str) -> None:
    """Write one message to stderr, after all that went to stdout before."""
    from readiness.text.clean import clean
    from readiness.text.layout import inert
    from readiness.text.sentences import for_reader
    from readiness.text.worded import in_language

    message = in_language(message, for_reader())
    try:
        sys.stdout.flush()
    except OSError:
        abandon_stdout()
    idle.hide()
    try:
        sys.stderr.write(f"{inert(clean(message, newlines=True))}\n")
        sys.stderr.flush()
        idle.show()
    except OSError:
        _abandon(sys.stderr)


def abandon_stdout() -> None:
    """Redirect stdout so that nothing fails on it again, once nobody reads it any more."""
    _abandon(sys.stdout)


def _abandon(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def write_crash_log(error: BaseException) -> str:
    """Write the traceback to a file, and return a sentence that says where it is.

    The log holds file names, lines and the error's type: no values, which may be secret.
    """
    import platform
    import tempfile
    import traceback

    frames = "".join(
        f"  {os.path.basename(frame.filename)}:{frame.lineno} in {frame.name}\n"
        for frame in traceback.extract_tb(error.__traceback__)
    )
    text = (
        f"readiness {__version__}, Python {platform.python_version()}, {platform.system()}\n"
        f"{type(error).__name__}\n{frames}"
    )
    try:
        handle, path = tempfile.mkstemp(prefix="readiness-crash-", suffix=".log", text=True)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return f"this is a bug; it happened here:\n{frames}"
    return f"this is a bug; a log to report it with is in {path}"
