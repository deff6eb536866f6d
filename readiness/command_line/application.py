"""The Typer application; its commands are the files of `commands/`, imported when called."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, redirect_stdout, suppress
from functools import cache
from importlib import import_module
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from readiness import __version__
from readiness.command_line.options import Lang, Verb, escaped
from readiness.model.status import ExitStatus
from readiness.terminal import idle
from readiness.terminal.ending import heed_board_here, protected, tell
from readiness.text.languages import Language
from readiness.text.nearest import nearest
from readiness.text.sentences import for_reader, speak
from readiness.text.worded import in_language, worded

PANELS = {
    "Start": "init import validate doctor",
    "Run": "check score prove",
    "Understand": "list show next checks report history diff trend flaky fleet",
    "Decide": "attest waive accept note",
    "Guard": "guard backtest",
    "Use elsewhere": "hook mcp schema",
}
"""How the help lists the commands; those that are not named come last."""

COMMANDS = os.path.join(os.path.dirname(os.path.dirname(__file__)), "commands")
EPILOG = (
    "Exit status: 0 ready, 1 not ready, 2 wrong command line or board, 3 undecided,"
    " 4 loosened, 5 a report was not written, 70 internal error, 128+n ended by signal n."
)
VARIABLES = "Most options can be set in the environment too: READINESS_JOBS=4 for --jobs 4."
COMPLETE = "_READINESS_COMPLETE"
"""What shells set that want a line completed."""
WRONG_LINE = cast("type[Exception]", typer.BadParameter.__base__)
"""What Typer raises for a wrong line, for which it has a public name since 0.27 alone."""


class Command(TyperCommand):
    """A command, and what is said of it beside its parameters."""

    verb: Verb

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the line, of which the last word may be an option that has a value alone."""
        if args and args[-1] in self.verb.alone:
            args = [*args, self.verb.alone[args[-1]]]
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise typer.BadParameter(_fault("extra", " ".join(rest)))
        return rest

    def invoke(self, ctx: Any) -> Any:
        """Perform the command; the result is the exit status, whatever happens."""
        if not ctx.params.get("quiet"):
            idle.allow(os.environ)
        try:
            return protected(lambda: cast("int", super(Command, self).invoke(ctx)))
        finally:
            idle.hide()


class _Unopened(TyperCommand):
    """Stands for a command in help and completion, until it is called."""

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        """Go on with the command itself."""
        return load(self.name or "").make_context(info_name, args, parent, **extra)


