"""What a board or a check says of reading values: readers, measures, expectations."""

import re
import warnings
from decimal import Decimal
from functools import lru_cache
from typing import Final

from msgspec import UNSET, UnsetType

from readiness.load.definitions import ExitFile, MeasureFile, Number, ReaderFile, Words
from readiness.load.faults import Problems, shown
from readiness.load.yamlfile import Path
from readiness.model import expect
from readiness.model.board import SWITCHED, Expectation, Measure, Reader
from readiness.model.units import duration, meant_unit
from readiness.model.words import Format, Operator

# What passes on exit status 0, unless told otherwise.
EXIT: Final = Measure(name="exit", reader=Reader(format=Format.EXIT))
EXIT_IS_ZERO: Final = expect.parse("== 0")

_OF_TEXT: Final = (Operator.MATCHES, Operator.CONTAINS)
_OF_BOOLEANS: Final = (Operator.TRUE, Operator.FALSE)


# --- readers --------------------------------------------------------------------------------------


def reader(file: ReaderFile, path: Path, problems: Problems, *, one_value: bool = True) -> Reader:
    """Return the reader, having recorded what is wrong with it.

    `one_value` is false for what may have several groups: proofs and findings.
    """
    for problem, field in _misused(file):
        if not problems.broken((*path, field)):
            problems.add((*path, field), problem)
    if problem := file.query and query_problem(file.query):
        problems.add((*path, "query"), problem)
    for name, text in (("regex", file.regex), ("count", file.count)):
        if text:
            pattern(text, (*path, name), problems, one_value=one_value and name == "regex")
    return Reader(
        format=file.as_,
        source=file.from_,
        query=file.query,
        regex=file.regex,
        count=file.count,
        pick=None if file.pick is UNSET else file.pick,
    )


def measure(name: str, file: MeasureFile, path: Path, problems: Problems) -> Measure:
    """Return the measure, having recorded what is wrong with it; whoever knows others sets `of`."""
    return Measure(
        name=name,
        reader=reader(file, path, problems),
        unit=file.unit,
        better=None if file.better is UNSET else file.better,
    )


def _misused(file: ReaderFile) -> list[tuple[str, str]]:
    """List what a reader lacks or has too much: complaints, and the fields they are about."""
    given = [name for name in ("query", "regex", "count") if getattr(file, name)]
    match file.as_:
        case Format.EXIT:
            found = [(f'"{name}" has no meaning for an exit status', name) for name in given]
            if file.from_ != "stdout":
                found.append(('"from" has no meaning for an exit status', "from"))
        case Format.TEXT:
            found = [('"query" has no meaning for text; use "regex" or "count"', "query")]
            found = found if file.query else []
            if not file.query and not given:
                found = [('text needs "regex" or "count"', "regex")]
            if file.regex and file.count:
                found.append(('"regex" and "count" exclude each other', "count"))
        case _:
            wrong = [name for name in given if name != "query"]
            found = [(f'"{name}" reads text, not {file.as_.value}', name) for name in wrong]
            if not given:
                found = [(f'{file.as_.value} needs a "query"', "query")]
    if file.pick is not UNSET and (file.count or file.as_ is Format.EXIT):
        found.append(('there is only one value to "pick" from', "pick"))
    return found


def pattern(text: str, path: Path, problems: Problems, *, one_value: bool = False) -> None:
    """Record a regular expression that cannot be used; with `one_value`, one of several groups."""
    problem, groups = _compiled(text)
    if problem:
        problems.add(path, f"{shown(text)} is not a regular expression: {problem}")
    elif one_value and groups > 1:
        hint = "make all but one of them (?:...)"
        problems.add(path, f"{groups} groups, and one value is to be read", hint)


