"""What changed between two runs, and the score's change as a sum of its causes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

import msgspec

from readiness.model.words import Decision, Verdict
from readiness.record.comparison import Movement, change, comparable
from readiness.record.document import CriterionRecord, RunDocument, TaskRecord
from readiness.text.sentences import Sentences

BOARD = "board"
ROUNDING = "rounding"
SCOPE = "scope"


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Which run is compared, and what it said."""

    id: str
    started_at: str
    commit: str
    dirty: bool
    profile: str
    partial: bool
    decision: Decision
    score: float | None
    shown: str


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the score's change. `what` is a criterion's id, `board`, `scope` or `rounding`.

    `board` is what changed weights, added and removed criteria do to the others' shares.
    """

    what: str
    points: float


class CriterionChange(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to one criterion.

    `change` is null where the two cannot be compared, as the criterion is new, gone, out of scope
    in one of the runs or measured in another way. `redefined` says what the board changed of it.
    """

    id: str
    title: str
    task: str
    blocking: bool
    change: Movement | None
    before: Verdict | None
    after: Verdict | None
    before_value: str
    after_value: str
    reason: str
    redefined: list[str]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Two runs side by side. `score_change` is null where their scores cannot be compared.

    The causes add up to it exactly. `criteria` has those alone to which something happened.
    """

    before: RunSummary
    after: RunSummary
    board_changed: bool
    score_change: float | None
    causes: list[Cause]
    better: int
    worse: int
    same: int
    criteria: list[CriterionChange]


def difference(before: RunDocument, after: RunDocument) -> Difference:
    """Compare two runs of a board, the earlier one first."""
    earlier = {record.id: record for record in before.criteria()}
    changes = list(_changes(before, after, earlier))
    kinds = [one.change for one in changes]
    scores = _both_scored(before, after)
    causes = _causes(before, after, earlier) if scores else []
    return Difference(
        before=_summary(before),
        after=_summary(after),
        board_changed=before.board.digest != after.board.digest,
        score_change=float(sum((points for _, points in causes), Decimal(0))) if scores else None,
        causes=[Cause(what=what, points=float(points)) for what, points in causes],
        better=kinds.count(Movement.BETTER),
        worse=kinds.count(Movement.WORSE),
        same=kinds.count(Movement.SAME),
        criteria=[one for one in changes if one.change is not Movement.SAME or one.redefined],
    )


def cause_in_words(what: str, say: Sentences, safe: Callable[[str], str] = str) -> str:
    """What a cause is called; `safe` is how an id is shown."""
    return say(f"report.cause.{what}") if what in (BOARD, SCOPE, ROUNDING) else safe(what)


def summary_of(run: RunDocument) -> RunSummary:
    """The run in one line."""
    return _summary(run)


def _summary(run: RunDocument) -> RunSummary:
    return RunSummary(
        id=run.id,
        started_at=run.started_at,
        commit="" if run.git is None else run.git.commit,
        dirty=run.git is not None and run.git.dirty,
        profile=run.profile,
        partial=run.partial,
        decision=run.gate.decision,
        score=run.score.value,
        shown=run.score.shown,
    )


# --- criteria -----------------------------------------------------------------------------------


def _changes(
    before: RunDocument, after: RunDocument, earlier: dict[str, CriterionRecord]
) -> Iterator[CriterionChange]:
    earlier_tasks = {record.id: task for task, record in before.pairs()}
    there = set()
    for task, now in after.pairs():
        there.add(now.id)
        then = earlier.get(now.id)
        if then is None:
            yield _change(None, now, task)
        elif then.verdict.in_scope or now.verdict.in_scope:
            rules = list(_task_redefined(earlier_tasks[now.id], task))
            yield _change(then, now, task, rules)
    for task, then in before.pairs():
        if then.id not in there:
            yield _change(then, None, task)


def _change(
    then: CriterionRecord | None,
    now: CriterionRecord | None,
    task: TaskRecord,
    redefined: Iterable[str] = (),
) -> CriterionChange:
    known = now or then
    assert known is not None  # noqa: S101 - one of the two is there
    kind = None
    told = [*redefined]
    if then is not None and now is not None:
        told += _redefined(then, now)
        if comparable(then, now) and then.verdict.in_scope and now.verdict.in_scope:
            kind = change(now, then.verdict, then.value)
    return CriterionChange(
        id=known.id,
        title=known.title,
        task=task.id,
        blocking=task.blocking,
        change=kind,
        before=None if then is None else then.verdict,
        after=None if now is None else now.verdict,
        before_value="" if then is None else then.shown,
        after_value="" if now is None else now.shown,
        reason="" if now is None else now.reason,
        redefined=told,
    )


def _redefined(then: CriterionRecord, now: CriterionRecord) -> Iterator[str]:
    """What the board says otherwise of a criterion: a change of the board, not of the product."""
    pairs: dict[str, tuple[object, ...]] = {
        "title": (then.title, now.title),
        "expect": (then.expect, now.expect),
        "warn": (then.warn, now.warn),
        "check": (then.check, now.check),
        "measure": (then.measure, now.measure),
        "unit": (then.unit, now.unit) if then.value is not None and now.value is not None else (),
        "baseline": (then.baseline, now.baseline),
    }
    return _moved(pairs)


def _task_redefined(then: TaskRecord, now: TaskRecord) -> Iterator[str]:
    """What the board says otherwise of the criterion's task, as far as the gate asks for it."""
    return _moved(
        {
            "task": (then.id, now.id),
            "priority": (then.priority.value, now.priority.value),
            "blocking": (then.blocking, now.blocking),
            "task weight": (then.weight, now.weight),
        }
    )


