"""What is made of a command line: the command, its settings and its values."""

import os
from collections.abc import Mapping
from typing import Any
from unittest import mock

from readiness.command_line import application
from readiness.command_line.application import Command, load, root
from readiness.command_line.options import asked, field_of
from readiness.model.settings import RunSettings

Outcome = tuple[str, RunSettings, dict[str, Any]]


def parsed(line: list[str], environ: Mapping[str, str] | None = None) -> Outcome | str:
    """Return what a command is called with, or the key of what is wrong with the line."""
    called: list[Outcome] = []

    def note(command: Command, context: Any) -> int:
        called.append((command.name or "", asked(context.params), own(command, context.params)))
        return 0

    with mock.patch.dict(os.environ, environ or {}), mock.patch.object(Command, "invoke", note):
        try:
            status = root().main(line, "readiness", standalone_mode=False)
        except application.WRONG_LINE as fault:
            command = load(line[0]) if line[0] in application.names() else root()
            what = application._what(fault, command)
            is_value = getattr(what, "key", "") == "line.fault.value"
            return str(what.facts["other"] if is_value else what)  # type: ignore[attr-defined]
    return called[0] if called else f"nothing was called: {status}"


def own(command: Command, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of parameters that are no field of the settings."""
    fields = RunSettings.__struct_fields__
    return {
        name: tuple(value) or None if isinstance(value, list | tuple) else value
        for name, value in values.items()
        if field_of(name) not in fields
    }
