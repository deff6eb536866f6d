"""Pieces of YAML, made to be read by people and by readers of any version."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Final

from rich.cells import cell_len

from readiness.text.clean import clean
from readiness.text.layout import wrap

_WIDTH: Final = 78
"""What formatters of YAML keep to where it is indented once more."""
# Words that YAML 1.1 or 1.2 take for something else than text.
_NOT_TEXT: Final = re.compile(
    r"(?i)(?:y|n|yes|no|on|off|true|false|null|~|\.inf|\.nan|[-+.\d][\d_.:eExXoO+-]*|0x[\da-f]+)"
)
_PLAIN: Final = re.compile(r"[\w./(][^\n:#{}\[\],&*!|>\"%@`?]*")


def comment(text: str, indent: str = "") -> list[str]:
    """Format a comment, in lines that are not too long."""
    prefix = f"{indent}# "
    lines = wrap(clean(text, newlines=False), _WIDTH - len(prefix))
    return [f"{prefix}{line}" for line in lines]


def mapping_lines(values: Mapping[str, object], indent: str = "") -> list[str]:
    """Format the entries of a mapping, a line each; leave out those without value.

    Values are texts, numbers, true, and lists and mappings of them. A list of sentences, or of
    mappings, has an item a line.
    """
    lines: list[str] = []
    for key, value in values.items():
        if value is None or value in ("", (), [], {}):
            continue
        line = f"{indent}{scalar(key)}: {_flow(value)}"
        if isinstance(value, str) and "\n" in value:
            lines.append(f"{indent}{scalar(key)}: {block(value, f'{indent}  ')}")
        elif isinstance(value, list | tuple) and not (
            _are_words(value) and cell_len(line) <= _WIDTH
        ):
            lines.append(f"{indent}{scalar(key)}:")
            lines += [f"{indent}  - {_flow(item)}" for item in value]
        elif isinstance(value, Mapping):
            lines += [f"{indent}{scalar(key)}:", *mapping_lines(value, f"{indent}  ")]
        else:
            lines.append(line)
    return lines


def _are_words(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) and " " not in value for value in values)


def _flow(value: object) -> str:
    """Format a value on one line."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{scalar(key)}: {_flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    return scalar(value) if isinstance(value, str) else f"{value:f}"


def scalar(text: str) -> str:
    """Format a text that YAML of any version reads back: plain if that is safe, else quoted."""
    plain = _PLAIN.fullmatch(text) and not _NOT_TEXT.fullmatch(text) and text == text.strip()
    return text if plain and text.isprintable() else quoted(text)


def quoted(text: str) -> str:
    """Quote a text, singly where that spares it escapes."""
    if '"' in text and "\\" not in text and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
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
