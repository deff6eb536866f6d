"""How long the probes of a plan take, by the file of durations that its board names."""

import os
from collections.abc import Mapping

import msgspec

from readiness.model.board import Board
from readiness.model.errors import UsageError
from readiness.model.plan import Plan
from readiness.text.worded import worded


class _TimedProbe(msgspec.Struct, frozen=True):
    id: str
    check: str | None
    duration_s: float
    params: dict[str, str] = {}


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
    """Read the seconds that the board's file of durations has for probes, by their index."""
    if not board.durations:
        return {}
    path = os.path.normpath(board.durations)
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise UsageError(worded("usage.no_durations", path=path, why=error.strerror)) from None
    try:
        if "tasks" in msgspec.json.decode(content, type=dict[str, msgspec.Raw]):
            return _recorded(plan, msgspec.json.decode(content, type=_TimedRun))
        return _declared(plan, msgspec.json.decode(content, type=dict[str, float]))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(worded("usage.no_durations", path=path, why=error)) from None


def _declared(plan: Plan, seconds: Mapping[str, float]) -> dict[int, float]:
    """Share a criterion's seconds among its probes; those of the probes before are included."""
    return {
        index: max(seconds[one.criterion.id], 0.0) / len(one.probes)
        for one in plan.planned
        for index in one.probes
        if one.criterion.id in seconds
    }


def _recorded(plan: Plan, run: _TimedRun) -> dict[int, float]:
    """By criterion, as commands may have changed; what no criterion reads, by check and params."""
    took = {probe.id: probe.duration_s for probe in run.probes}
    alike = {(one.check, tuple(sorted(one.params.items()))): one.duration_s for one in run.probes}
    read = {one.id: one.probes for task in run.tasks for one in task.criteria}
    known = {
        index: alike[key]
        for index, probe in enumerate(plan.probes)
        if (key := (probe.check.name or None, tuple(sorted(probe.env.items())))) in alike
        and probe.check.name
    }
    for one in plan.planned:
        names = read.get(one.criterion.id, [])
        if len(names) == len(one.probes):
            pairs = zip(one.probes, names, strict=True)
            known.update({index: took[name] for index, name in pairs if name in took})
    return known
