"""The command line: flags become settings, settings go to one command, and it gives the status.

Each module registers its commands with the application. Only the module of the command that is
asked for is imported; help, and a word that is no command, need all of them.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from readiness.model.errors import ExitStatus
from readiness.terminal.ending import protected, secure_streams

if TYPE_CHECKING:
    from typer import _click as click

COMMANDS = {
    "run": ("check", "score"),
    "timeline": ("diff", "trend", "report"),
    "next": ("next",),
    "prove": ("prove",),
    "past": ("history",),
    "decide": ("waive", "attest"),
    "agents": ("mcp",),
    "board": ("validate", "list", "show", "checks", "doctor", "schema"),
    "guard": ("guard",),
}
"""The modules of this package, in the order of the help, and the commands that each registers."""


def main(arguments: list[str]) -> int:
    """Run one command. The result is the exit status; errors are told on stderr."""
    secure_streams()
    return protected(lambda: _invoke(arguments))


def _invoke(arguments: list[str]) -> int:
    from typer import _click as click

    command = command_for(arguments)
    try:
        status = command.main(arguments, prog_name="readiness", standalone_mode=False)
    except click.exceptions.ClickException as error:
        error.show(sys.stderr)
        return ExitStatus.USAGE
    except SystemExit:  # a pipe without a reader: 1 would say "not ready"
        return ExitStatus.NOT_WRITTEN
    sys.stdout.flush()
    return status if isinstance(status, int) else ExitStatus.READY


def command_for(arguments: Sequence[str]) -> "click.Command":
    """The command line as Typer makes it of the modules that `arguments` needs."""
    import typer

    from readiness.cli.app import app

    for module in modules_of(arguments):
        import_module(module)
    return typer.main.get_command(app)


def modules_of(arguments: Sequence[str]) -> list[str]:
    """The modules that must be imported before `arguments` can be read."""
    named = [
        module
        for module, commands in COMMANDS.items()
        if arguments[:1] and arguments[0] in commands
    ]
    return [f"{__name__}.{module}" for module in named or COMMANDS]
