"""What a board or a check says of reading values: readers, proofs, measures, expectations."""

import re
import warnings
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from msgspec import UNSET, UnsetType

from readiness.load.definitions import ExitFile, MeasureFile, Number, ReaderFile, Words
from readiness.load.faults import Problems, shown
from readiness.load.yamlfile import Path
from readiness.model import expect
from readiness.model.board import SWITCHED, Expectation, Measure, Reader
from readiness.model.units import duration, meant_unit
from readiness.model.words import Format, Operator
from readiness.shell.plain import does_nothing
from readiness.text.worded import joined, worded, words_of

if TYPE_CHECKING:
    from readiness.load.check_definitions import CheckFile
    from readiness.load.definitions import CriterionFile

# What passes on exit status 0, unless told otherwise.
EXIT: Final = Measure(name="exit", reader=Reader(format=Format.EXIT))
EXIT_IS_ZERO: Final = Expectation(text="== 0", operator=Operator.EQ)
"""The expectation of a status where the board says nothing, made without parsing."""


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


def proof_of(
    file: "CheckFile | CriterionFile", command: str, path: Path, problems: Problems
) -> Reader | None:
    """Return the proof that a tool did its work; records faults in it and in `reject`.

    A command of comments alone is a fault.
    """
    if command and does_nothing(command):
        problems.add((*path, "run"), worded("fault.does_nothing"), worded("hint.say_what_to_run"))
    if file.reject:
        pattern(file.reject, (*path, "reject"), problems)
    if file.proof is UNSET:
        return None
    proof = reader(file.proof, (*path, "proof"), problems, one_value=False)
    if proof.format is Format.EXIT:
        problems.add((*path, "proof", "as"), worded("fault.status_no_proof"))
    return proof


def measure(name: str, file: MeasureFile, path: Path, problems: Problems) -> Measure:
    """Return the measure, having recorded its faults; the caller sets `of`."""
    if problem := file.lines and query_problem(file.lines):
        problems.add((*path, "lines"), problem)
    return Measure(
        name=name,
        reader=reader(file, path, problems),
        unit=file.unit,
        lines=file.lines,
        better=None if file.better is UNSET else file.better,
    )


def _misused(file: ReaderFile) -> list[tuple[str, str]]:
    """Return the fields that a reader lacks or must not have, each with a complaint."""
    searches = [name for name in ("query", "regex", "count") if getattr(file, name)]
    match file.as_:
        case Format.EXIT:
            faults = [(worded("fault.for_status", name=name), name) for name in searches]
            if file.from_ != "stdout":
                faults.append((worded("fault.from_status"), "from"))
        case Format.TEXT:
            faults = [(worded("fault.query_text"), "query")] if file.query else []
            if not file.query and not searches:
                faults = [(worded("fault.regex_or_count_needed"), "regex")]
            if file.regex and file.count:
                faults.append((worded("fault.regex_or_count"), "count"))
        case _:
            wrong = [name for name in searches if name != "query"]
            faults = [
                (worded("fault.reads_text", name=name, format=file.as_.value), name)
                for name in wrong
            ]
            if not searches:
                faults = [(f'{file.as_.value} needs a "query"', "query")]
    if file.pick is not UNSET and (file.count or file.as_ is Format.EXIT):
        faults.append((worded("fault.nothing_to_pick"), "pick"))
    return faults


def pattern(text: str, path: Path, problems: Problems, *, one_value: bool = False) -> None:
    """Record a regular expression that cannot be used; with `one_value`, one of several groups."""
    problem, groups = _compiled(text)
    if problem:
        problems.add(path, worded("fault.no_regex", text=shown(text), why=problem))
    elif one_value and groups > 1:
        hint = worded("hint.groups")
        problems.add(path, worded("fault.groups", count=groups), hint)


