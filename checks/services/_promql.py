"""What a PromQL query names, as a parser of its grammar reads it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import promql_parser as promql
from promql_parser import AggModifierType, LabelModifierType

from checks.services._answer import ProbeError

_OPERATORS = {
    "MatchOp.Equal": "=",
    "MatchOp.NotEqual": "!=",
    "MatchOp.Re": "=~",
    "MatchOp.NotRe": "!~",
}
_COMPARISONS = frozenset({"==", "!=", ">", "<", ">=", "<="})
_MAKES_LABELS = frozenset({"label_replace", "label_join", "absent", "absent_over_time", "info"})


_DISTURBED = (
    "({0} + time())",
    "({0} - time())",
    '({0} or label_replace({0}, "readiness", "again", "", ""))',
    "({0} or vector(time()))",
    "({0} unless {0})",
)
"""A selector with higher or lower numbers, with as many series again, one more, and none."""


class Matcher(NamedTuple):
    """What a selector asks of one label."""

    label: str
    operator: str
    value: str

    def __str__(self) -> str:
        """Return it as PromQL."""
        text = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.label}{self.operator}"{text}"'


class Selector(NamedTuple):
    """A metric (empty where only labels are asked for) and what is asked of its labels."""

    metric: str
    matchers: tuple[Matcher, ...]


class Grouping(NamedTuple):
    """Labels that a query groups or joins by, and the metrics of which some must have each."""

    labels: tuple[str, ...]
    metrics: frozenset[str]


class Names(NamedTuple):
    """What a query names: its selectors, and the labels by which it groups and joins.

    `ranges` are over how many seconds it looks, `oldest` how many seconds it looks back at most.
    """

    selectors: tuple[Selector, ...]
    groupings: tuple[Grouping, ...]
    ranges: tuple[float, ...]
    oldest: float

    @property
    def metrics(self) -> frozenset[str]:
        """The metrics that it names."""
        return frozenset(selector.metric for selector in self.selectors if selector.metric)


def names_in(query: str) -> Names:
    """Return what a query names. Raises ProbeError where it is no PromQL."""
    expression = _parsed(query)
    ranges, offsets = [], [0.0]
    for part in _parts(expression):
        if isinstance(part, promql.MatrixSelector):
            ranges.append(part.range.total_seconds())
        elif isinstance(part, promql.VectorSelector) and part.offset:
            offsets.append(part.offset.total_seconds())
    oldest = max(ranges, default=0.0) + max(offsets)
    return Names(
        tuple(_selectors(expression)), tuple(_groupings(expression)), tuple(ranges), oldest
    )


def unfiltered(query: str) -> str:
    """Return what the query asks of before it compares: series with the labels of its own result.

    A comparison that joins by some labels keeps these alone, and is left as it is.
    """
    expression = _parsed(query)
    while (inner := _compared(expression)) is not None:
        expression = inner
    return expression.prettify()


def _compared(expression: promql.Expr) -> promql.Expr | None:
    if isinstance(expression, promql.ParenExpr):
        return expression.expr
    if not isinstance(expression, promql.BinaryExpr):
        return None
    operator, modifier = str(expression.op), expression.modifier
    if operator in _COMPARISONS and not (modifier and (modifier.matching or modifier.return_bool)):
        return expression.lhs if any(_selectors(expression.lhs)) else expression.rhs
    return expression.lhs if operator in ("and", "unless") else None


def disturbed(query: str) -> Iterator[str]:
    """Yield the query as it is on other data, in several ways; as it is where it asks for none.

    What gives the same numbers for all of them shows nothing that was measured.
    """
    expression = _parsed(query)
    text, suffixes = expression.prettify(), {}
    for part in _parts(expression):
        if isinstance(part, promql.MatrixSelector):
            span = f"[{part.range.total_seconds() * 1000:.0f}ms:]"
            suffixes[part.prettify()] = part.vector_selector.prettify(), span
        elif isinstance(part, promql.VectorSelector):
            suffixes[part.prettify()] = part.prettify(), ""
    written = sorted(suffixes, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w:])(?:{'|'.join(map(re.escape, written)) or '$^'})(?![\w:{{[])")
    for form in _DISTURBED:

        def other_data(place: re.Match[str], form: str = form) -> str:
            selector, span = suffixes[place[0]]
            return form.format(selector) + span

        yield pattern.sub(other_data, text)


def normal(query: str) -> str:
    """Return the query as every way to write it reads: quotes, blanks and brackets made equal."""
    return _parsed(query).prettify()


def seconds(duration: str) -> float:
    """Return how long `1h30m` is. Raises ProbeError where it is no duration."""
    if re.fullmatch("(0+[a-z]*)*", duration):  # none at all, which the parser refuses
        return 0.0
    try:
        return promql.parse_duration(duration).total_seconds()
    except ValueError as error:
        raise ProbeError(f"{duration!r} is no duration: {error}") from None


def _parsed(query: str) -> promql.Expr:
    try:
        parsed: promql.Expr = promql.parse(query)
    except ValueError as error:
        raise ProbeError(f"{query!r} is no PromQL: {error}") from None
    return parsed


def _parts(expression: promql.Expr) -> list[promql.Expr]:
    """Return every part of an expression, the outer ones first."""
    parts: list[promql.Expr] = []
    promql.walk(expression, pre_visit=parts.append)
    return parts


def _selectors(expression: promql.Expr) -> Iterator[Selector]:
    for part in _parts(expression):
        if isinstance(part, promql.VectorSelector):
            metric, matchers = part.name or "", []
            for matcher in _matchers(part):
                if matcher.label != "__name__":
                    matchers.append(matcher)
                elif matcher.operator == "=":
                    metric = metric or matcher.value
            yield Selector(metric, tuple(matchers))


def _matchers(selector: promql.VectorSelector) -> Iterator[Matcher]:
    for matchers in (selector.matchers.matchers, *selector.matchers.or_matchers):
        for matcher in matchers:
            yield Matcher(matcher.name, _OPERATORS[str(matcher.op)], matcher.value)


def _groupings(expression: promql.Expr) -> Iterator[Grouping]:
    for part in _parts(expression):
        labels = _labels(part)
        if labels and not _makes_labels(part):
            metrics = {selector.metric for selector in _selectors(part)}
            yield Grouping(tuple(labels), frozenset(metrics - {""}))


def _labels(part: promql.Expr) -> list[str]:
    """Return the labels that a part groups by, or joins on."""
    if isinstance(part, promql.AggregateExpr):
        by = part.modifier
        return by.labels if by and by.type == AggModifierType.By else []
    on = part.modifier.matching if isinstance(part, promql.BinaryExpr) and part.modifier else None
    return on.labels if on and on.type == LabelModifierType.Include else []


def _makes_labels(expression: promql.Expr) -> bool:
    calls = [part for part in _parts(expression) if isinstance(part, promql.Call)]
    return any(call.func.name in _MAKES_LABELS for call in calls)
