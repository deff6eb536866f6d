"""JMESPath over exact numbers: the queries of checks, compiled once."""

import functools
import json
from decimal import Context, Decimal

from jmespath import compile as parse_query
from jmespath.exceptions import JMESPathError
from jmespath.functions import REVERSE_TYPES_MAP, TYPES_MAP, Functions, signature
from jmespath.parser import ParsedResult
from jmespath.visitor import Options

from readiness.measure.data import Data
from readiness.measure.numbers import exact_sum, parse_number
from readiness.measure.problem import NotMeasuredError, shown
from readiness.model.words import ReasonCode
from readiness.text.worded import worded

_QUOTIENTS = Context(prec=34)


def search(query: str, data: Data) -> Data:
    """Return what the query finds; raise `NotMeasuredError` where it does not fit the data."""
    try:
        result: Data = _compiled(query).search(data, _OPTIONS)
    except (JMESPathError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        why = str(error) if isinstance(error, JMESPathError) else worded("reason.types")
        raise NotMeasuredError(
            ReasonCode.UNREADABLE,
            worded("reason.query_misfit", query=shown(query, 120), why=shown(why)),
        ) from None
    except RecursionError:
        raise NotMeasuredError(ReasonCode.UNREADABLE, worded("reason.nested_query")) from None
    return result


def growth(query: str) -> int:
    """Return an upper bound of how many times a query may visit one part of the data.

    What is fed to the next part (`a | b`, `a.b`, `a[b]`) multiplies, and a list of parts adds up.
    """
    steps = sum(map(query.count, "|.["))
    return int((query.count(",") + 1) ** (steps + 1))


@functools.cache
def _compiled(query: str) -> ParsedResult:
    """Return the query; its own numbers with a point are exact too."""
    compiled = parse_query(query)
    _make_exact(compiled.parsed)
    return compiled


def _make_exact(node: object) -> None:
    if isinstance(node, dict):
        if node.get("type") == "literal":
            node["value"] = _exact(node["value"])
        for child in node.get("children", ()):
            _make_exact(child)


def _exact(value: object) -> object:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, list):
        return [_exact(item) for item in value]
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    return value


class _ExactFunctions(Functions):
    """JMESPath's functions where they meet a Decimal: sums are exact."""

    @signature({"types": ["array-number"]})
    def _func_sum(self, numbers: list[int | Decimal]) -> Decimal:
        return exact_sum([Decimal(number) for number in numbers])

    @signature({"types": ["array-number"]})
    def _func_avg(self, numbers: list[int | Decimal]) -> Decimal | None:
        if not numbers:
            return None
        return _QUOTIENTS.divide(self._func_sum(numbers), Decimal(len(numbers)))

    @signature({"types": []})
    def _func_to_number(self, value: Data) -> int | Decimal | None:
        if isinstance(value, str):
            try:
                return parse_number(value)
            except NotMeasuredError:
                return None
        return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None

    @signature({"types": []})
    def _func_to_string(self, value: Data) -> str:
        return value if isinstance(value, str) else _json(value)

    @signature({"types": []})
    def _func_type(self, value: Data) -> str:
        return TYPES_MAP[type(value).__name__]


def _json(value: Data) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return (
            "{" + ",".join(f"{json.dumps(key)}:{_json(item)}" for key, item in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    return json.dumps(value)


_OPTIONS = Options(custom_functions=_ExactFunctions())

# To JMESPath a number is what its own table of Python's types says.
TYPES_MAP["Decimal"] = "number"
REVERSE_TYPES_MAP["number"] = (*REVERSE_TYPES_MAP["number"], "Decimal")
