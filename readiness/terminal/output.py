"""Where output goes: data to stdout, whole and as UTF-8."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TextIO

from readiness.model.errors import NotWrittenError, UsageError
from readiness.model.plan import Plan
from readiness.model.settings import RunSettings
from readiness.report import Context
from readiness.report._table.blocks import Block
from readiness.report._table.lines import table_text
from readiness.terminal import idle
from readiness.terminal.ending import abandon_stdout
from readiness.terminal.progress import Judge, Progress, progress
from readiness.text.clean import clean
from readiness.text.languages import Language
from readiness.text.layout import inert, wrapped
from readiness.text.worded import worded


def context(environ: Mapping[str, str], settings: RunSettings) -> Context:
    """Return what renderers may know of stdout: its width on a terminal, and use of colour."""
    terminal = sys.stdout.isatty()
    return Context(
        width=line_limit(environ),
        colour=wants_colour(environ, terminal=terminal),
        terminal=terminal,
        quiet=settings.quiet,
        verbose=settings.verbose,
    )


def shown_progress(
    plan: Plan,
    jobs: int,
    settings: RunSettings,
    language: Language,
    environ: Mapping[str, str],
    judge: Judge | None = None,
) -> Progress:
    """Return progress for standard error, as the terminal or the CI log behind it can show it."""
    return progress(
        plan,
        jobs=jobs,
        terminal=can_draw(environ, sys.stderr),
        quiet=settings.quiet,
        language=language,
        folds=environ.get("GITHUB_ACTIONS") == "true",
        judge=judge,
        repeated=sys.stdout.isatty() and settings.output_format == "table",
    )


def can_draw(environ: Mapping[str, str], stream: TextIO) -> bool:
    """Return whether a terminal is there that moves its cursor, and has room for anything."""
    if environ.get("TERM") == "dumb" or not stream.isatty():
        return False
    try:
        return min(os.get_terminal_size(stream.fileno())) > 0
    except (OSError, ValueError):
        return False


def wants_colour(environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Return whether to colour: on a terminal or for FORCE_COLOR; NO_COLOR beats both."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return terminal and environ.get("TERM") != "dumb"


def terminal_width(environ: Mapping[str, str]) -> int:
    """Return the terminal's width in cells."""
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def line_limit(environ: Mapping[str, str]) -> int | None:
    """Return how wide a line may be: the terminal's width; None without a terminal."""
    return terminal_width(environ) if sys.stdout.isatty() else None


def put(text: str) -> None:
    """Write data to stdout as UTF-8, whole.

    Raises `NotWrittenError` where that is not possible; nothing fails on stdout after that.
    """
    data = text.encode("utf-8", "backslashreplace")
    if not data.endswith(b"\n"):
        data += b"\n"
    stream = sys.stdout.buffer
    idle.hide()
    try:
        sys.stdout.flush()
        stream.write(data)
        stream.flush()
    except OSError as error:
        abandon_stdout()
        raise NotWrittenError(f"standard output: {error.strerror}") from None


def put_text(text: str) -> None:
    """Write text for people to stdout, with nothing in it that a terminal or a CI log obeys.

    On a terminal no line is wider than that. Raises as `put` does.
    """
    text = clean(text, newlines=True)
    limit = line_limit(os.environ)
    put(inert(text if limit is None else wrapped(text, limit)))


def put_blocks(blocks: Iterable[Block], made_safe: Callable[[str], str] = str) -> None:
    """Write blocks to stdout, coloured and fitted to its width where it is a terminal.

    `made_safe` is for the text as a whole: what must not be shown is taken out. Raises as `put`.
    """
    colour = wants_colour(os.environ, terminal=sys.stdout.isatty())
    put(made_safe(table_text(blocks, limit=line_limit(os.environ), colour=colour)))


def put_json(value: object) -> None:
    """Write a value as indented JSON to stdout. Raises as `put` does."""
    put(json_text(value))


def json_text(value: object) -> str:
    """Return a value as indented JSON that ends with a line end."""
    import msgspec

    text = msgspec.json.encode(value, enc_hook=_plain)
    return msgspec.json.format(text, indent=2).decode() + "\n"


def _plain(value: object) -> str:
    """Encode a sentence for programs, as its English text."""
    if isinstance(value, str):
        return str(value)
    raise NotImplementedError


def wants_json(output_format: str) -> bool:
    """Return whether a command that knows `table` and `json` was asked for JSON.

    Raises `UsageError` for any other format.
    """
    if output_format not in ("table", "json"):
        raise UsageError(worded("usage.json_table", name=output_format))
    return output_format == "json"
