"""Write better values to the board as baselines, never worse ones."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import msgspec

from readiness.amend.rewriting import rewrite
from readiness.command_line.options import DRY_RUN, Argument, Verb
from readiness.load.edit import EditError, set_number
from readiness.model.board import Board, Criterion
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.expect import direction, format_value, is_worse
from readiness.model.settings import RunSettings
from readiness.model.words import Better
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import find_run, last_run
from readiness.record.document import CriterionRecord, RunDocument
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.sentences import say_now
from readiness.text.worded import worded


class BaselineChange(msgspec.Struct, frozen=True, kw_only=True):
    """A baseline that is better now. `line` is where its criterion stands in the board."""

    criterion: str
    line: int
    before: str
    after: str


class BaselineKept(msgspec.Struct, frozen=True, kw_only=True):
    """A baseline that stays, though something else was found; `why` is a sentence."""

    criterion: str
    baseline: str
    why: str


class BaselineReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the baselines became by a run, and those that stay.

    `diff` is how the board's text changes; `written` is false where it was only shown, or where
    nothing is better.
    """

    board: str
    run: str
    changes: list[BaselineChange]
    kept: list[BaselineKept]
    diff: str
    written: bool


def baseline(settings: RunSettings, run: str | None = None, *, dry_run: bool = False) -> int:
    """Take over what the newest whole run, or the one named, found better than a baseline."""
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    document = (
        last_run(settings, board, whole=True) if run is None else find_run(settings, board, run)
    )
    if document is None:
        raise UsageError(worded("usage.no_whole_run"))
    records = {record.id: record for record in document.criteria()}
    changes: list[BaselineChange] = []
    kept: list[BaselineKept] = []

    def change(board: Board, content: bytes) -> bytes:
        for place, criterion in _with_baseline(board):
            new = _better_value(criterion, records.get(criterion.id))
            if isinstance(new, str):
                kept.append(_kept(criterion, new))
            elif new is not None:
                try:
                    content = set_number(content, place, "baseline", new)
                except EditError as error:
                    raise EditError(f"{criterion.id}: {error}") from None
                changes.append(_changed(criterion, new))
        return content

    done = rewrite(settings, change, dry_run=dry_run)
    report = BaselineReport(
        board=done.path,
        run=document.id,
        changes=changes,
        kept=kept,
        diff=done.diff,
        written=done.written,
    )
    if as_json:
        put_json(report)
    else:
        put_text("\n".join(_lines(report, document)))
    return ExitStatus.READY


def _with_baseline(board: Board) -> Iterator[tuple[tuple[str | int, ...], Criterion]]:
    for number, task in enumerate(board.tasks):
        for position, criterion in enumerate(task.criteria):
            if criterion.baseline is not None:
                yield ("tasks", number, "criteria", position), criterion


def _better_value(criterion: Criterion, record: CriterionRecord | None) -> Decimal | str | None:
    """Return a better baseline, or why the old one stays; None where it would stay the same."""
    old, measure, check = criterion.baseline, criterion.measure, criterion.check
    assert old is not None  # noqa: S101 - only such criteria are asked for
    if record is None or not record.verdict.in_scope:
        return say_now("baseline.not_measured")
    if record.verdict.unknown or record.value is None:
        return say_now("baseline.unmeasured", reason=record.reason)
    measured_by = (check.name or None, measure.name or None) if check and measure else None
    if measured_by != (record.check, record.measure) or (measure and measure.unit != record.unit):
        return say_now("baseline.another_way")
    if isinstance(record.value, bool | str):
        return say_now("baseline.no_number", value=record.shown)
    if record.flaky:
        return say_now("baseline.not_each", value=record.shown)
    exact = Decimal(str(record.value))
    better = measure.better if measure else None
    if is_worse(criterion.expect, exact, old, record.unit, better):
        return say_now("baseline.worse", value=record.shown)
    new = _rounded(exact, record.unit, direction(criterion.expect) or better)
    return new if is_worse(criterion.expect, old, new, record.unit, better) else None


def _rounded(value: Decimal, unit: str, better: Better | None) -> Decimal:
    """Round a number for a baseline, never to a better one than it was.

    A fraction of a percent that comes and goes with the weather must not fail the next run.
    """
    if value == value.to_integral_value() or better is None:
        return value
    rounding = ROUND_CEILING if better is Better.LOWER else ROUND_FLOOR
    step = Decimal("0.1") if unit == "%" else Decimal("0.000001")
    return value.quantize(step, rounding).normalize()


def _changed(criterion: Criterion, new: Decimal) -> BaselineChange:
    return BaselineChange(
        criterion=criterion.id,
        line=criterion.position.line,
        before=_shown(criterion, criterion.baseline),
        after=_shown(criterion, new),
    )


def _kept(criterion: Criterion, why: str) -> BaselineKept:
    return BaselineKept(
        criterion=criterion.id, baseline=_shown(criterion, criterion.baseline), why=why
    )


def _shown(criterion: Criterion, value: Decimal | None) -> str:
    unit = criterion.measure.unit if criterion.measure else ""
    return "" if value is None else format_value(value, unit)


def _lines(report: BaselineReport, run: RunDocument) -> Iterator[str]:
    yield say_now("baseline.by_run", run=run.id, day=run.started_at)
    for each in report.changes:
        yield f"  {each.criterion}: {each.before} → {each.after}"
    for one in report.kept:
        yield say_now("baseline.kept", id=one.criterion, baseline=one.baseline, why=one.why)
    if not report.changes:
        yield say_now("baseline.nothing_better")
    elif report.written:
        yield say_now("baseline.written", path=report.board)
    else:
        yield from ("", report.diff, "", say_now("decided.nothing"))


VERB = Verb(
    baseline,
    Argument("run", "[RUN]", "A run: the beginning of its id, a file, or `last`."),
    DRY_RUN,
    takes="board project profile output_format history",
    prints=BaselineReport,
)
