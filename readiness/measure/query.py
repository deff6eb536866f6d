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
from readiness.measure.problem import NotMeasuredError, no_value, shown, unreadable
from readiness.text.worded import worded

_QUOTIENTS = Context(prec=34)


def search(query: str, data: Data, *, proven: bool = True) -> Data:
    """Return what the query finds; raise `NotMeasuredError` where it does not fit the data.

    Only a tool that is `proven` to have done its work may leave out what the query needs.
    """
    try:
        result: Data = _compiled(query).search(data, _OPTIONS)
        rests_on_nothing = not proven and _rests_on_nothing(_compiled(query), data)
    except (JMESPathError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        why = str(error) if isinstance(error, JMESPathError) else worded("reason.types")
        raise unreadable(
            worded("reason.query_misfit", query=shown(query, 120), why=shown(why))
        ) from None
    except RecursionError:
        raise unreadable(worded("reason.nested_query")) from None
    if rests_on_nothing:
        raise no_value(
            worded("reason.rests_on_nothing", query=shown(query, 120), value=shown(str(result))),
            worded("hint.prove_work", proof="proof: {as: json, query: 'length(files) > `0`'}"),
        )
    return result


def _rests_on_nothing(query: ParsedResult, data: Data) -> bool:
    """Return whether a query gives its default for what is missing, or the sum of an empty list."""
    node = query.parsed
    kind, name = node["type"], node.get("value")
    parts = [ParsedResult("", part) for part in node["children"]]
    if kind == "pipe":
        passed_on = parts[0].search(data, _OPTIONS)
        return _rests_on_nothing(parts[0], data) or _rests_on_nothing(parts[1], passed_on)
    if kind == "or_expression" or (kind, name) == ("function_expression", "not_null"):
        has_default = parts[-1].parsed["type"] == "literal"
        return has_default and all(part.search(data, _OPTIONS) is None for part in parts[:-1])
    if kind != "function_expression":
        return False
    is_empty_sum = name == "sum" and parts[0].search(data, _OPTIONS) == []
    return is_empty_sum or any(_rests_on_nothing(part, data) for part in parts)


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
