"""YAML, by the rules of YAML 1.2 alone: `no`, `on` and `1:30` are text; no tags.

A query visits an aliased part as often as it is named: hence the bound on what aliases unfold to.
"""

from readiness.measure.data import Data
from readiness.measure.numbers import decimal
from readiness.startup.patterns import later
from readiness.text.fault import Fault
from readiness.text.worded import worded
from readiness.text.yaml_events import YamlReader
from readiness.text.yaml_scalars import BOOLEANS

IN_PLACE = 128 * 1024
TEXT_ONLY = False

_LARGEST = 16 * 1024 * 1024
_INTEGER = later(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = later(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,9})?")
_NOT_FINITE = later(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def parse(text: str) -> Data:
    """Return the only document as data."""
    if len(text) > _LARGEST:
        raise ValueError(worded("reason.yaml_large", size=_LARGEST // 1024**2))
    reader = _OutputReader(text, "")
    reader.read()
    return reader.data


class _OutputReader(YamlReader):
    """Reads what a tool wrote: the first fault ends it, and numbers are as long as they are."""

    deepest = 100
    most_aliased = 2_000_000
    keeps_places = False
    refuses_controls = False
    harmless_tags = frozenset((None, "!"))

    def meaning(self, written: str) -> Data:
        if written in BOOLEANS:
            return BOOLEANS[written]
        if _INTEGER.fullmatch(written):
            return int(written, 0 if written[:2] in {"0o", "0x"} else 10)
        if _FLOAT.fullmatch(written):
            return decimal(written)
        if _NOT_FINITE.fullmatch(written):
            raise ValueError(worded("reason.not_finite", number=written))
        return None

    def complain(self, fault: Fault) -> None:
        raise ValueError(f"line {fault.line}: {fault.message}")
