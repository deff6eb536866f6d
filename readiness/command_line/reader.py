"""Command lines, read by the table of options; no library is imported for that.

Help that is asked for, and what cannot be read, is raised: `application.py` answers it.
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
HELP = ("-h", "--help")
ON = ("1", "true", "t", "yes", "y", "on")
OFF = ("0", "false", "f", "no", "n", "off")
"""What the variable of a switch may say."""


class LineError(Exception):
    """A command line that cannot be read: `fault` is the key of a sentence, filled in with words.

    `known` are names of which one may be meant, `verb` the command if there is one.
    """

    def __init__(
        self, fault: str, name: str = "", other: str = "", known: Iterable[str] = ()
    ) -> None:
        super().__init__(fault)
        self.fault = fault
        self.name = name
        self.other = other
        self.known = known
        self.verb: Verb | None = None


class HelpWanted(Exception):  # noqa: N818 - what was asked for is no error
    """Help was asked for: on the command `verb`, or on all of them."""

    def __init__(self, verb: Verb | None = None) -> None:
        super().__init__()
        self.verb = verb


def names() -> list[str]:
    """List the commands: the files of their folder that do not begin with `_` or `.`."""
    files = os.listdir(COMMANDS)
    return sorted(name[:-3] for name in files if name.endswith(".py") and name[0] not in "_.")


def load(name: str) -> Verb:
    """Load a command by name, importing only its own file and what that needs."""
    verb: Verb = import_module(f"readiness.commands.{name}").VERB
    return verb


def read(arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[Verb, dict[str, object]]:
    """Read the command and its options' values, those of variables where no flag says another.

    Raises `LineError`, and `HelpWanted` where help is asked for.
    """
    name = arguments[0] if arguments else ""
    if name in HELP:
        raise HelpWanted
    if name not in names():
        fault = "option" if name[:1] == "-" else "command"
        raise LineError(fault, name, known=() if fault == "option" else names())
    if name not in RUN:  # those two import little before their watcher is split off
        import readiness.startup.libraries  # noqa: F401 - first, as the command imports them too
    verb = load(name)
    try:
        values = _values(verb, list(arguments[1:]))
        for option in verb.options:
            if option.variable and option.name not in values and option.variable in environ:
                _take_variable(values, option, environ[option.variable])
            if option.name not in values and verb.requires(option):
                fault = "no_option" if option.flags else "no_argument"
                raise LineError(fault, option.flags[0] if option.flags else option.metavar)
    except LineError as error:
        error.verb = verb
        raise
    return verb, values


def runs_probes(verb: Verb, values: Mapping[str, object]) -> bool:
    """Return whether the command runs the board's probes with these values."""
    return verb.name in RUN and not any(map(values.get, ("dry_run", "recorded", "watch")))


def _values(verb: Verb, waiting: list[str]) -> dict[str, object]:
    flags = {flag: option for option in verb.options for flag in option.flags}
    arguments = [option for option in verb.options if not option.flags]
    values: dict[str, object] = {}
    no_more_flags = False
    while waiting:
        word = waiting.pop(0)
        if word == "--" and not no_more_flags:
            no_more_flags = True
        elif word.startswith("-") and word != "-" and not no_more_flags:
            if word in HELP:
                raise HelpWanted(verb)
            _take_flag(values, flags, word, waiting)
        else:
            option = next((o for o in arguments if o.value.repeats or o.name not in values), None)
            if option is None:
                raise LineError("extra", word)
            _take(values, option, word)
    return values


def _take_flag(
    values: dict[str, object], flags: Mapping[str, Option], word: str, waiting: list[str]
) -> None:
    """Take what a flag says, and the next word where it is its value."""
    flag, equals, text = word.partition("=")
    if not word.startswith("--"):
        flag, equals, text = word[:2], word[2:], word[2:]
    option = flags.get(flag)
    if option is None:
        raise LineError("option", flag, known=flags)
    if option.value is Value.SWITCH:
        if equals and word.startswith("--"):
            raise LineError("no_switch", flag)
        waiting[:0] = [f"-{text}"] if text else []  # `-qv` is two
    elif not equals and waiting and waiting[0].partition("=")[0] not in flags:
        text = waiting.pop(0)
    elif not equals:
        if waiting or not option.alone:
            raise LineError("no_value", flag)
        text = option.alone
    _take(values, option, text)


def _take(values: dict[str, object], option: Option, text: str) -> None:
    value: object = text
    if option.value is Value.SWITCH:
        value = True
    elif option.value is Value.NUMBER:
        if not (text.isascii() and text.isdecimal() and int(text) > 0):
            raise LineError("no_integer", option.flags[0], text)
        value = int(text)
    elif option.value.repeats:
        value = [*values.get(option.name, ()), text]  # type: ignore[misc]
    values[option.name] = value


def _take_variable(values: dict[str, object], option: Option, text: str) -> None:
    """Take what a variable says of an option; an empty one mostly says nothing."""
    if option.value is Value.SWITCH and text.lower() in OFF:
        return
    if option.value is Value.SWITCH and text and text.lower() not in ON:
        raise LineError("no_switch", option.variable)
    parts = text.split() if option.value.repeats else [text] if text or option.empty else []
    for part in parts:
        _take(values, option, part)
