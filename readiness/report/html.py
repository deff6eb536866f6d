"""One self-contained page for people: the decision, why, what next, and the evidence of it all."""

from readiness.record.document import RunDocument
from readiness.report import Context

FOR_PEOPLE = True
PAST = 30
"""Number of earlier runs on the page, where the history has them."""


def render(run: RunDocument, context: Context) -> str:
    """Return `run` as one HTML page, in the language of its board, that needs no network.

    It is the same for the same run; nothing of `context` counts.
    """
    del context
    from readiness.report._html.page import page

    return page(run)
