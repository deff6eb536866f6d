"""Small boards, criteria and judgements for tests: say what matters, the rest is plain."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from readiness.model import expect
from readiness.model.board import (
    Attestation,
    Board,
    Check,
    Criterion,
    Measure,
    Position,
    PriorityRule,
    Reader,
    Task,
    Waiver,
)
from readiness.model.judgement import Judgement, Measurement, Reading, Unmeasured
from readiness.model.words import Format, Priority, ReasonCode, Verdict

HERE = Position(line=1, column=1)
PRIORITIES = {
    Priority.P0: PriorityRule(weight=Decimal(10), blocking=True),
    Priority.P1: PriorityRule(weight=Decimal("7.5")),
    Priority.P2: PriorityRule(weight=Decimal(5)),
    Priority.P3: PriorityRule(weight=Decimal("2.5")),
}


def a_measure(unit: str = "errors", **changes: Any) -> Measure:
    """Build a number that is read from text."""
    reader = Reader(format=Format.TEXT, regex=r"\d+")
    fields: dict[str, Any] = {"name": "errors", "reader": reader, "unit": unit}
    return Measure(**(fields | changes))


def a_check(**changes: Any) -> Check:
    """Build a check with one measure."""
    fields = {"name": "lint", "run": "lint $paths", "measures": (a_measure(),)}
    return Check(**(fields | changes))


def a_criterion(
    name: str = "T1.1",
    *,
    expected: str = "< 50",
    unit: str = "errors",
    warn: str = "",
    weight: int | str = 1,
    **changes: Any,
) -> Criterion:
    """Build a criterion of a check's number; `expected` and `warn` as a board writes them."""
    fields: dict[str, Any] = {
        "id": name,
        "title": f"Criterion {name}",
        "task": name.partition(".")[0],
        "position": HERE,
        "check": a_check(),
        "measure": a_measure(unit),
        "expect": expect.parse(expected),
        "warn": expect.parse(warn) if warn else None,
        "weight": Decimal(weight),
    }
    return Criterion(**(fields | changes))


def an_attested(name: str = "T1.1", attest: Attestation | None = None, **changes: Any) -> Criterion:
    """Build a criterion on a person's word, good from 2025-11-01 to 2026-04-30 unless given."""
    given = attest or Attestation(by="li.wei", on="2025-11-01", until="2026-04-30")
    return a_criterion(name, expected="true", attest=given, check=None, measure=None, **changes)


def a_task(
    name: str = "T1",
    criteria: int | Sequence[Criterion] = 1,
    priority: str = "P1",
    *,
    weight: int | str = 1,
    **changes: Any,
) -> Task:
    """Build a task with these criteria, or with so many plain ones."""
    if isinstance(criteria, int):
        criteria = [a_criterion(f"{name}.{place + 1}") for place in range(criteria)]
    fields: dict[str, Any] = {
        "id": name,
        "title": f"Task {name}",
        "priority": Priority(priority),
        "position": HERE,
        "criteria": tuple(criteria),
        "weight": Decimal(weight),
    }
    return Task(**(fields | changes))


def a_board(*tasks: Task, target: str = "10", **changes: Any) -> Board:
    """Build a board of these tasks with the default priorities."""
    fields: dict[str, Any] = {
        "path": "board.yaml",
        "digest": "sha256:0",
        "title": "A board",
        "workdir": "/nowhere",
        "tasks": tasks,
        "checks": {},
        "priorities": PRIORITIES,
        "target": Decimal(target),
    }
    return Board(**(fields | changes))


def a_waiver(until: str = "2025-12-01", up_to: str = "") -> Waiver:
    """Build a waiver by sec-lead, with a bound if one is given."""
    bound = expect.parse(up_to) if up_to else None
    return Waiver(reason="no fixed release", by="sec-lead", until=until, up_to=bound)


def a_reading(*values: Any, unit: str = "errors", retried: bool = False) -> Reading:
    """Build a reading with a sample for each value; an Unmeasured stands for itself."""
    return Reading(
        samples=tuple(
            value
            if isinstance(value, Unmeasured)
            else Measurement(
                value=value if isinstance(value, bool | str) else Decimal(str(value)), unit=unit
            )
            for value in values
        ),
        retried=retried,
    )


def a_judgement(criterion: Criterion, verdict: str = "pass", **changes: Any) -> Judgement:
    """Build a plain judgement with this verdict; what is measured has a value and progress."""
    kind = Verdict(verdict)
    fields: dict[str, Any] = {"criterion": criterion, "verdict": kind}
    if kind is Verdict.FAIL:
        fields |= {"value": Decimal(1029), "unit": "errors", "progress": Decimal(0)}
        fields |= {"reason": "1029 errors, expected < 50"}
    elif kind is Verdict.ERROR:
        fields |= {"code": ReasonCode.TOOL_MISSING, "reason": "lint is not installed"}
    elif kind is not Verdict.SKIP:
        fields |= {"value": Decimal(12), "unit": "errors", "progress": Decimal(1)}
    return Judgement(**(fields | changes))


def judgements_of(board: Board, *verdicts: str) -> list[Judgement]:
    """Build a judgement for each criterion of the board, in its order."""
    criteria = [criterion for task in board.tasks for criterion in task.criteria]
    return [
        a_judgement(criterion, verdict)
        for criterion, verdict in zip(criteria, verdicts, strict=True)
    ]
