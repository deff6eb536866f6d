"""One self-contained page for people: the decision, why, what next, and the evidence of it all."""

import re

from readiness.record.document import RunDocument
from readiness.report import Context

FOR_PEOPLE = True
PAST = 30
"""How many earlier runs the page shows, where the history has them."""

# The page may be printed to a CI log, which obeys these; written so they are the same to a browser.
_COMMAND = re.compile(r"##(?=[A-Za-z]*\[)")
_WORKFLOW_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)


def render(run: RunDocument, context: Context) -> str:
    """Return `run` as one HTML page, in the language of its board, that needs no network.

    It is the same for the same run; nothing of `context` counts.
    """
    del context
    from readiness.report._html.page import page

    text = _COMMAND.sub("#&#35;", page(run).rstrip())
    return _WORKFLOW_COMMAND.sub(r"\1&#58;:", text) + "\n"
