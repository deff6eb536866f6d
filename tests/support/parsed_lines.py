"""What is made of a command line: the command, its settings and its values."""

from collections.abc import Mapping
from typing import Any
from unittest import mock

from readiness.command_line.options import Verb
from readiness.command_line.reader import HelpWanted, LineError, read
from readiness.model.errors import UsageError
from readiness.model.settings import RunSettings

Outcome = tuple[str, RunSettings, dict[str, Any]]


def parsed(line: list[str], environ: Mapping[str, str] | None = None) -> Outcome | str:
    """Return what a command is called with, or what is wrong with the line."""
    called: list[Outcome] = []
    try:
        verb, values = read(line, environ or {})
        with mock.patch.object(verb, "function", _noting(verb, called)):
            verb.perform(values)
    except HelpWanted:
        return "help"
    except LineError as error:
        return error.fault
    except UsageError as error:
        return str(error)
    return called[0]


def _noting(verb: Verb, called: list[Outcome]) -> Any:
    """A function that notes; a default that is given is as one that is not."""

    def function(given: RunSettings, **keywords: Any) -> int:
        called.append((verb.name, given, verb.defaults | keywords))
        return 0

    return function
