"""The first measurement of a board that nobody has written down yet."""

import datetime
import os
import time
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from readiness.decide.judge import judge
from readiness.model.board import Board, Criterion
from readiness.model.judgement import Judgement, Measurement, Reading, Unmeasured
from readiness.model.settings import RunSettings
from readiness.pipeline.execution import execute
from readiness.pipeline.facts import Start, run_id
from readiness.plan import make_plan
from readiness.record.document import CriterionRecord
from readiness.record.wording import sentence_of
from readiness.run.processes.supervise import run_name


class FirstRun(msgspec.Struct, frozen=True, kw_only=True):
    """What each criterion gave, by id. `status` is not 0 where the run was interrupted."""

    readings: Mapping[str, Reading]
    status: int
    seconds: float


def first_run(
    board: Board, *, jobs: int | None = None, timeout: float | None = None, quiet: bool = False
) -> FirstRun:
    """Run every probe of the board once, with progress on stderr. Nothing of it is recorded."""
    at = time.time()
    plan = make_plan(board, environ=os.environ, timeout=timeout)
    start = Start(id=run_id(at), at=at, profile=board.profile)
    settings = RunSettings(jobs=jobs, quiet=quiet)
    document = execute(board, plan, start, settings, versions={}, name=run_name()).document
    return FirstRun(
        readings={record.id: Reading(samples=(_sample(record),)) for record in document.criteria()},
        status=document.gate.exit_status if document.interrupted else 0,
        seconds=document.duration_s,
    )


def judged_again(board: Board, readings: Mapping[str, Reading]) -> list[Judgement]:
    """Judge the same readings by a board that asks something else of them."""
    today = datetime.datetime.now(datetime.UTC).date()
    return [
        _judged(criterion, readings, today) for task in board.tasks for criterion in task.criteria
    ]


def _judged(
    criterion: Criterion, readings: Mapping[str, Reading], today: datetime.date
) -> Judgement:
    found = readings.get(criterion.id)
    return judge(criterion, [found] if found else [], today=today)


def _sample(record: CriterionRecord) -> Measurement | Unmeasured:
    if record.reason_code is not None or record.value is None:
        code = record.reason_code
        assert code is not None  # noqa: S101 - every error has its code
        reason = sentence_of(record, "reason")
        hint = sentence_of(record, "hint")
        return Unmeasured(code=code, reason=reason, hint=hint)
    value = record.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        of = None if record.of is None else Decimal(str(record.of))
        return Measurement(value=Decimal(str(value)), unit=record.unit, of=of)
    return Measurement(value=value, unit=record.unit)