def _moved(pairs: Mapping[str, tuple[object, ...]]) -> Iterator[str]:
    for name, pair in pairs.items():
        if pair and pair[0] != pair[1]:
            yield f"{name}: {_text(pair[0])} → {_text(pair[1])}"


def _text(value: object) -> str:
    return "none" if value in (None, "") else str(value)


# --- the score ----------------------------------------------------------------------------------


def _both_scored(before: RunDocument, after: RunDocument) -> bool:
    """Whether the two scores speak of the same thing."""
    whole = not before.partial and not after.partial
    scored = before.score.value is not None and after.score.value is not None
    return whole and scored and before.profile == after.profile


def _causes(
    before: RunDocument, after: RunDocument, earlier: dict[str, CriterionRecord]
) -> list[tuple[str, Decimal]]:
    """The parts of the change, the largest first. Those of no weight are left out."""
    found: dict[str, Decimal] = {}
    shares = Decimal(0)
    later = {record.id: record for record in after.criteria()}
    for name in {**earlier, **later}:
        then, now = earlier.get(name), later.get(name)
        gained = _points(now) - _points(then)
        share = _by_share(then, now)
        shares += share
        found[name] = gained - share
    found[BOARD if before.board.digest != after.board.digest else SCOPE] = shares
    found[ROUNDING] = _number(after.score.rounding) - _number(before.score.rounding)
    parts = [(what, points) for what, points in found.items() if points]
    return sorted(parts, key=lambda part: -abs(part[1]))


def _by_share(then: CriterionRecord | None, now: CriterionRecord | None) -> Decimal:
    """What a criterion's points changed by as its share did, had its result stayed the same."""
    if then is None or now is None or not then.points_possible or not now.points_possible:
        return _points(now) - _points(then)
    if (then.verdict, then.value) == (now.verdict, now.value):
        return _points(now) - _points(then)
    if then.points_possible == now.points_possible:
        return Decimal(0)
    ratio = _number(now.points_possible) / _number(then.points_possible)
    return round(_points(then) * (ratio - 1), 6)


def _points(record: CriterionRecord | None) -> Decimal:
    return Decimal(0) if record is None else _number(record.points)


def _number(value: float) -> Decimal:
    """The number as it is printed, so that sums of printed numbers are exact."""
    return Decimal(repr(value))
