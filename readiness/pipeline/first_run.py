"""The first measurement of a board that nobody has written down yet."""

import datetime
import os
from collections.abc import Mapping
from decimal import Decimal

from readiness.decide.judge import judge
from readiness.model.board import Board
from readiness.model.judgement import Judgement, Measurement, Reading, Unmeasured
from readiness.model.settings import RunSettings
from readiness.pipeline.execution import execute
from readiness.pipeline.facts import begin
from readiness.plan import make_plan
from readiness.record.document import CriterionRecord, RunDocument
from readiness.record.values import exact
from readiness.record.wording import sentence_of
from readiness.run.processes.supervise import run_name


def first_run(
    board: Board, *, jobs: int | None = None, timeout: float | None = None, quiet: bool = False
) -> RunDocument:
    """Run every probe of the board once, with progress on stderr. Nothing of it is recorded."""
    plan = make_plan(board, environ=os.environ, timeout=timeout)
    start, settings = begin(board.profile), RunSettings(jobs=jobs, quiet=quiet)
    return execute(board, plan, start, settings, versions={}, name=run_name()).document


def readings_of(run: RunDocument) -> dict[str, Reading]:
    """Return what each criterion of a run gave, by id."""
    return {record.id: Reading(samples=(_sample(record),)) for record in run.criteria()}


def judged_again(board: Board, readings: Mapping[str, Reading]) -> list[Judgement]:
    """Judge the same readings by a board that asks something else of them."""
    today = datetime.datetime.now(datetime.UTC).date()
    return [
        judge(
            criterion,
            [readings[criterion.id]] if criterion.id in readings else [],
            today=today,
        )
        for criterion in board.criteria()
    ]


def _sample(record: CriterionRecord) -> Measurement | Unmeasured:
    value = exact(record.value)
    if record.reason_code is not None or value is None:
        code = record.reason_code
        assert code is not None  # noqa: S101 - every error has its code
        return Unmeasured(
            code=code, reason=sentence_of(record, "reason"), hint=sentence_of(record, "hint")
        )
    of = None if record.of is None else Decimal(str(record.of))
    return Measurement(value=value, unit=record.unit, of=of)
