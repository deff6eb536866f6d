"""How every command ends: errors are told calmly, and a bug is never mistaken for a verdict."""

import os
import sys
from collections.abc import Callable

from readiness import __version__
from readiness.errors import ExitStatus, ReadinessError


def protected(action: Callable[[], int]) -> int:
    """Run `action`; whatever it raises becomes a message on stderr and an exit status."""
    try:
        return action()
    except ReadinessError as error:
        tell(str(error))
        return error.status
    except KeyboardInterrupt:
        return ExitStatus.SIGNAL + 2
    except BrokenPipeError:
        abandon_stdout()
        return ExitStatus.NOT_WRITTEN
    except Exception as error:  # noqa: BLE001 - a bug must end calmly, and never as ready
        tell(f"readiness: internal error: {type(error).__name__}; {write_crash_log(error)}")
        return ExitStatus.INTERNAL


def tell(message: str) -> None:
    """Write one message to stderr, after all that went to stdout before."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        abandon_stdout()
    try:
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()
    except OSError:
        return


def abandon_stdout() -> None:
    """Let nothing fail on stdout again, where nobody reads it any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_crash_log(error: BaseException) -> str:
    """Write where the error was raised to a file, and say in a sentence where that is.

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
