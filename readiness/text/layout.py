"""Text for people: wrapping, bars, times, and what no CI log obeys. Rich knows how wide it is."""

import re

from readiness.startup.patterns import later
from readiness.text.clean import clean

_CLOSING = frozenset("，。、；：！？）】」』》〉”’…")
_OPENING = frozenset("（【「『《〈“‘")

_COMMAND = later(r"##(?=[A-Za-z]*\[)")
_WORKFLOW_COMMAND = later(r"^((?:[^\S\n]|\x1b\[[0-9;]*m)*)::", re.MULTILINE)


def literal(text: str) -> str:
    """Return foreign `text` as one line that can be shown: control characters are spelled out."""
    return text if text.isprintable() else clean(text, newlines=False)


def inert(text: str) -> str:
    r"""Return `text` without anything that a CI log would obey.

    GitHub takes `::word::` at the start of a line, and `##[word]` anywhere, for a command; others
    have `##vso[…]` and `##teamcity[…]`. A backslash makes them text: `\::word::`, `#\#[word]`.
    """
    if "##" in text:
        text = _COMMAND.sub(r"#\\#", text)
    return _WORKFLOW_COMMAND.sub(r"\1\\::", text) if "::" in text else text


def wrap(text: str, cells: int) -> list[str]:
    """Break `text` into lines of at most `cells` each, between words where that is possible.

    Between wide characters a line may be broken anywhere. There is always one line at least.
    """
    from rich.cells import cell_len, chop_cells

    lines: list[str] = []
    line, used = "", 0
    for piece in _pieces(text):
        size = cell_len(piece)
        if used + size > cells and line:
            lines.append(line.rstrip())
            line, used = "", 0
            piece = piece.lstrip()
            size = cell_len(piece)
        while size > cells and len(piece) > 1:
            head = chop_cells(piece, cells)[0] or piece[0]
            lines.append(head)
            piece = piece[len(head) :]
            size = cell_len(piece)
        line += piece
        used += size
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return lines


def middle(text: str, most: int) -> str:
    """Return `text` in at most so many characters: of a longer one its beginning and its end."""
    if len(text) <= most:
        return text
    room = max(most - 3, 2)
    return f"{text[: room - room // 2]} … {text[-(room // 2) :]}"[:most]


def bar(share: float, cells: int) -> str:
    """Return a share 0..1 as a bar, full only for a whole share."""
    full = cells if share >= 1 else min(int(share * cells), cells - 1)
    return "━" * full + "─" * (cells - full)


def percentage(score: str) -> str:
    """Convert a score of 10 to a percentage, digit for digit: 7.85 to 78.5; "" for no number.

    There is one decimal at least.
    """
    from decimal import Decimal

    try:
        shown = f"{Decimal(score).scaleb(1):f}"
    except ArithmeticError:
        return ""
    return shown if "." in shown or not shown.isdigit() else f"{shown}.0"


def duration(seconds: float) -> str:
    """Format seconds for people: `340 ms`, `8.1 s`, `3m 20s`."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m {rest:02d}s"


def growing(seconds: float) -> str:
    """Format a time that is still growing, in seconds at least: `0.4 s`."""
    return duration(seconds) if seconds >= 1 else f"{seconds:.1f} s"


def about(seconds: float) -> str:
    """Format a rough time without false precision: `7 s`, `25 s`, `3 min`."""
    if seconds < 10:
        return f"{seconds:.0f} s"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} s"
    return f"{round(seconds / 60)} min"


def points(value: float) -> str:
    """Format points of the score for people, out of 10: `2.22`, and tiny ones as `0.0004`."""
    return f"{value:.2f}" if value >= 0.005 or not value else f"{value:.2g}"


def age(seconds: float) -> str:
    """Format an age in the largest unit that is full: `40 s`, `5 min`, `3 d`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds // 1:.0f} s"


def _pieces(text: str) -> list[str]:
    """Split `text` into the parts within which a line may not be broken, spaces first.

    No line begins with what closes, nor ends with what opens.
    """
    from rich.cells import cell_len

    pieces: list[str] = []
    word = ""
    for character in text:
        wide, closing = cell_len(character) == 2, character in _CLOSING
        if closing and not word and pieces:
            pieces[-1] += character
            continue
        apart = wide or (character == " " and word.strip())
        if apart and not closing and word[-1:] not in _OPENING:
            pieces.append(word)
            word = ""
        word += character
        if wide and character not in _OPENING:
            pieces.append(word)
            word = ""
    return [piece for piece in [*pieces, word] if piece]
