"""Pieces of YAML, made to be read by people and by readers of any version."""

import json
import re
import textwrap
from collections.abc import Mapping
from typing import Final

from readiness.text.clean import clean
from readiness.text.layout import width, wrap

_WIDTH: Final = 100
# Words that YAML 1.1 or 1.2 take for something else than text.
_NOT_TEXT: Final = re.compile(
    r"(?i)(?:y|n|yes|no|on|off|true|false|null|~|\.inf|\.nan|[-+.\d][\d_.:eExXoO+-]*)"
)
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./(][^\n:#{}\[\],&*!|>\"%@`]*")


def comment(text: str, indent: str = "") -> list[str]:
    """Format a comment, in lines that are not too long."""
    prefix = f"{indent}# "
    if width(text) > len(text):  # between wide characters there is no space to break at
        lines = wrap(clean(text, newlines=False), _WIDTH - len(prefix))
        return [f"{prefix}{line}" for line in lines]
    return textwrap.wrap(
        clean(text, newlines=False),
        _WIDTH,
        initial_indent=prefix,
        subsequent_indent=prefix,
        break_long_words=False,
        break_on_hyphens=False,
    )


def parameters(values: Mapping[str, str]) -> list[str]:
    """Format parameters on one line if they fit; else one below the other, long ones as lists."""
    short = ", ".join(f"{key}: {scalar(value)}" for key, value in values.items())
    if not values:
        return []
    if len(short) + 15 <= _WIDTH:
        return [f"  with: {{{short}}}"]
    lines = ["  with:"]
    for key, value in values.items():
        if len(value) + len(key) + 12 <= _WIDTH or "${" in value:
            lines.append(f"    {key}: {scalar(value)}")
        else:
            lines += [f"    {key}:", *(f"      - {scalar(each)}" for each in value.split())]
    return lines


def scalar(text: str) -> str:
    """Format a text that YAML of any version reads back: plain if that is safe, else quoted."""
    plain = _PLAIN.fullmatch(text) and not _NOT_TEXT.fullmatch(text) and text == text.strip()
    return text if plain and text.isprintable() else quoted(text)


def quoted(text: str) -> str:
    """Quote a text."""
    written = json.dumps(text, ensure_ascii=False)
    return written if written.isprintable() else "".join(map(_printable, written))


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def block(text: str, indent: str) -> str:
    """Format a text of several lines behind `|`, where YAML can hold it so; else quoted."""
    lines = text.rstrip("\n").split("\n")
    plain = all(line.isprintable() and line == line.rstrip() for line in lines)
    if not plain or len(lines) < 2 or lines[0][:1] in ("", " "):
        return quoted(text)
    return "\n".join(["|", *(f"{indent}{line}" if line else "" for line in lines)])
