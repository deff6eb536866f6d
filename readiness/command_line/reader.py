"""Usual command lines, read without Typer.

Importing Typer costs 35 to 40 ms, as much as loading a board and running a probe. What is not
plainly right is left to Typer, and so are help, errors and READINESS_ variables: nothing is
reported here.
"""

from __future__ import annotations

import os
from importlib import import_module

from readiness.command_line.options import RUN, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from readiness.command_line.options import Option, Verb


COMMANDS = os.path.join(os.path.dirname(os.path.dirname(__file__)), "commands")


def names() -> list[str]:
    """List the commands: the files of their folder that do not begin with `_` or `.`."""
    files = os.listdir(COMMANDS)
    return sorted(name[:-3] for name in files if name.endswith(".py") and name[0] not in "_.")


def load(name: str) -> Verb:
    """Load a command by name, importing only its own file and what that needs."""
    verb: Verb = import_module(f"readiness.commands.{name}").VERB
    return verb


def read(
    arguments: Sequence[str], environ: Mapping[str, str]
) -> tuple[Verb, dict[str, object]] | None:
    """Read the command and its options' values; None where Typer must parse them instead."""
    if not arguments or arguments[0] not in names():
        return None
    if arguments[0] not in RUN:  # those two import little before their watcher is split off
        import readiness.startup.libraries  # noqa: F401 - first, as the command imports them too
    verb = load(arguments[0])
    if any(o.variable and o.variable in environ for o in verb.options):
        return None
    values = _values(verb, arguments[1:])
    if values is None or any(verb.requires(o) and o.name not in values for o in verb.options):
        return None
    return verb, values


def runs_probes(verb: Verb, values: Mapping[str, object]) -> bool:
    """Return whether the command runs the board's probes with these values."""
    return verb.name in RUN and not any(map(values.get, ("dry_run", "recorded", "watch")))


def _values(verb: Verb, words: Iterable[str]) -> dict[str, object] | None:
    flags = {flag: option for option in verb.options for flag in option.flags}
    arguments = [option for option in verb.options if not option.flags]
    values: dict[str, object] = {}
    waiting = iter(words)
    for word in waiting:
        flag, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if not word.startswith("-"):
            option = next((o for o in arguments if o.value.repeats or o.name not in values), None)
            value = word
        else:
            option = flags.get(flag)
            if option and option.value is not Value.SWITCH and not equals:
                value = next(waiting, "-")
        if option is None or value.startswith("-") or not _take(values, option, value, equals):
            return None
    return values


def _take(values: dict[str, object], option: Option, text: str, equals: str) -> bool:
    value: object = text
    if option.value is Value.SWITCH:
        if equals:
            return False
        value = True
    elif option.value is Value.NUMBER:
        if not (text.isascii() and text.isdecimal() and int(text) > 0):
            return False
        value = int(text)
    elif option.value.repeats:
        value = [*values.get(option.name, ()), text]  # type: ignore[misc]
    values[option.name] = value
    return True
