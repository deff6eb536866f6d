"""A comment on a pull request, in the Markdown of GitHub and GitLab."""

from readiness.record.document import RunDocument
from readiness.report import Context
from readiness.report._comment.comment import comment
from readiness.report._facts import board_file, fingerprint

LONGEST = 65_536
"""Characters that GitHub takes in a comment; GitLab takes more."""

FOR_PEOPLE = True

_SPARE = 1_024
"""Characters left for what a program that posts the comment may add."""


def render(run: RunDocument, context: Context) -> str:  # noqa: ARG001 - a comment is as wide as its page
    """Return the comment. Its first line, which is hidden, is the same for board and profile.

    So a program that comments finds its own comment, and replaces it.
    """
    return comment(run, most=LONGEST - _SPARE, marker=marker(run))


def marker(run: RunDocument) -> str:
    """Return the hidden line that tells this board's comments, in this profile, from others."""
    return f"<!-- readiness:{fingerprint(board_file(run), run.profile)[:16]} -->"
