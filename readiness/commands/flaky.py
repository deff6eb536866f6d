"""List the tests that are not the same each time."""

import time
from collections.abc import Iterator
from typing import Annotated

from readiness.command_line import options
from readiness.command_line.options import Verb, asked, option
from readiness.command_line.values import whole_number
from readiness.model.errors import ExitStatus
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import recent_runs
from readiness.report._shown import elapsed
from readiness.statistics.sequences import Flakiness
from readiness.terminal.blocks import Block, Grid, Line, Part, Style, plain, text_lines
from readiness.terminal.output import put_blocks, put_json, wants_json
from readiness.text.sentences import Sentences, for_reader
from readiness.timeline.flaky import FlakyTest, FlakyTests, flaky_tests


def flaky(
    limit: Annotated[
        int, option("--limit", "N", "Maximum number of runs to look at.", parser=whole_number)
    ] = 200,
    board_file: options.Board = None,
    profile: options.Profile = None,
    output_format: options.OutputFormat = "table",
    history: options.History = None,
) -> int:
    """Print which tests failed where they also pass, in the last `limit` runs."""
    settings = asked(locals())
    as_json = wants_json(settings.output_format)
    board = open_board(settings)
    runs = recent_runs(settings, board, limit=limit)
    listed = flaky_tests(runs)
    if as_json:
        put_json(listed)
        return ExitStatus.READY
    started = {run.id: run.started_at for run in runs}
    put_blocks(_blocks(listed, started, for_reader(board.language)))
    return ExitStatus.READY


def _blocks(listed: FlakyTests, started: dict[str, str], say: Sentences) -> Iterator[Block]:
    if not listed.tests:
        none = say("flaky.none", count=listed.runs)
        unknown = say("flaky.unknown", count=listed.runs)
        yield from text_lines(none if listed.repeated else unknown)
        return
    rows = [_row(test, started[test.last], say) for test in listed.tests]
    yield Grid(rows=rows, heads=say.heads("flaky.heads"), right=(2,), spare=(0,))
    yield Line()
    yield from text_lines(say("flaky.legend", count=listed.runs))


def _row(test: FlakyTest, last: str, say: Sentences) -> list[Part]:
    style = Style.BAD if test.flakiness is Flakiness.FLAKY else Style.PLAIN
    return [
        (test.test, Style.STRONG),
        *plain(test.criterion, f"{test.failures}/{test.runs}"),
        (say(f"flakiness.{test.flakiness}"), style),
        *plain(elapsed(last, time.time(), say)),
    ]


VERB = Verb(flaky, prints=FlakyTests)