class Commands(TyperGroup):
    """The commands, found by listing their folder."""

    def list_commands(self, ctx: Any) -> list[str]:
        """List them in the order of the help."""
        return [name for _, listed in panels() for name in listed]

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        """Return what stands for a command."""
        for panel, listed in panels():
            if cmd_name in listed:
                return _Unopened(cmd_name, help=escaped(_purpose(cmd_name)), rich_help_panel=panel)
        return None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the line calls, and say what is near where there is none."""
        name = args[0]
        if name in names() or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        near = nearest(name, names())
        raise typer.BadParameter(_fault("command_near" if near else "command", name, near))


app = typer.Typer(
    name="readiness",
    cls=Commands,
    help="Decide whether a project is ready for release, by measuring.",
    epilog=EPILOG,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="COMMAND ...",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"readiness {__version__}")
        raise typer.Exit


@app.callback()
def _readiness(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            help="Show the version and exit.",
            callback=_print_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    pass


def names() -> list[str]:
    """List the commands: the files of their folder that do not begin with `_` or `.`."""
    files = os.listdir(COMMANDS)
    return sorted(name[:-3] for name in files if name.endswith(".py") and name[0] not in "_.")


def panels() -> Iterator[tuple[str, list[str]]]:
    """Yield the commands by what they are for, in the order of the help."""
    others = names()
    for title, listed in PANELS.items():
        yield title, listed.split()
        others = [name for name in others if name not in listed.split()]
    if others:
        yield "Others", others


@cache
def load(name: str) -> Command:
    """Load a command by name, importing only its own file and what that needs."""
    module = import_module(f"readiness.commands.{name}")
    verb: Verb = module.VERB
    alone = typer.Typer(
        add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False
    )
    examples = [f"  {line}" for line in verb.examples]
    epilog = "\n".join(["Examples:", *examples, "", VARIABLES] if examples else [VARIABLES])
    settings = {"allow_extra_args": True, "help_option_names": ["-h", "--help"]}
    alone.command(
        name,
        cls=Command,
        help=escaped(module.__doc__ or ""),
        epilog=escaped(epilog),
        context_settings=settings,
    )(verb.function)
    command = cast("Command", get_command(alone))
    command.verb = verb
    command.params += _of_all().params
    return command


@cache
def _of_all() -> TyperCommand:
    """Return a command of the options that all commands take."""

    def takes(lang: Lang = None) -> None:
        """Take them."""

    every = typer.Typer(add_completion=False)
    every.command()(takes)
    return cast("TyperCommand", get_command(every))


@cache
def root() -> TyperGroup:
    """Return the application as one command."""
    return cast("TyperGroup", get_command(app))


def run(arguments: Sequence[str]) -> int:
    """Perform what a command line asks for; return the exit status."""
    if COMPLETE in os.environ:  # a shell wants each word and what it means on one line
        os.environ["COLUMNS"] = "1000"
    asks = bool(arguments or COMPLETE in os.environ)
    try:
        with nullcontext() if asks else redirect_stdout(sys.stderr):
            line = arguments if asks else ["--help"]
            status: int | None = root().main(line, "readiness", standalone_mode=False)
    except WRONG_LINE as fault:
        return _answer(fault, arguments)
    except SystemExit as end:  # of completion, and of a text that nobody reads to its end
        return ExitStatus.NOT_WRITTEN if end.code else ExitStatus.READY
    except OSError:  # of help that cannot be written; a command answers for its own
        return ExitStatus.NOT_WRITTEN
    return status or (ExitStatus.READY if asks else ExitStatus.USAGE)


def _answer(fault: Exception, arguments: Sequence[str]) -> int:
    """Say what is wrong with a line; return the status."""
    from readiness.terminal.output import wants_colour  # which a run imports later

    _speak_as_asked(arguments)
    heed_board_here()
    say = for_reader()
    name = arguments[0] if arguments[0] in names() else ""
    command = load(name) if name else root()
    program = f"readiness {name}".rstrip()
    usage = command.get_usage(typer.Context(command, info_name=program)).partition(" ")[2]
    coloured = wants_colour(os.environ, terminal=sys.stderr.isatty())
    with suppress(OSError):  # nobody reads it
        typer.secho(say("line.error"), fg="red", bold=True, err=True, nl=False, color=coloured)
    lines = [
        f"{in_language(_what(fault, command), say)}",
        "",
        say("line.usage", usage=usage),
        say("line.help", command=f"{program} -h"),
    ]
    tell("\n".join(lines))
    return command.verb.wrong if isinstance(command, Command) else ExitStatus.USAGE


def _what(fault: Any, command: TyperCommand | TyperGroup) -> str:
    """Word a fault that Typer has found, as far as it says which it is."""
    option = getattr(fault, "option_name", "")
    if hasattr(fault, "possibilities"):
        near = nearest(option, [flag for parameter in command.params for flag in parameter.opts])
        return _fault("option_near" if near else "option", option, near)
    if option:
        return _fault("no_value" if "requires" in fault.message else "no_switch", option)
    parameter = getattr(fault, "param", None)
    if parameter is None:
        return cast("str", fault.message)
    flag = next((flag for flag in parameter.opts if flag.startswith("--")), "")
    name = flag or parameter.human_readable_name
    if hasattr(fault, "param_type"):
        return _fault("no_option" if flag else "no_argument", name)
    return _fault("value", name, fault.message)


def _fault(key: str, name: str, other: str = "") -> str:
    return worded(f"line.fault.{key}", name=name, other=other)


def _speak_as_asked(arguments: Sequence[str]) -> None:
    """Speak the language that the line asks for, though it cannot be read as a whole."""
    line = f"--lang={os.environ.get('READINESS_LANG', '')} {' '.join(arguments)}"
    asked = re.findall(r"(?:^|\s)--lang[= ](\S*)", line)[-1]
    if asked in [*Language]:
        speak(Language(asked))


def _purpose(name: str) -> str:
    """Return the docstring of a command's file, without importing what the file imports."""
    with open(os.path.join(COMMANDS, f"{name}.py"), encoding="utf-8") as file:
        return file.read().split('"""')[1]
