"""How long the probes of a plan take, by the file of durations that its board names."""

import os

import msgspec

from readiness.model.board import Board
from readiness.model.errors import UsageError
from readiness.model.plan import Plan
from readiness.text.worded import worded


class _TimedProbe(msgspec.Struct, frozen=True):
    id: str
    duration_s: float


class _TimedCriterion(msgspec.Struct, frozen=True):
    id: str
    probes: list[str]


class _TimedTask(msgspec.Struct, frozen=True):
    criteria: list[_TimedCriterion]


class _TimedRun(msgspec.Struct, frozen=True):
    """What a run document tells of how long things take."""

    tasks: list[_TimedTask]
    probes: list[_TimedProbe]


def given_durations(plan: Plan, board: Board) -> dict[int, float]:
    """Read the seconds that the board's file of durations has for probes, by their index.

    A criterion's seconds are shared among its probes.
    """
    if not board.durations:
        return {}
    path = os.path.normpath(board.durations)
    try:
        with open(path, "rb") as file:
            seconds = _by_criterion(file.read())
    except OSError as error:
        raise UsageError(worded("usage.no_durations", path=path, why=error.strerror)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(worded("usage.no_durations", path=path, why=error)) from None
    return {
        index: max(seconds[planned.criterion.id], 0.0) / len(planned.probes)
        for planned in plan.planned
        for index in planned.probes
        if planned.criterion.id in seconds
    }


def _by_criterion(content: bytes) -> dict[str, float]:
    """Read the seconds of criteria: written by hand, or those of the probes in a run document."""
    if "tasks" not in msgspec.json.decode(content, type=dict[str, msgspec.Raw]):
        return msgspec.json.decode(content, type=dict[str, float])
    run = msgspec.json.decode(content, type=_TimedRun)
    took = {probe.id: probe.duration_s for probe in run.probes}
    return {
        criterion.id: sum(took.get(name, 0.0) for name in criterion.probes)
        for task in run.tasks
        for criterion in task.criteria
        if criterion.probes
    }
