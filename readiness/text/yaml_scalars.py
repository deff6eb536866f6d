"""What an unquoted scalar of YAML 1.2 means, and what other readers would make of it."""

from decimal import Decimal
from typing import Final, TypeAlias, Union

from readiness.startup.patterns import later

Data: TypeAlias = Union[  # noqa: UP007 - a forward reference does not take part in `|`
    str, bool, int, Decimal, list["Data"], dict[str, "Data"], None
]

MAX_DIGITS: Final = 40

NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))
BOOLEANS: Final = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# What YAML 1.1 reads as a boolean, in the spellings that its readers know.
OLD_BOOLEANS: Final = frozenset(
    spelling
    for word in ("yes", "no", "on", "off")
    for spelling in (word, word.title(), word.upper())
)
# What may be anything but text has one of these forms, or begins with one of these characters.
SPECIAL: Final = NULLS | frozenset(BOOLEANS) | OLD_BOOLEANS
NUMERIC: Final = frozenset("0123456789+-.")
_INTEGER = later(r"[-+]?(?:0|[1-9][0-9]*)")
_BASED = later(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FRACTION = later(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_DOUBTFUL = later(
    r"[-+]?(?:[0-9][0-9_]*(?::[0-5]?[0-9])*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9][0-9_]*"
    r"|0b[01_]+|0x[0-9a-fA-F_]+|0o[0-7]+|\.(?:inf|Inf|INF|nan|NaN|NAN))"
)


def meaning(written: str) -> bool | int | Decimal | None:
    """Parse a boolean or a number, exactly; None for anything else."""
    if written in BOOLEANS:
        return BOOLEANS[written]
    if len(written) > MAX_DIGITS:
        return None
    if _INTEGER.fullmatch(written):
        return int(written)
    if _BASED.fullmatch(written):
        return int(written, 0)
    return Decimal(written) if _FRACTION.fullmatch(written) else None


def is_doubtful(written: str) -> bool:
    """Return whether other readers of YAML take this text for a boolean or a number."""
    return written in OLD_BOOLEANS or _DOUBTFUL.fullmatch(written) is not None