@lru_cache(maxsize=4096)
def _compiled(text: str) -> tuple[str, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return "", re.compile(text).groups
    except re.error as error:
        place = "" if error.pos is None else f" at character {error.pos + 1}"
        return f"{error.msg}{place}", 0
    except (OverflowError, RecursionError):
        return "it is too large", 0


@lru_cache(maxsize=4096)
def query_problem(text: str) -> str:
    """Tell why a JMESPath query cannot be used, or return ""."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        jmespath.compile(text)
    except (JMESPathError, RecursionError, ValueError) as error:  # a ValueError: a huge number
        reason = str(error).split("\n", 1)[0].rstrip(":") or "it is nested too deeply"
        return f"{shown(text)} is not a JMESPath query: {reason}"
    return ""


# --- expectations ---------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _expectation(text: str) -> Expectation:
    return expect.parse(text)


def expectation(text: str, path: Path, problems: Problems) -> Expectation | None:
    """Read an expectation; None, with a fault, where it is none."""
    try:
        return _expectation(text)
    except ValueError as error:
        problems.add(path, str(error))
        return None


def fit(expected: Expectation, measure: Measure, path: Path, problems: Problems) -> bool:
    """Whether the measure can be asked this; records a fault where it cannot."""
    problem = _misfit(expected, measure)
    if problem:
        meant = meant_unit(expected.unit)
        wanted = expected.text.replace(expected.unit, meant) if meant else ""
        hint = f'did you mean "{wanted}"?' if meant else ""
        problems.add(path, f"{shown(expected.text)} {problem}", hint)
    return not problem


def _misfit(expected: Expectation, measure: Measure) -> str:
    counts = bool(measure.reader.count) or measure.reader.format is Format.EXIT
    of_numbers = expected.operator not in _OF_TEXT and expected.operator not in _OF_BOOLEANS
    if counts and not of_numbers:
        what = "an exit status" if measure.reader.format is Format.EXIT else "a count"
        return f"does not fit {what}, which is a number"
    if measure.unit and not of_numbers:
        return f"does not fit {measure.name}, which is a number of {measure.unit}"
    if not expect.compatible(expected, measure.unit):
        unit = measure.unit or "has no unit"
        return f"does not fit {measure.name}, which {'is in ' if measure.unit else ''}{unit}"
    if not expect.can_fail(expected, measure.unit or ("lines" if counts else "")):
        return f"can never fail: {measure.name} is never negative"
    return ""


ONE: Final = Decimal(1)
OF_A_TOOL: Final = range(124)
"""The statuses that a tool chooses itself; those above tell of limits, signals and absence."""
_LIKELY: Final = (1, 0, *OF_A_TOOL[2:])


@lru_cache(maxsize=4096)
def passing(text: str) -> frozenset[int]:
    """Return the exit statuses that meet an expectation; none where it is not one of statuses."""
    try:
        expected = _expectation(text)
        return frozenset(each for each in range(256) if expect.holds(expected, Decimal(each)))
    except (ValueError, TypeError):
        return frozenset()


def can_be_missed(
    expected: Expectation,
    measure: Measure,
    exit_ok: tuple[int, ...] | None,
    path: Path,
    problems: Problems,
) -> None:
    """Record an expectation on the exit status that every allowed status meets."""
    if measure.reader.format is not Format.EXIT:
        return
    allowed = OF_A_TOOL if exit_ok is None else exit_ok
    good = passing(expected.text)
    if not allowed or not good.issuperset(allowed):
        return
    missing = next((bad for bad in _LIKELY if bad not in good), None)
    hint = 'say which status is good: `expect: "== 0"`'
    if exit_ok is not None and missing is not None:
        statuses = sorted({*exit_ok, missing})
        hint = f"allow the status of a tool that finds faults too: `exit: {{ok: {statuses}}}`"
    message = f"{shown(expected.text)} can never fail: every status that is allowed meets it"
    problems.add(path, message, hint)


def switched(value: str, path: Path, problems: Problems) -> None:
    """Record the value of a switch that is neither `true` nor `false`."""
    if value in SWITCHED:
        return
    meant = {"yes": "true", "on": "true", "1": "true", "y": "true"}
    word = value.strip().lower()
    word = word if word in SWITCHED else meant.get(word, "false")
    hint = f"write {word}" if word == "true" or value.strip() else "write false, or leave it out"
    problems.add(path, f"{shown(value)} is neither true nor false", hint)


# --- the rest -------------------------------------------------------------------------------------


def exit_statuses(
    file: ExitFile | UnsetType, measures: tuple[Measure, ...]
) -> tuple[int, ...] | None:
    """Return the statuses after which output may be read; None where it is all that is read."""
    if file is not UNSET:
        return tuple(file.ok)
    if all(each.reader.format is Format.EXIT for each in measures):
        return None
    return (0,)


def words(value: Words | UnsetType) -> tuple[str, ...]:
    """Return one word or a list of them as a tuple."""
    if value is UNSET:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


@lru_cache(maxsize=256)
def _seconds(text: str) -> float:
    return duration(text)


def seconds(text: str | UnsetType, path: Path, problems: Problems) -> float | None:
    """Read a duration; None where there is none, or (with a fault) where it is not one."""
    if text is UNSET:
        return None
    try:
        return _seconds(text)
    except ValueError as error:
        problems.add(path, str(error))
        return None


def number(
    value: Number | UnsetType,
    path: Path,
    problems: Problems,
    *,
    above: int | None = None,
    between: tuple[int, int] | None = None,
) -> Decimal:
    """Return a number of the board as it is exact; records one that is out of bounds."""
    if value == 1 or value is UNSET:
        return ONE
    exact = Decimal(value)
    if above is not None and exact <= above:
        problems.add(path, f"{value} is not more than {above}")
    if between is not None and not between[0] <= exact <= between[1]:
        problems.add(path, f"{value} is not between {between[0]} and {between[1]}")
    return exact
