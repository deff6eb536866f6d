"""`readiness check`: run the probes and show everything."""

from readiness.commands.running import run_and_report
from readiness.document import RunDocument
from readiness.report import Context, render
from readiness.settings import RunSettings


def check(settings: RunSettings) -> int:
    """Run the board and print the report on stdout; the result is the exit status."""
    return run_and_report(settings, _print)


def _print(document: RunDocument, settings: RunSettings, context: Context) -> str:
    return render(settings.output_format, document, context)
