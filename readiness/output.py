"""Where output goes: data to stdout, whole and as UTF-8."""

import os
import sys
from collections.abc import Mapping

from readiness.report import Context


def context(environ: Mapping[str, str], *, quiet: bool, verbose: bool) -> Context:
    """What renderers may know of stdout: its width on a terminal, and whether colour is wanted."""
    terminal = sys.stdout.isatty()
    width = None
    if terminal:
        width = terminal_width(environ)
    return Context(
        width=width,
        colour=wants_colour(environ, terminal=terminal),
        terminal=terminal,
        quiet=quiet,
        verbose=verbose,
    )


def wants_colour(environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Colour only on a terminal, or where FORCE_COLOR asks for it; NO_COLOR beats both."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return terminal and environ.get("TERM") != "dumb"


def terminal_width(environ: Mapping[str, str]) -> int:
    """The terminal's width in cells."""
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def put(text: str) -> None:
    """Write data to stdout as UTF-8, whole. Raises `BrokenPipeError` where nobody reads it."""
    sys.stdout.flush()
    data = text.encode("utf-8", "backslashreplace")
    if not data.endswith(b"\n"):
        data += b"\n"
    stream = sys.stdout.buffer
    stream.write(data)
    stream.flush()
