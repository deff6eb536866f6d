"""Make reports from recorded runs."""

import os

from readiness.command_line.options import Argument, Verb
from readiness.model.errors import ExitStatus
from readiness.model.settings import RunSettings
from readiness.pipeline.opening import open_board
from readiness.pipeline.past import find_run, past_of
from readiness.pipeline.recording import with_past
from readiness.pipeline.reports import formats_of, refuse_unknown_format, write_reports
from readiness.report import render, write_report
from readiness.terminal.ending import tell
from readiness.terminal.output import context, put
from readiness.text.worded import worded


def report(settings: RunSettings, run: str = "last") -> int:
    """Report on a recorded run in any format, as if it had just ended; return the status."""
    board = open_board(settings)
    refuse_unknown_format(settings.output_format)
    document = find_run(settings, board, run)
    with past_of(settings, board) as history:
        document = with_past(document, history, board, formats_of(settings))
    problems = write_reports(document, settings, board, write_report)
    put(render(settings.output_format, document, context(os.environ, settings)))
    for problem in problems:
        tell(worded("notice.readiness", what=problem))
    return ExitStatus.NOT_WRITTEN if problems else ExitStatus.READY


VERB = Verb(
    report,
    Argument("run", "[RUN]", "A run: the beginning of its id, a file, or `last`."),
    takes="report output_format board profile history failed_only quiet verbose",
)
