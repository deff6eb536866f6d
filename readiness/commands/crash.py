"""What is kept of a bug: enough to report it, and nothing that a probe or the environment said."""

import os
import platform
import tempfile
import traceback

from readiness import __version__


def write_crash_log(error: BaseException) -> str:
    """Write where the error was raised to a file, and say in a sentence where that is.

    The log holds file names, lines and the error's type: no values, which may be secret.
    """
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
        return f"No log could be written; it happened here:\n{frames}"
    return f"A log to report it with: {path}"
