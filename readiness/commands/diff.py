"""Show what changed between two runs, and how that changed the score."""

import time
from collections.abc import Iterator, Sequence
from typing import Annotated

from readiness.command_line import options
from readiness.command_line.options import Verb, argument, asked
from readiness.model.board import Board
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import RunSettings
from readiness.model.words import Verdict
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import find_run, recent_runs
from readiness.record.comparison import Movement
from readiness.record.document import RunDocument
from readiness.record.localised import localised
from readiness.report._shown import CHANGE_MARKS, elapsed, verdict_part
from readiness.terminal.blocks import Block, Line, Part, Style, text_lines
from readiness.terminal.output import put_blocks, put_json, wants_json
from readiness.text.sentences import Sentences, sentences, spoken
from readiness.text.worded import worded
from readiness.timeline.difference import (
    CriterionChange,
    Difference,
    RunSummary,
    cause_in_words,
    difference,
)


def diff(
    runs: Annotated[
        list[str] | None,
        argument(
            "[A [B]]",
            "Runs: the beginnings of ids, files, or `last`. Default: the last two whole ones.",
            "runs",
        ),
    ] = None,
    board_file: options.Board = None,
    profile: options.Profile = None,
    output_format: options.OutputFormat = "table",
    history: options.History = None,
) -> int:
    """Compare two runs: those named, the one named with the last, or the last two whole ones."""
    settings = asked(locals())
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    before, after = _pair(settings, board, runs or ())
    if as_json:
        put_json(difference(before, after))
    else:
        read = spoken(board.language)
        comparison = difference(localised(before, read), localised(after, read))
        put_blocks(_blocks(comparison, sentences(read)))
    return ExitStatus.READY


def _pair(
    settings: RunSettings, board: Board, names: Sequence[str]
) -> tuple[RunDocument, RunDocument]:
    if len(names) > 2:
        raise UsageError(worded("usage.two_runs", count=len(names)))
    if names:
        first = find_run(settings, board, names[0])
        return first, find_run(settings, board, names[1] if len(names) > 1 else "last")
    last = recent_runs(settings, board, limit=2, whole=True)
    if len(last) < 2:
        raise UsageError(worded("usage.two_needed", count=len(last)))
    return last[0], last[1]


def _blocks(comparison: Difference, say: Sentences) -> Iterator[Block]:
    better, worse, same = comparison.better, comparison.worse, comparison.same
    yield from text_lines(
        say("diff.before", run=_run_line(comparison.before, say)),
        say("diff.after", run=_run_line(comparison.after, say)),
        "",
        *_score_lines(comparison, say),
        say("diff.counts", better=better, worse=worse, same=same),
    )
    if comparison.left_out:
        yield from text_lines(say("diff.left_out", count=comparison.left_out))
    for criterion in comparison.criteria:
        yield Line()
        title = (criterion.title, Style.STRONG)
        yield Line(label=_label(criterion, say), parts=(title,))
        yield Line(label=("", Style.DIM), parts=_change(criterion, say))
        for note in criterion.redefined:
            yield Line(label=("", Style.DIM), parts=((note, Style.PLAIN),))


def _run_line(run: RunSummary, say: Sentences) -> str:
    facts = [run.id, elapsed(run.started_at, time.time(), say)]
    if run.profile:
        facts.append(say("report.profile", name=run.profile))
    if run.commit:
        facts.append(run.commit[:10] + (f" ({say('report.modified')})" if run.dirty else ""))
    if run.partial:
        facts.append(say("diff.of_part"))
    if run.score is not None or not run.partial:
        unknown = say("report.unknown")
        facts.append(say("diff.score_of", score=unknown if run.score is None else run.shown))
    return "  ".join(facts)


def _score_lines(comparison: Difference, say: Sentences) -> Iterator[str]:
    if comparison.score_change is None:
        yield say("diff.not_comparable")
        return
    before, now = comparison.before.shown, comparison.after.shown
    if comparison.score_change:
        change = f"{comparison.score_change:+g}"
        yield say("diff.score", before=before, now=now, change=change)
    else:
        yield say("diff.score_same", score=now)
    for cause in comparison.causes:
        yield f"  {cause.points:+g}  {cause_in_words(cause.what, say)}"
    if comparison.board_changed:
        yield say("diff.board_changed")


def _label(criterion: CriterionChange, say: Sentences) -> Part:
    if criterion.before is None:
        word = "new"
    elif criterion.after is None:
        word = "gone"
    elif criterion.change is Movement.SAME:
        word = "board"
    else:
        word = criterion.change.value if criterion.change is not None else "apart"
    mark, style = CHANGE_MARKS[criterion.change or Movement.OTHER]
    return f"{mark} {say(f'diff.what.{word}')}  {criterion.id}", style


def _change(criterion: CriterionChange, say: Sentences) -> tuple[Part, ...]:
    """Return both verdicts with their values; what is worse with its limit too."""
    reason = criterion.reason if criterion.change is Movement.WORSE else ""
    return (
        _state(criterion.before, criterion.before_value, say),
        (" → ", Style.DIM),
        _state(criterion.after, reason or criterion.after_value, say),
    )


def _state(verdict: Verdict | None, value: str, say: Sentences) -> Part:
    return ("-", Style.DIM) if verdict is None else verdict_part(verdict, say, value)


VERB = Verb(diff, prints=Difference)
