"""Run the probes and show the criteria, the score and the gate."""

from __future__ import annotations

from readiness.command_line.options import SELECTORS, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:  # imported before the watcher is split off, as little as possible
    from readiness.model.settings import RunSettings
    from readiness.record.document import RunDocument
    from readiness.report import Context


def check(settings: RunSettings) -> int:
    """Run the board and print the report on stdout; the result is the exit status."""
    from readiness.pipeline.run import run_and_report

    return run_and_report(settings, _print)


def _print(document: RunDocument, settings: RunSettings, context: Context) -> str:
    from readiness.report import render

    return render(settings.output_format, document, context)


VERB = Verb(check, SELECTORS)
