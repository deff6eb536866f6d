"""JSON that a parser takes and nothing else obeys."""

import re

import msgspec

# JSON leaves these as they are; a terminal or a CI log may obey them.
_OBEYED = re.compile(
    "[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|(?<=#)#(?=[A-Za-z]*\\[)"
)


def dump(value: object, *, indent: int | None = None) -> str:
    """Return `value` as strict JSON without a line end, on one line where there is no `indent`.

    NaN and infinity become null. Raises `UnicodeEncodeError` for a lone surrogate.
    """
    text = msgspec.json.encode(value)
    if indent is not None:
        text = msgspec.json.format(text, indent=indent)
    return _OBEYED.sub(_escaped, text.decode())


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
