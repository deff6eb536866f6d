"""`readiness schema`: the JSON Schema of a file that people write, or of what a command prints."""

from collections.abc import Callable
from importlib import import_module

from readiness.load import board_schema, check_schema
from readiness.model.errors import ExitStatus, UsageError
from readiness.record.document import run_schema
from readiness.terminal.output import put_json

FILES: dict[str, Callable[[], dict[str, object]]] = {
    "board": board_schema,
    "check": check_schema,
    "run": run_schema,
}
OUTPUTS = {
    "validate": "readiness.commands.validate.Validation",
    "list": "readiness.commands.list.TaskList",
    "show": "readiness.commands.show.Shown",
    "checks": "readiness.commands.checks.Catalogue",
    "doctor": "readiness.commands.doctor.Tools",
    "prove": "readiness.prove.document.ProofDocument",
    "next": "readiness.commands.next.Next",
    "guard": "readiness.commands.guard.GuardReport",
    "diff": "readiness.timeline.difference.Difference",
    "trend": "readiness.timeline.trend.Trend",
    "report": "readiness.timeline.period.TeamReport",
    "history": "readiness.commands.history.PastRuns",
    "history-verify": "readiness.commands.history.Verification",
    "waive": "readiness.commands.deciding.BoardEdit",
    "attest": "readiness.commands.deciding.BoardEdit",
}
"""What each command prints with `--output-format json`; `check` and `score` print a run."""


def schema(subject: str) -> int:
    """Print the schema of a file, or of a command's JSON. Raises `UsageError` for another word."""
    if subject in FILES:
        put_json(FILES[subject]())
    elif subject in OUTPUTS:
        put_json(output_schema(subject))
    else:
        there = ", ".join([*FILES, *OUTPUTS])
        raise UsageError(f'no schema is called "{subject}"; there is {there}')
    return ExitStatus.READY


def output_schema(command: str) -> dict[str, object]:
    """The JSON Schema of what `command` prints with `--output-format json`."""
    import msgspec

    module, _, name = OUTPUTS[command].rpartition(".")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"What `readiness {command.replace('-', ' --')} --output-format json` prints",
        **msgspec.json.schema(getattr(import_module(module), name)),
    }
