"""Where output goes: data to stdout, whole and as UTF-8."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TextIO

from readiness.model.errors import NotWrittenError, UsageError
from readiness.model.settings import RunSettings
from readiness.terminal import idle
from readiness.terminal.blocks import Block, Context, Style, text_lines
from readiness.terminal.ending import abandon_stdout
from readiness.text.worded import worded

WIDTH = 120
"""Columns of what is read elsewhere than on a terminal."""

_LOGS = ("GITHUB_ACTIONS", "GITLAB_CI")
"""What a CI sets to "true" whose log shows colours."""

_LINKING = ("DOMTERM", "KONSOLE_VERSION", "VTE_VERSION", "WEZTERM_PANE", "WT_SESSION")
_LINKING_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot")
_LINKING_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper")
"""What terminals set that show links, as supports-hyperlinks knows them."""


def context(
    environ: Mapping[str, str], settings: RunSettings | None = None, stream: TextIO | None = None
) -> Context:
    """Return what may be known of a stream, by default stdout: its width, its use of colour."""
    stream = stream or sys.stdout
    terminal = stream.isatty()
    colour = wants_colour(environ, terminal=terminal)
    return Context(
        width=terminal_width(environ, stream),
        colour=colour,
        links=terminal and colour and shows_links(environ),
        terminal=terminal,
        quiet=settings is not None and settings.quiet,
        verbose=settings is not None and settings.verbose,
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
    """Return whether to colour: on a terminal, in a log that shows it, or for FORCE_COLOR.

    NO_COLOR and TERM=dumb beat them all.
    """
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb":
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return terminal or any(environ.get(name) == "true" for name in _LOGS)


def shows_links(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal is one that shows links."""
    return (
        any(environ.get(name) for name in _LINKING)
        or environ.get("TERM") in _LINKING_TERMS
        or environ.get("TERM_PROGRAM") in _LINKING_PROGRAMS
    )


def terminal_width(environ: Mapping[str, str], stream: TextIO | None = None) -> int:
    """Return how many cells a line has: as COLUMNS says, else the terminal, else `WIDTH`."""
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size((stream or sys.stdout).fileno()).columns or 80
    except (OSError, ValueError):
        return WIDTH


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
    """Write lines for people to stdout, as `put_blocks` does."""
    put_blocks(text_lines(*text.rstrip("\n").split("\n")))


def put_blocks(blocks: Iterable[Block], made_safe: Callable[[str], str] = str) -> None:
    """Write blocks to stdout, as it can show them.

    `made_safe` takes out of each text what must not be shown. Raises as `put` does.
    """
    put(drawn(blocks, context(os.environ), made_safe))


def drawn(blocks: Iterable[Block], context: Context, made_safe: Callable[[str], str] = str) -> str:
    """Return blocks as text, set by Rich, which is imported for that: no earlier than needed."""
    from readiness.terminal import console

    return console.drawn(blocks, context, made_safe)


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


def ask(question: str, above: Iterable[Block] = (), *, unseen: bool = False) -> str | None:
    """Ask on standard error, below some blocks; return the line that is typed, None for its end.

    What is `unseen` does not show while it is typed.
    """
    from getpass import getpass

    from rich.prompt import Prompt

    from readiness.terminal import console

    class Asked(Prompt):
        prompt_suffix = " "

    seen = context(os.environ, stream=sys.stderr)
    idle.hide()
    *lines, last = question.split("\n")
    sys.stderr.write(drawn([*above, *text_lines(*lines)], seen))
    on, prompt = console.console(sys.stderr, seen), console.text([(last, Style.PLAIN)])
    try:
        if unseen:  # hides what is typed before it asks, where Rich does so after
            return getpass(f"{last} ")
        return Asked.ask(prompt, console=on, default="", show_default=False)
    except EOFError:
        return None
