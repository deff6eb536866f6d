"""Show what this gate would have done to the last merges: which of them it calls loosened."""

import os
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Annotated

import msgspec

from readiness.command_line import options
from readiness.command_line.options import Verb, asked, option, switch
from readiness.command_line.values import whole_number
from readiness.fleet.merges import GuardDecision, Merge, MergeGate, MergeResult, merges
from readiness.model.board import Board
from readiness.model.errors import ExitStatus, UsageError
from readiness.model.settings import RunSettings
from readiness.pipeline.interrupts import interruptible
from readiness.pipeline.opening import open_board
from readiness.project.git import GitError, head_of, repository
from readiness.run.scratch import scratch_folder
from readiness.terminal.blocks import Block, Line, table, text_lines
from readiness.terminal.ending import tell
from readiness.terminal.output import put_blocks, put_json, wants_json
from readiness.text.layout import duration
from readiness.text.sentences import Sentences, for_reader
from readiness.text.worded import worded

LAST = 50
"""Number of commits, where neither a number nor a revision is given."""
SHOWN = 10
"""Number of loosenings of one commit to show; JSON has all."""


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Number of commits by decision, and of those measured by today's board; seconds in all."""

    commits: int
    loosened: int
    not_loosened: int
    unknown: int
    todays_board: int
    duration_s: float


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate says of past commits, newest first."""

    commits: list[MergeResult]
    totals: Totals


def backtest(
    last: Annotated[
        int | None,
        option(
            "--last -n",
            "N",
            f"Number of commits, newest first. Default: {LAST}.",
            parser=whole_number,
        ),
    ] = None,
    since: Annotated[
        str, option("--since", "REV", "Only commits after this revision.", complete="revisions")
    ] = "",
    check: Annotated[
        bool, switch("--check", "Also run the board at each commit, and show the release decision.")
    ] = False,
    no_run: options.NoRun = False,
    board_file: options.Board = None,
    profile: options.Profile = None,
    jobs: options.Jobs = None,
    timeout: options.Timeout = None,
    output_format: options.OutputFormat = "table",
    quiet: options.Quiet = False,
) -> int:
    """Guard each commit of the first-parent history against its parent, and print the decisions.

    Nothing in the repository is written, nothing is recorded, and the status is 0 whatever they
    are. After a signal it ends as the signal says; the next call goes on from there.
    """
    settings = asked(locals())
    wants_json(settings.output_format)
    board = open_board(settings)
    root, commits = _history(board, last, since)
    received: list[int] = []
    with scratch_folder(os.environ) as scratch:
        gate = MergeGate(
            root, board, settings, scratch, environ=os.environ, no_run=no_run, check=check
        )

        def end(number: int, _frame: FrameType | None) -> None:
            received.append(number)
            gate.stop()

        with interruptible(end):
            results = list(_results(gate, commits, settings))
    if received:
        say = for_reader()
        tell(say("backtest.stopped", done=len(results), count=len(commits)))
        return ExitStatus.SIGNAL + received[0]
    report = _report(results)
    if wants_json(settings.output_format):
        put_json(report)
    else:
        put_blocks(_blocks(report, board, for_reader(), check=check))
    return ExitStatus.READY


def _history(board: Board, last: int | None, since: str) -> tuple[str, list[Merge]]:
    """Return the repository of the board, and the commits to measure. Raises `UsageError`."""
    path = os.path.realpath(board.path)
    root = repository(os.path.dirname(path))
    if not root:
        raise UsageError(worded("usage.backtest_no_repository", board=board.path))
    commit = head_of(root, since) if since else ""
    if since and not commit:
        raise UsageError(worded("usage.backtest_no_commit", ref=since))
    try:
        return root, merges(root, last if last or since else LAST, commit)
    except GitError as error:
        raise UsageError(worded("usage.backtest_no_history", folder=root, why=error)) from None


def _results(
    gate: MergeGate, commits: Sequence[Merge], settings: RunSettings
) -> Iterator[MergeResult]:
    """Yield the results of the commits as they are known, until the gate is stopped."""
    say = for_reader()
    for done, merge in enumerate(commits, 1):
        kept = gate.kept(merge)
        result = kept or gate.measure(merge)
        if gate.stopped:
            return
        if not settings.quiet:
            time = say("backtest.kept") if kept else duration(result.duration_s)
            tell(
                say(
                    "backtest.progress",
                    done=done,
                    count=len(commits),
                    commit=merge.commit[:10],
                    decision=_decision(result, say),
                    time=time,
                )
            )
        yield result


def _report(results: list[MergeResult]) -> Backtest:
    counts = {
        decision.value: sum(result.decision is decision for result in results)
        for decision in GuardDecision
    }
    totals = Totals(
        commits=len(results),
        **counts,
        todays_board=sum(result.todays_board for result in results),
        duration_s=round(sum(result.duration_s for result in results), 3),
    )
    return Backtest(commits=results, totals=totals)


def _blocks(report: Backtest, board: Board, say: Sentences, *, check: bool) -> Iterator[Block]:
    rows = []
    for result in report.commits:
        decisions = [_decision(result, say)]
        if check:
            decisions.append(say(f"decision.{result.check}").lower() if result.check else "–")
        facts = (duration(result.duration_s), result.reason or result.subject)
        rows.append([result.commit[:10], result.at[:10], *decisions, *facts])
    if rows:
        heads = say.heads("backtest.heads_check") if check else say.heads("backtest.heads")
        yield table(rows, heads, flexible=len(heads) - 1)
    for result in report.commits:
        if result.loosened:
            yield from text_lines("", f"{result.commit[:10]} {result.subject}")
            for change in result.loosened[:SHOWN]:
                yield from text_lines(*change.lines(say))
            if (more := len(result.loosened) - SHOWN) > 0:
                yield from text_lines(f"  {say('backtest.more', count=more)}")
    totals = report.totals
    yield Line()
    if totals.todays_board:
        count = totals.todays_board
        yield from text_lines(say("backtest.todays_board", count=count, board=board.path))
    yield from text_lines(
        say(
            "backtest.totals",
            count=totals.commits,
            loosened=totals.loosened,
            not_loosened=totals.not_loosened,
            unknown=totals.unknown,
            time=duration(totals.duration_s),
        )
    )


def _decision(result: MergeResult, say: Sentences) -> str:
    return say(f"backtest.decision.{result.decision}", count=len(result.loosened))


VERB = Verb(backtest, prints=Backtest)
