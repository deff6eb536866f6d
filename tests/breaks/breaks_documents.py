"""Breaks of the documents."""

from tests.breaks.table import Row, append

OPERATIONS = "docs/operations.md"

ROWS = (
    Row(
        "documents: a link",
        "T10.2",
        "a link leads nowhere",
        append(OPERATIONS, "\nSee [more](more.md).\n"),
        append(OPERATIONS, "\nSee [the guide](deployment.md#verify).\n"),
    ),
)
