"""The run document itself: indented on a terminal, else on one line."""

from readiness.record.document import RunDocument
from readiness.report import Context
from readiness.report._json import dump


def render(run: RunDocument, context: Context) -> str:
    """Return `run` as strict JSON, ending with a line end."""
    return dump(run, indent=2 if context.terminal else None) + "\n"
