"""The record stage: what a run found, made into a run document."""

from readiness.record.criteria import Points, Recorder, task_records, with_versions
from readiness.record.run import (
    board_ref,
    gate_record,
    loosening_reasons,
    loosening_records,
    milestone_records,
    score_record,
)
from readiness.record.values import timestamp

__all__ = [
    "Points",
    "Recorder",
    "board_ref",
    "gate_record",
    "loosening_reasons",
    "loosening_records",
    "milestone_records",
    "score_record",
    "task_records",
    "timestamp",
    "with_versions",
]
