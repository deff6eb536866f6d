"""What a change of each field of the model does: a rule for every one that means anything.

A field without a row loosens, whatever becomes of it: what nobody thought of is never silent.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from readiness.guard.changes import Change, Direction, Kind, Teller
from readiness.guard.project.settings import command_changed
from readiness.model.board import (
    Board,
    Check,
    Criterion,
    Expectation,
    Measure,
    PriorityRule,
    Reader,
    Sampling,
    Task,
)
from readiness.model.expect import format_value
from readiness.model.words import Format, Scoring

LOOSE, TIGHT, SAME = Direction.LOOSENED, Direction.TIGHTENED, Direction.NEUTRAL
LONGEST = 200
Struct = TypeVar("Struct", bound=msgspec.Struct)


def _sentence(text: str) -> str:
    """Return a title as it is in a sentence: it may begin with a capital, and end with a stop."""
    return text[:1].lower() + text[1:].removesuffix(".")


# --- directions -----------------------------------------------------------------------------------


def _any(_before: object, _after: object) -> Direction:
    return LOOSE


def _none(_before: object, _after: object) -> Direction:
    return SAME


def _replaced(before: object, after: object) -> Direction:
    """Return the direction: what is new asks for more, what takes its place may ask for less."""
    return TIGHT if not before and after else LOOSE


def _lower(before: Any, after: Any) -> Direction:
    """Return the direction where less loosens, and nothing asks least."""
    return LOOSE if after is None or (before is not None and after < before) else TIGHT


def _higher(before: Any, after: Any) -> Direction:
    """Return the direction where more loosens, and nothing is without limit."""
    return LOOSE if after is None or (before is not None and after > before) else TIGHT


def _fewer(before: Collection[str], after: Collection[str]) -> Direction:
    return LOOSE if set(before) - set(after) else TIGHT


def _more(before: Collection[str], after: Collection[str]) -> Direction:
    return LOOSE if set(after) - set(before) else TIGHT


def _dependencies(before: Collection[str], after: Collection[str]) -> Direction:
    return LOOSE if set(before) - set(after) else SAME


def _scoring(_before: Scoring, after: Scoring) -> Direction:
    return LOOSE if after is Scoring.PARTIAL else TIGHT


def _statuses(before: tuple[int, ...] | None, after: tuple[int, ...] | None) -> Direction:
    return LOOSE if before is None or after is None or set(after) - set(before) else TIGHT


def _sampling(before: Sampling | None, after: Sampling | None) -> Direction:
    """Return the direction of how sure a verdict must be."""
    if before is None or after is None:
        return TIGHT if before is None else LOOSE
    errs = after.error > before.error or after.tolerance > before.tolerance
    return LOOSE if errs or (before.against_base and not after.against_base) else TIGHT


def _version(before: str, after: str) -> Direction:
    return LOOSE if before and not after else SAME


# --- words ----------------------------------------------------------------------------------------


_SAYING: Final = {Expectation: "text", Measure: "name"}
"""The field that stands for the whole."""


def text(value: object) -> str:
    """Format a value of a board on one line; "" for nothing."""
    match value:
        case None | False:
            return ""
        case str():
            return value.strip()
        case bool() | Decimal():
            return format_value(value)
        case int() | float():
            return f"{value:g}"
        case Expectation() | Measure():
            return str(getattr(value, _SAYING[type(value)]))
        case Reader():
            return _reader(value)
        case tuple() if all(isinstance(part, str) for part in value):
            return " ".join(value)
    return msgspec.json.encode(value).decode()[:LONGEST] if value else ""


def _reader(reader: Reader) -> str:
    """Format a reader as a board writes it."""
    if reader.format is Format.EXIT:
        return "exit"
    fields = {"query": reader.query, "regex": reader.regex, "count": reader.count}
    asked = [f"{name} {value}" for name, value in fields.items() if value]
    pick = [f"pick {reader.pick.value}"] if reader.pick else []
    return ", ".join([f"{reader.source} as {reader.format.value}", *asked, *pick])


def _steps(steps: tuple[str, ...]) -> str:
    return "; ".join(steps)


def _percent(share: Decimal | None) -> str:
    return "" if share is None else f"{format_value(share * 100)} %"


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:g} s"


def _allowed(statuses: tuple[int, ...] | None) -> str:
    return "any" if statuses is None else ", ".join(map(str, statuses))


def _blocking(blocking: bool) -> str:
    return "blocking" if blocking else "not blocking"


# --- the table ------------------------------------------------------------------------------------


class FieldRule(NamedTuple):
    """What a change of a field is, in which direction it goes, and how its values are written.

    Values with the same `key` are no difference.
    """

    kind: Kind
    direction: Callable[[Any, Any], Direction]
    note: str = ""
    text: Callable[[Any], str] = text
    key: Callable[[Any], object] = lambda value: value


def _prose(names: str) -> dict[str, FieldRule]:
    return {name: FieldRule(Kind.TEXT, _none, name) for name in names.split()}


def _others(direction: Callable[[Any, Any], Direction], names: str) -> dict[str, FieldRule]:
    return {name: FieldRule(Kind.FIELD, direction, name) for name in names.split()}


def _elsewhere(names: str) -> dict[str, None]:
    """Return rows of what other modules compare, or what is no part of the promise, as a place."""
    return dict.fromkeys(names.split())


FIELDS: Final[dict[type[msgspec.Struct], Mapping[str, FieldRule | None]]] = {
    Board: {
        **_prose("title"),
        "workdir": FieldRule(Kind.WORKDIR, _any),
        "target": FieldRule(Kind.TARGET, _lower),
        "require_proof": FieldRule(Kind.REQUIRE_PROOF, _lower),
        "longest_waiver": FieldRule(Kind.FIELD, _higher, "waivers.max", _seconds),
        "min_measured": FieldRule(Kind.MIN_MEASURED, _lower, text=_percent),
        "baseline": FieldRule(Kind.BASELINE, _lower),
        "scoring": FieldRule(Kind.SCORING, _scoring),
        "secrets": FieldRule(Kind.SECRETS, _more, key=frozenset),
        "timeout": FieldRule(Kind.TIMEOUT, _none, "of a probe", _seconds),
        "run_timeout": FieldRule(Kind.TIMEOUT, _none, "of a run", _seconds),
        **_others(_replaced, "settings_env"),
        **_others(
            _none,
            "language created goal review sections key_figures subtitle success",
        ),
        "quarantine": FieldRule(Kind.FIELD, _more, "quarantine"),
        "code": FieldRule(Kind.FIELD, _more, "code", key=frozenset),
        **_elsewhere("tasks checks priorities profiles env unset_env milestones accept"),
        **_elsewhere("path digest catalogues profile profile_env"),
    },
    Task: {
        "priority": FieldRule(Kind.PRIORITY, _higher),  # P0 is the most urgent
        "depends_on": FieldRule(Kind.DEPENDENCY, _dependencies, key=frozenset),
        **_prose("title problem owner estimate risk tags"),
        "steps": FieldRule(Kind.TEXT, _none, "steps", _steps),
        **_others(_none, "details notes"),
        **_elsewhere("id criteria weight position"),
    },
    Criterion: {
        "title": FieldRule(Kind.TITLE, _any, key=_sentence),
        "samples": FieldRule(Kind.SAMPLES, _lower),
        "sampling": FieldRule(Kind.SAMPLES, _sampling),
        "flaky_blocks": FieldRule(Kind.FIELD, _lower, "flaky"),
        "retries": FieldRule(Kind.RETRIES, _higher),
        "wait": FieldRule(Kind.WAIT, _higher),
        "timeout": FieldRule(Kind.TIMEOUT, _none, text=_seconds),
        "ratchet": FieldRule(Kind.RATCHET, _lower),
        "trial": FieldRule(Kind.TRIAL, _lower),
        "elsewhere": FieldRule(Kind.FIELD, _lower, "elsewhere"),
        "allow_changes": FieldRule(Kind.FIELD, _more, "allow_changes", key=frozenset),
        **_elsewhere(
            "id task expect check measure params matrix workdirs unset warn baseline insists"
        ),
        # What is written takes the place of its check before boards are compared.
        **_elsewhere("weight profiles attest waive position written"),
    },
    Check: {
        "run": FieldRule(Kind.COMMAND, command_changed, "probe changed", key=str.strip),
        "exit_ok": FieldRule(Kind.EXIT, _statuses, text=_allowed),
        "proof": FieldRule(Kind.PROOF, _replaced),
        "reject": FieldRule(Kind.REJECT, _replaced),
        "tools": FieldRule(Kind.TOOL, _fewer, key=frozenset),
        "after": FieldRule(Kind.PRODUCER, _fewer, key=frozenset),
        "ignores": FieldRule(Kind.REUSE, _more, key=frozenset),
        "reuse": FieldRule(Kind.REUSE, _higher),
        "max_age": FieldRule(Kind.REUSE, _higher, "max_age", _seconds),
        "version": FieldRule(Kind.VERSION, _version),
        "timeout": FieldRule(Kind.TIMEOUT, _none, text=_seconds),
        "exclusive": FieldRule(Kind.EXCLUSIVE, _none),
        "findings": FieldRule(Kind.FINDINGS, _none),
        "flaky": FieldRule(Kind.FINDINGS, _none),
        **_others(_replaced, "stands_for control idle"),
        **_others(_none, "summary work install params by_hand tried"),
        **_elsewhere("measures expect name path folder"),
    },
    Measure: {
        "reader": FieldRule(Kind.READER, _any),
        "unit": FieldRule(Kind.MEASURE, _any, "unit"),
        "of": FieldRule(Kind.MEASURE, _any, "what it is counted among"),
        "better": FieldRule(Kind.MEASURE, _any, "which way is better"),
        **_elsewhere("name lines"),
    },
    PriorityRule: {
        "blocking": FieldRule(Kind.BLOCKING, _lower, text=_blocking),
        **_elsewhere("weight"),
    },
}


def rule_of(kind: type[msgspec.Struct], field: str) -> FieldRule | None:
    """Return the rule of a field; None if it is compared elsewhere or no part of the promise."""
    return FIELDS.get(kind, {}).get(field, FieldRule(Kind.FIELD, _any, field))


def compare_fields(change: Teller, old: Struct, new: Struct) -> Iterator[Change]:
    """Yield the changes of the fields that have a rule, in the order of the table."""
    kind = type(old)
    for name in dict.fromkeys((*FIELDS.get(kind, ()), *old.__struct_fields__)):
        rule = rule_of(kind, name)
        before, after = getattr(old, name), getattr(new, name)
        if rule is not None and rule.key(before) != rule.key(after):
            direction = rule.direction(before, after)
            yield change(rule.kind, direction, rule.text(before), rule.text(after), rule.note)


def tightened(old: Struct, new: Struct, *names: str) -> Struct:
    """Return the first with those of the named fields that ask for more in the second."""
    for name in names:
        rule = rule_of(type(old), name)
        before, after = getattr(old, name), getattr(new, name)
        if rule is not None and before != after and rule.direction(before, after) is TIGHT:
            old = replace(old, **{name: after})
    return old
