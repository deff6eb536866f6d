"""Print the JSON Schema of a board, a check, a run or a command's JSON output."""

from collections.abc import Callable
from typing import Annotated

from readiness.command_line.application import load, names
from readiness.command_line.options import Verb, argument
from readiness.load.schema import board_schema, check_schema
from readiness.model.errors import ExitStatus, UsageError
from readiness.record.document import run_schema
from readiness.terminal.output import put_json
from readiness.text.worded import worded

FILES: dict[str, Callable[[], dict[str, object]]] = {
    "board": board_schema,
    "check": check_schema,
    "run": run_schema,
}


def _subjects() -> list[str]:
    return [*FILES, *outputs()]


def schema(
    subject: Annotated[
        str, argument("[NAME]", "board, check, run, or a command for its JSON output.", _subjects)
    ] = "board",
) -> int:
    """Print the schema of a file, or of a command's JSON. Raises `UsageError` for another word."""
    if subject in FILES:
        put_json(FILES[subject]())
    elif _printed(subject) is not None:
        put_json(output_schema(subject))
    else:
        there = ", ".join(_subjects())
        raise UsageError(worded("usage.no_schema", name=subject, there=there))
    return ExitStatus.READY


def outputs() -> list[str]:
    """List the commands that print JSON of their own; `check`, `score` and `report` print a run.

    `history-verify` stands for `history --verify`.
    """
    return [
        f"{name}-{switch}".rstrip("-") for name in names() for switch in load(name).verb.printed
    ]


def output_schema(command: str) -> dict[str, object]:
    """Return the JSON Schema of what `command` prints with `--output-format json`."""
    import msgspec

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"What `readiness {command.replace('-', ' --')} --output-format json` prints",
        **msgspec.json.schema(_printed(command)),
    }


def _printed(command: str) -> object:
    name, _, switch = command.partition("-")
    return load(name).verb.printed.get(switch) if name in names() else None


VERB = Verb(schema)
