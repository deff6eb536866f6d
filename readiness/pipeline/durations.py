"""How long the probes of a plan take, by the file of durations that its board names."""

import os

import msgspec

from readiness.model.board import Board
from readiness.model.errors import UsageError
from readiness.model.plan import Plan
from readiness.record.document import from_json
from readiness.text.worded import worded


def given_durations(plan: Plan, board: Board) -> dict[int, float]:
    """Read the seconds that the board's file of durations has for probes, by their index.

    A criterion's seconds are shared among its probes.
    """
    if not board.durations:
        return {}
    path = os.path.normpath(board.durations)
    try:
        with open(path, "rb") as file:
            seconds = _by_criterion(file.read(), path)
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


def _by_criterion(content: bytes, path: str) -> dict[str, float]:
    """Read the seconds of criteria: written by hand, or those of the probes in a run document."""
    if "tasks" not in msgspec.json.decode(content, type=dict[str, msgspec.Raw]):
        return msgspec.json.decode(content, type=dict[str, float])
    run = from_json(content, path)
    took = {probe.id: probe.duration_s for probe in run.probes}
    return {
        record.id: sum(took.get(name, 0.0) for name in record.probes)
        for record in run.criteria()
        if record.probes
    }
