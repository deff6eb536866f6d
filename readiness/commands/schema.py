"""`readiness schema`: JSON Schemas for editors and other programs."""

from collections.abc import Callable

from readiness.document import run_schema
from readiness.errors import ExitStatus, UsageError
from readiness.load import board_schema, check_schema
from readiness.output import put_json

SCHEMAS: dict[str, Callable[[], dict[str, object]]] = {
    "board": board_schema,
    "check": check_schema,
    "run": run_schema,
}


def schema(subject: str) -> int:
    """Print the schema of `board`, `check` or `run`. Raises `UsageError` for another word."""
    if subject not in SCHEMAS:
        raise UsageError(f'no schema is called "{subject}"; there is {", ".join(SCHEMAS)}')
    put_json(SCHEMAS[subject]())
    return ExitStatus.READY
