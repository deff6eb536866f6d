"""The command line as Typer reads it: help, errors, completion and READINESS_ variables."""

import os
import sys
from collections.abc import Iterator, Sequence
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from readiness.command_line.options import Option, Value, Verb
from readiness.command_line.reader import COMMANDS, load, names
from readiness.model.errors import ExitStatus
from readiness.model.settings import RunSettings
from readiness.terminal.ending import protected, secure_streams
from readiness.terminal.output import can_draw, terminal_width

if TYPE_CHECKING:
    from typer import _click as click

ORDER = (
    *("init", "import", "check", "score", "diff", "trend", "report", "next", "prove", "history"),
    *("waive", "attest", "mcp", "validate", "list", "show", "checks", "doctor"),
    *("schema", "guard", "fleet", "hook"),
)
"""How the help lists the commands; those that are not named come last."""

EPILOG = (
    "Exit status: 0 ready, 1 not ready, 2 wrong command line or board, 3 undecided,"
    " 4 loosened, 5 a report was not written, 70 internal error, 128+n ended by signal n."
)
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

PANELS = 80
"""Columns below which panels would cut the names of variables."""

TYPES: dict[Value, Any] = {Value.SWITCH: bool, Value.NUMBER: int}


def main(arguments: list[str]) -> int:
    """Run one command. The result is the exit status; errors are told on stderr."""
    secure_streams()
    return protected(lambda: _invoke(arguments))


def _invoke(arguments: list[str]) -> int:
    from typer import _click as click

    command = application(arguments[:1])
    if "_READINESS_COMPLETE" in os.environ:
        from typer._completion_classes import completion_init

        completion_init()
    try:
        status = command.main(_completed(arguments), prog_name="readiness", standalone_mode=False)
    except click.exceptions.ClickException as error:
        from readiness.command_line.faults import tell_fault

        tell_fault(error, arguments)
        named = arguments[0] if arguments else ""
        return load(named).wrong if named in names() else ExitStatus.USAGE
    except SystemExit as end:  # a pipe without a reader: 1 would say "not ready"
        return ExitStatus.NOT_WRITTEN if end.code else ExitStatus.READY
    sys.stdout.flush()
    return status if isinstance(status, int) else ExitStatus.READY


def _completed(arguments: list[str]) -> list[str]:
    """Give the option that ends the line its value where it has none, which Typer does not know."""
    options = load(arguments[0]).options if arguments and arguments[0] in names() else []
    alone = [option.alone for option in options if option.alone and arguments[-1] in option.flags]
    return arguments + alone


class _CommandGroup(typer.core.TyperGroup):
    """Knows of each command its name and its help, and imports the one that is asked for."""

    def resolve_command(
        self, ctx: "click.Context", args: list[str]
    ) -> "tuple[str | None, click.Command | None, list[str]]":
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed and typer_command(load(listed.name or "")), rest


def application(named: Sequence[str] = ()) -> "click.Command":
    """Build the Typer program, with the commands `named` alone where these are commands."""
    app = typer.Typer(
        name="readiness",
        cls=_CommandGroup,
        help="Decide whether a project is ready for release, by measuring.",
        epilog=EPILOG,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=_markup(),
        pretty_exceptions_enable=False,
        context_settings=SETTINGS,
    )
    app.callback()(lambda: None)
    there = in_order()
    for name in [name for name in there if name in named] or there:
        app.command(name, help=_help_of(name))(lambda: None)
    return typer.main.get_command(app)


def _markup() -> Literal["rich"] | None:
    """How help is set: in panels where a terminal has room for them, else plain."""
    wide = can_draw(os.environ, sys.stdout) and terminal_width(os.environ) >= PANELS
    return "rich" if wide else None


def in_order() -> list[str]:
    """Return the names of the commands, in the order of the help."""
    there = names()
    return sorted(there, key=lambda name: (*ORDER, *there).index(name))


def typer_command(verb: Verb) -> "click.Command":
    """Return the command as Typer makes it."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=_markup(),
        pretty_exceptions_enable=False,
        context_settings=SETTINGS,
    )

    def perform(**values: Any) -> int:
        return verb.perform(dict(_values_that_count(verb, values)))

    parameters = [_parameter(verb, option) for option in verb.options]
    perform.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    perform.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    app.command(verb.name, help=_help_of(verb.name))(perform)
    return typer.main.get_command(app)


def _help_of(name: str) -> str:
    """Return the docstring of a command's file, without importing what the file imports."""
    path = os.path.join(COMMANDS, f"{name}.py")
    with open(path, encoding="utf-8") as file:
        return file.read().split('"""')[1]


def _values_that_count(verb: Verb, values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the values of options that were named, or that have a default."""
    for option in verb.options:
        value = values[option.name]
        if value is None and option.empty:  # Typer takes an empty variable for none
            value = os.environ.get(option.variable)
        if value is not None:
            yield option.name, value


def _parameter(verb: Verb, option: Option) -> Parameter:
    default = verb.defaults.get(option.name, getattr(RunSettings(), option.field, None))
    if verb.requires(option):
        default = Parameter.empty
    elif default == ():
        default = None
    info: Any
    if option.flags:
        info = typer.Option(
            *option.flags,
            metavar=option.metavar or None,
            envvar=option.variable or None,
            help=verb.help_of(option),
            min=1 if option.value is Value.NUMBER else None,
        )
    else:
        info = typer.Argument(metavar=option.metavar, help=option.help)
    taken = list[str] if option.value.repeats else TYPES.get(option.value, str)
    return Parameter(
        option.name,
        Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[taken, info],
    )