@lru_cache(maxsize=4096)
def _compiled(text: str) -> tuple[str, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return "", re.compile(text).groups
    except re.error as error:
        place = "" if error.pos is None else worded("fault.at_character", place=error.pos + 1)
        return f"{error.msg}{place}", 0
    except (OverflowError, RecursionError):
        return worded("fault.too_large"), 0


@lru_cache(maxsize=4096)
def query_problem(text: str) -> str:
    """Return why a JMESPath query cannot be used, or ""."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        jmespath.compile(text)
    except (JMESPathError, RecursionError, ValueError) as error:  # a ValueError: a huge number
        reason = str(error).split("\n", 1)[0].rstrip(":") or worded("fault.nested_deep")
        return worded("fault.no_query", text=shown(text), why=reason)
    return ""


# --- expectations ---------------------------------------------------------------------------------


_expectation = lru_cache(maxsize=4096)(expect.parse)


def expectation(text: str, path: Path, problems: Problems) -> Expectation | None:
    """Parse an expectation; None, with a fault, where it is none."""
    try:
        return _expectation(text)
    except ValueError as error:
        problems.add(path, words_of(error))
        return None


def fit(expected: Expectation, measure: Measure, path: Path, problems: Problems) -> bool:
    """Return whether the expectation suits the measure; records a fault where it does not."""
    problem = _misfit(expected, measure)
    if problem:
        meant = meant_unit(expected.unit)
        wanted = expected.text.replace(expected.unit, meant) if meant else ""
        hint = worded("hint.did_you_mean", word=wanted) if meant else ""
        problems.add(path, joined([shown(expected.text), problem], "words"), hint)
    return not problem


def fits(expected: Expectation, measure: Measure) -> bool:
    """Return whether the expectation suits the measure."""
    return not _misfit(expected, measure)


def _misfit(expected: Expectation, measure: Measure) -> str:
    counts = bool(measure.reader.count) or measure.reader.format is Format.EXIT
    if counts and not expected.operator.needs_number:
        what = (
            worded("fault.an_exit_status")
            if measure.reader.format is Format.EXIT
            else worded("fault.a_count")
        )
        return worded("fault.unfit_number", what=what)
    if measure.unit and not expected.operator.needs_number:
        return worded("fault.unfit_number_of", what=measure.name, unit=measure.unit)
    if not expect.compatible(expected, measure.unit):
        if not measure.unit:
            return worded("fault.unfit_bare", what=measure.name)
        return worded("fault.unfit_unit", what=measure.name, unit=measure.unit)
    if not expect.can_fail(expected, measure.unit or ("lines" if counts else "")):
        return worded("fault.never_negative", what=measure.name)
    return ""


ONE: Final = Decimal(1)
OF_A_TOOL: Final = range(124)
"""The statuses that a tool chooses itself; those above stand for limits, signals and absence."""
_LIKELY: Final = (1, 0, *OF_A_TOOL[2:])


@lru_cache(maxsize=4096)
def passing(text: str) -> frozenset[int]:
    """Return the exit statuses that meet an expectation; none if it is not about statuses."""
    if text == EXIT_IS_ZERO.text:
        return frozenset({0})
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
    """Record a fault if every allowed exit status meets the expectation."""
    if measure.reader.format is not Format.EXIT:
        return
    allowed = OF_A_TOOL if exit_ok is None else exit_ok
    good = passing(expected.text)
    if not allowed or not good.issuperset(allowed):
        return
    missing = next((bad for bad in _LIKELY if bad not in good), None)
    hint = worded("hint.say_good_status")
    if exit_ok is not None and missing is not None:
        statuses = sorted({*exit_ok, missing})
        hint = worded("hint.allow_status", statuses=statuses)
    message = worded("fault.any_status_meets", expect=shown(expected.text))
    problems.add(path, message, hint)


def switched(value: str, path: Path, problems: Problems) -> None:
    """Record a fault for a switch that is neither `true` nor `false`."""
    if value in SWITCHED:
        return
    meant = {"yes": "true", "on": "true", "1": "true", "y": "true"}
    word = value.strip().lower()
    word = word if word in SWITCHED else meant.get(word, "false")
    hint = f"write {word}" if word == "true" or value.strip() else worded("hint.false_or_out")
    problems.add(path, worded("fault.no_boolean", text=shown(value)), hint)


# --- the rest -------------------------------------------------------------------------------------


def exit_statuses(
    file: ExitFile | UnsetType, measures: tuple[Measure, ...]
) -> tuple[int, ...] | None:
    """Return the statuses after which output is read; None where only the status is read."""
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


_seconds = lru_cache(maxsize=256)(duration)


def seconds(text: str | UnsetType, path: Path, problems: Problems) -> float | None:
    """Parse a duration; None where there is none, or (with a fault) where it is not one."""
    if text is UNSET:
        return None
    try:
        return _seconds(text)
    except ValueError as error:
        problems.add(path, words_of(error))
        return None


def share(text: str | UnsetType, path: Path, problems: Problems) -> Decimal | None:
    """Read a share such as `90%` as 0 to 1; None where none is given. Else that is a problem."""
    if text is UNSET:
        return None
    try:
        percent = Decimal(text.rstrip(" %"))
    except ArithmeticError:
        percent = Decimal(-1)
    if not 0 <= percent <= 100:
        problems.add(path, worded("fault.no_share", text=shown(text)), "0% to 100%")
    return percent / 100


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
        problems.add(path, worded("fault.not_more", text=value, least=above))
    if between is not None and not between[0] <= exact <= between[1]:
        problems.add(path, worded("fault.not_between", text=value, low=between[0], high=between[1]))
    return exact
