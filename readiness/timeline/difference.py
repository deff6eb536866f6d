"""What changed between two runs, and the score's change as a sum of its causes."""

from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_DOWN, Decimal

import msgspec

from readiness.model.words import Decision, Verdict
from readiness.record.comparison import Movement, change, comparable
from readiness.record.document import CriterionRecord, RunDocument, TaskRecord
from readiness.record.earlier import Value
from readiness.record.newest import tried
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

    `board` is what changed weights, added and removed criteria do to the shares.
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

    It is the change of the scores as they are shown, and the causes add up to it. `criteria` has
    those alone to which something happened, without what one of the runs did not try, a part that
    it was: `left_out` counts that.
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
    left_out: int = 0


def difference(before: RunDocument, after: RunDocument) -> Difference:
    """Compare two runs of a board, the earlier one first."""
    earlier = {record.id: record for record in before.criteria()}
    left_out = _left_out(before, after)
    changes = [item for item in _changes(before, after, earlier) if item.id not in left_out]
    kinds = [item.change for item in changes]
    total: Decimal | None = None
    causes: list[tuple[str, Decimal]] = []
    if _both_scored(before, after):
        total, causes = _explained(before, after, earlier)
    return Difference(
        before=summary_of(before),
        after=summary_of(after),
        board_changed=before.board.digest != after.board.digest,
        score_change=None if total is None else float(total),
        causes=[Cause(what=what, points=float(points)) for what, points in causes],
        better=kinds.count(Movement.BETTER),
        worse=kinds.count(Movement.WORSE),
        same=kinds.count(Movement.SAME),
        criteria=[item for item in changes if item.change is not Movement.SAME or item.redefined],
        left_out=len(left_out),
    )


def cause_in_words(what: str, say: Sentences, safe: Callable[[str], str] = str) -> str:
    """Name a cause in the reader's words; `safe` is how an id is shown."""
    return say(f"report.cause.{what}") if what in (BOARD, SCOPE, ROUNDING) else safe(what)


def summary_of(run: RunDocument) -> RunSummary:
    """Summarise a run: its id, commit, decision and score."""
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
    rules = [*redefined]
    if then is not None and now is not None:
        rules += _redefined(then, now)
        if comparable(then, now) and then.verdict.in_scope and now.verdict.in_scope:
            scatter = now.previous.scatter if now.previous is not None else 0.0
            kind = change(now, then.verdict, then.value, scatter)
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
        redefined=rules,
    )


def _redefined(then: CriterionRecord, now: CriterionRecord) -> Iterator[str]:
    """Yield what the board changed of a criterion: a change of the board, not of the product."""
    measured = then.value is not None and now.value is not None
    for name in ("title", "expect", "warn", "check", "measure", "unit", "baseline"):
        if name != "unit" or measured:
            yield from _moved(name, getattr(then, name), getattr(now, name))


def _task_redefined(then: TaskRecord, now: TaskRecord) -> Iterator[str]:
    """Yield what the board changed of the criterion's task, as far as the gate asks for it."""
    yield from _moved("task", then.id, now.id)
    yield from _moved("priority", then.priority, now.priority)
    yield from _moved("blocking", then.blocking, now.blocking)
    yield from _moved("task weight", then.weight, now.weight)


def _moved(name: str, then: object, now: object) -> Iterator[str]:
    if then != now:
        yield f"{name}: {_text(then)} → {_text(now)}"


def _text(value: object) -> str:
    return "none" if value in (None, "") else str(value)


# --- the score ----------------------------------------------------------------------------------


def _both_scored(before: RunDocument, after: RunDocument) -> bool:
    """Return whether the two scores speak of the same thing."""
    scored = before.score.value is not None and after.score.value is not None
    return before.whole and after.whole and scored and before.profile == after.profile


def _left_out(before: RunDocument, after: RunDocument) -> set[str]:
    """Find the criteria that one of the runs alone tried, as the other was not whole."""
    there = [{record.id for record in run.criteria()} for run in (before, after)]
    known = [{record.id for record in run.criteria() if tried(record)} for run in (before, after)]
    missing: set[str] = set()
    for here, other, run in ((0, 1, before), (1, 0, after)):
        if not run.whole:
            missing |= (known[other] - known[here]) & there[here]
    return missing


def _explained(
    before: RunDocument, after: RunDocument, earlier: dict[str, CriterionRecord]
) -> tuple[Decimal, list[tuple[str, Decimal]]]:
    """Return the change of the scores as they are shown, and the parts that add up to it.

    A criterion whose result is another is a part; what is left is what the board or the scope did
    to the shares, or rounding. The largest part comes first.
    """
    places = min(len(run.score.shown.partition(".")[2]) for run in (before, after))
    unit = Decimal(1).scaleb(-places)
    then, now = (Decimal(run.score.shown).quantize(unit, ROUND_DOWN) for run in (before, after))
    parts = {
        record.id: (_points(record) - _points(earlier[record.id])).quantize(unit)
        for record in after.criteria()
        if record.id in earlier and _result(record) != _result(earlier[record.id])
    }
    rest = ROUNDING
    if before.board.digest != after.board.digest:
        rest = BOARD
    elif _scope(before) != _scope(after):
        rest = SCOPE
    parts[rest] = now - then - sum(parts.values(), Decimal(0))
    causes = [(what, points) for what, points in parts.items() if points]
    return now - then, sorted(causes, key=lambda cause: -abs(cause[1]))


def _scope(run: RunDocument) -> set[str]:
    return {record.id for record in run.criteria() if record.verdict.in_scope}


def _result(record: CriterionRecord) -> tuple[Verdict, Value]:
    return record.verdict, record.value


def _points(record: CriterionRecord) -> Decimal:
    """Return the points as they are printed, so that sums of them are exact."""
    return Decimal(repr(record.points))
