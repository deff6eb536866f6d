"""Tell what changed between two runs, and what that did to the score."""

from collections.abc import Iterator, Sequence

from readiness.commands._options import Argument, Verb
from readiness.model.board import Board
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import RunSettings
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import find_run, recent_runs
from readiness.record.comparison import Change
from readiness.record.document import RunDocument
from readiness.terminal.output import put_json, put_text, wants_json
from readiness.text.layout import columns
from readiness.timeline import Difference, difference
from readiness.timeline.difference import BOARD, ROUNDING, SCOPE, CriterionChange, RunSummary

CAUSES = {
    BOARD: "the board has changed",
    SCOPE: "criteria came into scope or left it",
    ROUNDING: "rounding",
}


def diff(settings: RunSettings, runs: Sequence[str] = ()) -> int:
    """Compare two runs: those named, the one named with the last, or the last two."""
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    before, after = _pair(settings, board, runs)
    found = difference(before, after)
    if as_json:
        put_json(found)
    else:
        put_text("\n".join(_lines(found)))
    return ExitStatus.READY


def _pair(
    settings: RunSettings, board: Board, names: Sequence[str]
) -> tuple[RunDocument, RunDocument]:
    if len(names) > 2:
        raise UsageError(f"diff compares two runs, found {len(names)}")
    if names:
        first = find_run(settings, board, names[0])
        return first, find_run(settings, board, names[1] if len(names) > 1 else "last")
    last = recent_runs(settings, board, limit=2)
    if len(last) < 2:
        raise UsageError(
            f"two runs are needed, {len(last)} recorded so far: run `readiness check` first"
        )
    return last[0], last[1]


def _lines(found: Difference) -> Iterator[str]:
    yield f"before  {_run_line(found.before)}"
    yield f"after   {_run_line(found.after)}"
    yield ""
    yield from _score_lines(found)
    yield f"{found.better} better, {found.worse} worse, {found.same} the same"
    if found.criteria:
        rows = [_row(one) for one in found.criteria]
        yield ""
        yield columns(rows, ["criterion", "", "before", "after", "what"]).rstrip()


def _run_line(run: RunSummary) -> str:
    facts = [run.id, run.started_at]
    if run.profile:
        facts.append(f"profile {run.profile}")
    if run.commit:
        facts.append(f"{run.commit[:10]}{' (modified)' if run.dirty else ''}")
    facts.append("a part of the board" if run.partial else f"score {run.shown or 'unknown'}")
    return "  ".join(facts)


def _score_lines(found: Difference) -> Iterator[str]:
    if found.score_change is None:
        yield "The scores cannot be compared: a part of the board, another profile, or no score."
        return
    yield f"score {found.before.shown} → {found.after.shown} ({found.score_change:+g})"
    for cause in found.causes:
        yield f"  {cause.points:+.6g}  {CAUSES.get(cause.what, cause.what)}"
    if found.board_changed:
        yield "The board is another one: its changes are shown with the criteria."


def _row(one: CriterionChange) -> list[str]:
    notes = list(one.redefined)
    if one.before is None:
        word = "new"
    elif one.after is None:
        word = "gone"
    else:
        word = one.change.value if one.change is not None else "not comparable"
    if one.change is Change.SAME:
        word = "board"
    if one.reason and one.change is Change.WORSE:
        notes.append(one.reason)
    return [
        one.id,
        word,
        _state(one.before and one.before.value, one.before_value),
        _state(one.after and one.after.value, one.after_value),
        "; ".join(notes) or one.title,
    ]


def _state(verdict: str | None, value: str) -> str:
    if verdict is None:
        return "-"
    return f"{verdict} {value}".rstrip()


VERB = Verb(
    diff,
    Argument(
        "runs",
        "[A [B]]",
        "Runs by the beginning of their id, as files, or `last`. Default: the last two.",
        repeats=True,
    ),
    takes="board profile output_format history",
    prints=Difference,
)
