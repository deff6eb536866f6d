"""What each reader of command lines makes of one: the command, its settings and its values."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

from readiness.command_line.application import main
from readiness.command_line.options import Verb
from readiness.command_line.reader import read
from readiness.model.errors import UsageError
from readiness.model.settings import RunSettings

Outcome = tuple[str, RunSettings, dict[str, Any]] | str


@contextmanager
def nothing_performed() -> Iterator[list[Outcome]]:
    """Within it, each command notes what it is called with instead."""
    called: list[Outcome] = []
    with mock.patch.object(Verb, "perform", noting(Verb.perform, called)):
        yield called


def noting(perform: Any, called: list[Outcome]) -> Any:
    """`Verb.perform` with a function that notes; a default that is given is as one that is not."""

    def noted(verb: Verb, values: Mapping[str, Any]) -> int:
        def function(given: RunSettings, **keywords: Any) -> int:
            called.append((verb.name, given, verb.defaults | keywords))
            return 0

        with mock.patch.object(verb, "function", function):
            try:
                status: int = perform(verb, values)
            except UsageError as error:
                called.append(str(error))
                raise
        return status

    return noted


def by_typer(line: list[str]) -> Outcome | int:
    """What Typer calls a command with, or the status where it calls none."""
    with nothing_performed() as called:
        status = main(line)
    return called[0] if called else status


def without_typer(line: list[str]) -> Outcome | None:
    """What the fast reader calls a command with; None where it leaves the line to Typer."""
    parsed = read(line, {})
    if parsed is None:
        return None
    verb, values = parsed
    with nothing_performed() as called:
        try:
            verb.perform(values)
        except UsageError as error:
            return str(error)
    return called[0]
