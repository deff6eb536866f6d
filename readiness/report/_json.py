"""JSON that a parser takes and nothing else obeys."""

import re

import msgspec

# JSON leaves these as they are; a terminal or a CI log may obey them.
_OBEYED = re.compile(
    "[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|(?<=#)#(?=[A-Za-z]*\\[)"
)


def dump(value: object, *, indent: int | None = None) -> str:
    """Return `value` as strict JSON without a line end, on one line where there is no `indent`.

    NaN and infinity become null, and a lone surrogate is spelled out.
    """
    try:
        text = msgspec.json.encode(value)
    except UnicodeEncodeError:
        text = msgspec.json.encode(_encodable(msgspec.to_builtins(value)))
    if indent is not None:
        text = msgspec.json.format(text, indent=indent)
    return _OBEYED.sub(_escaped, text.decode())


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _encodable(value: object) -> object:
    """Return `value` with all text made encodable in UTF-8."""
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return value
