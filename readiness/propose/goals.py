"""From what was measured today to a goal that its maintainer would agree with."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_FLOOR, Decimal, localcontext
from typing import Final

import msgspec

from readiness.model.board import Board, Criterion
from readiness.model.expect import holds
from readiness.model.judgement import Measurement, Reading, Unmeasured
from readiness.model.words import Better, Goal, Operator
from readiness.propose.board_text import PlannedCriterion, PlannedTask
from readiness.text.worded import joined, worded

_TENTH: Final = Decimal("0.1")
_SPACED: Final = ("%",)


class Aim(msgspec.Struct, frozen=True, kw_only=True):
    """What the board says of a criterion's number: `baseline` is None for what is no number."""

    expect: str
    baseline: Decimal | None = None


def with_goals(
    groups: Iterable[PlannedTask],
    board: Board,
    readings: Mapping[str, Reading],
) -> list[PlannedTask]:
    """Return the groups with goals for what was measured, and the reason for what was not."""
    criteria = {criterion.id: criterion for criterion in board.criteria()}

    def planned(entry: PlannedCriterion) -> PlannedCriterion:
        return _with_goal(entry, criteria[entry.id], readings[entry.id].samples[0])

    return [
        msgspec.structs.replace(group, entries=tuple(map(planned, group.entries)))
        for group in groups
    ]


def _with_goal(
    entry: PlannedCriterion, criterion: Criterion, sample: Measurement | Unmeasured
) -> PlannedCriterion:
    proposal = entry.proposal
    if isinstance(sample, Unmeasured):
        missing = joined(list(filter(None, (sample.reason, sample.hint))), "semicolon")
        return msgspec.structs.replace(entry, missing=missing)
    if not proposal.check:
        return entry
    goal = aim(criterion, sample, proposal.goal)
    proposal = msgspec.structs.replace(
        proposal,
        title=title_for(proposal.title, criterion, proposal.goal, goal.expect),
        expect=goal.expect,
        baseline="" if goal.baseline is None else f"{goal.baseline:f}",
    )
    return msgspec.structs.replace(entry, proposal=proposal)


def aim(criterion: Criterion, measurement: Measurement, goal: Goal) -> Aim:
    """Return the expectation of a criterion that was measured today, and its baseline if it is bad.

    Where more is better, both are rounded down: a fraction of a percent that comes and goes with
    the weather is no reason to stop a release.
    """
    expected = criterion.expect
    better = criterion.measure.better if criterion.measure else None
    value = measurement.value
    if isinstance(value, bool) or not isinstance(value, Decimal) or better is None:
        return Aim(expect=expected.text)
    met = holds(expected, value, measurement.unit)
    if better is Better.HIGHER:
        baseline = None if met else _rounded(value)
        return Aim(expect=_floor(criterion, value, met=met, goal=goal), baseline=baseline)
    if met:
        return Aim(expect=expected.text)
    return Aim(expect=f"<= {_text(value)}" if goal is Goal.HOLD else expected.text, baseline=value)


def title_for(title: str, criterion: Criterion, goal: Goal, expect: str) -> str:
    """Return a title that promises no more than what is expected."""
    measure, check = criterion.measure, criterion.check
    if goal is not Goal.HOLD or measure is None or measure.better is Better.HIGHER:
        return title
    if expect == criterion.expect.text or check is None:
        return title
    return worded("init.limited", check=check.name, unit=measure.unit)


def _floor(criterion: Criterion, value: Decimal, *, met: bool, goal: Goal) -> str:
    """Return what to ask of a number that should be high: the check's limit, or today's."""
    expected = criterion.expect
    if expected.operator is Operator.EQ if met else goal is not Goal.HOLD:
        return expected.text
    floor = value.to_integral_value(ROUND_FLOOR)
    return f">= {_text(floor)}{_unit(criterion)}" if floor > 0 else expected.text


def _unit(criterion: Criterion) -> str:
    unit = criterion.measure.unit if criterion.measure else ""
    return f" {unit}" if unit in _SPACED else ""


def _rounded(value: Decimal) -> Decimal:
    return value if value == value.to_integral_value() else value.quantize(_TENTH, ROUND_FLOOR)


def _text(value: Decimal) -> str:
    with localcontext(prec=100):
        return format(value.normalize(), "f")
