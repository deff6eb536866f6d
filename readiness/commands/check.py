"""`readiness check`: run the probes and show everything."""

from readiness.model.settings import RunSettings
from readiness.pipeline.run import run_and_report
from readiness.record.document import RunDocument
from readiness.report import Context, render


def check(settings: RunSettings) -> int:
    """Run the board and print the report on stdout; the result is the exit status."""
    return run_and_report(settings, _print)


def _print(document: RunDocument, settings: RunSettings, context: Context) -> str:
    return render(settings.output_format, document, context)
