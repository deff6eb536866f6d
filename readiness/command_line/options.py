"""The options that commands share, each defined once: the type of a parameter that has it.

A parameter is called as the field of `RunSettings` that it sets, and `asked` makes these settings
of a command's parameters.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias

import typer

from readiness.command_line import values
from readiness.text.languages import Language

if TYPE_CHECKING:
    from readiness.model.settings import RunSettings

OUTPUT = "Output"
DECIDING = "Deciding"
MEASURING = "Measuring"
MACHINES = "Other machines"
"""Panels of the help, beside the one of the options that most people use."""


Completion: TypeAlias = str | Sequence[str] | Callable[[], Sequence[str]]
"""What completes a value: a function of `completing.py` by its name, or the words themselves."""


class Verb(NamedTuple):
    """One command: its function, and what the command line cannot tell of it.

    It is called as the function's file, whose docstring is its help. `prints` is what
    `--output-format json` gives, and `prints_with` what it gives instead where that switch is set.
    `wrong` is the status of a wrong command line. `alone` has the values of options that may end
    the line without one, by their flags. `examples` are lines that its help shows.
    """

    function: Callable[..., int]
    prints: object = None
    prints_with: Mapping[str, object] = {}
    wrong: int = 2
    alone: Mapping[str, str] = {}
    examples: Sequence[str] = ()

    @property
    def printed(self) -> Mapping[str, object]:
        """What is printed as JSON, by the switch that asks for it; "" for none."""
        return {"": self.prints, **self.prints_with} if self.prints is not None else {}


def option(
    flags: str,
    metavar: str,
    help: str,  # noqa: A002 - what it is called everywhere
    *,
    panel: str | None = None,
    variable: bool = False,
    parser: Callable[[str], Any] | None = None,
    callback: Callable[..., Any] | None = None,
    complete: Completion | None = None,
    expose: bool = True,
) -> Any:
    """Return what makes a parameter an option, with the variable READINESS_NAME for `--name`."""
    names = flags.split()
    return typer.Option(
        *names,
        metavar=metavar,
        help=escaped(help),
        rich_help_panel=panel,
        envvar=f"READINESS_{names[0][2:].upper().replace('-', '_')}" if variable else None,
        show_envvar=False,
        parser=parser,
        callback=callback,
        autocompletion=None if complete is None else _completed(complete),
        expose_value=expose,
    )


def switch(
    flags: str,
    help: str,  # noqa: A002
    *,
    panel: str | None = None,
    variable: bool = False,
) -> Any:
    """Return what makes a parameter an option without a value."""
    return option(flags, "", help, panel=panel, variable=variable)


def argument(metavar: str, help: str, complete: Completion | None = None) -> Any:  # noqa: A002
    """Return what makes a parameter a word without a flag."""
    return typer.Argument(
        metavar=metavar,
        help=escaped(help),
        show_default=False,
        autocompletion=None if complete is None else _completed(complete),
    )


def _completed(by: Completion) -> Callable[[typer.Context, str], list[str]]:
    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        if isinstance(by, str):
            from readiness.command_line import completing

            return completing.complete(by, ctx, incomplete)
        words = by() if callable(by) else by
        return [word for word in words if word.startswith(incomplete)]

    return complete


def escaped(text: str) -> str:
    """Return a text that help pages show as it is: in brackets would be markup."""
    return text.replace("[", "\\[")


def asked(parameters: Mapping[str, Any]) -> "RunSettings":
    """Return the settings among a command's parameters; what is not said is as by default."""
    from readiness.model.settings import RunSettings

    fields: dict[str, Any] = {
        field_of(name): tuple(value) if isinstance(value, list) else value
        for name, value in parameters.items()
        if value is not None and field_of(name) in RunSettings.__struct_fields__
    }
    return RunSettings(**fields)


def field_of(parameter: str) -> str:
    """Return the field that a parameter sets: its own name, but for the file of the board."""
    return "board" if parameter == "board_file" else parameter


def _speak(language: Language | None) -> Language | None:
    """Say in this language whatever is said from now on."""
    from readiness.text.sentences import speak

    speak(language)
    return language


def _no_history(value: str | None) -> str | None:
    """Take an empty variable for what it says, which is elsewhere nothing."""
    return "" if value is None and os.environ.get("READINESS_HISTORY") == "" else value


shared = partial(option, variable=True)
shared_switch = partial(switch, variable=True)
output_format = partial(shared, "--output-format", "FORMAT", panel=OUTPUT)

Board = Annotated[str | None, shared("--board -b", "FILE", "The board file.")]
Project = Annotated[
    str | None,
    shared(
        "--project -C",
        "DIR",
        "Run probes in this folder instead of the board's workdir.",
        panel=MEASURING,
    ),
]
Profile = Annotated[
    str | None,
    shared("--profile", "NAME", "The board's profile to use.", complete="profiles"),
]
Jobs = Annotated[
    int | None,
    shared("--jobs -j", "N", "Number of probes to run at once.", parser=values.whole_number),
]
Timeout = Annotated[
    float | None,
    shared(
        "--timeout",
        "TIME",
        "Time limit of each probe, e.g. 90s.",
        panel=MEASURING,
        parser=values.seconds,
    ),
]
FailFast = Annotated[
    bool, shared_switch("--fail-fast", "Stop at the first fail or error.", panel=MEASURING)
]
Reuse = Annotated[
    bool,
    shared_switch(
        "--reuse", "Reuse results that depend on nothing that has changed.", panel=MEASURING
    ),
]
Reports = Annotated[
    list[Any] | None,
    shared(
        "--report",
        "FORMAT=FILE",
        "Write a report; repeatable.",
        parser=values.report_target,
        callback=values.of_different_files,
        complete="targets",
        panel=OUTPUT,
    ),
]
OutputFormat = Annotated[
    str, output_format("Format on stdout: table or json.", complete=("table", "json"))
]
ReportFormat = Annotated[
    str,
    output_format("Format on stdout: table, json, or any report format.", complete="formats"),
]
History = Annotated[
    str | None,
    shared(
        "--history",
        "FILE",
        'The history file; "" for none. Default: .readiness/history.db beside the board.',
        callback=_no_history,
    ),
]
Base = Annotated[
    str | None,
    shared(
        "--base",
        "REF",
        "Judge by this revision's board, and report what the change loosens.",
        panel=DECIDING,
        complete="revisions",
    ),
]
DryRun = Annotated[bool, shared_switch("--dry-run", "Show the plan without running anything.")]
ExitZero = Annotated[
    bool,
    shared_switch(
        "--exit-zero",
        "Exit with 0 instead of 1 or 3, for reports that do not block.",
        panel=DECIDING,
    ),
]
HoldLine = Annotated[
    bool,
    shared_switch(
        "--hold-line",
        "Require only that nothing is worse than on the base, which is measured if need be.",
        panel=DECIDING,
    ),
]
Accepted = Annotated[
    Any,
    shared(
        "--accepted",
        "NAME: WHY",
        "Somebody outside of the change accepts what it loosens: who, and why.",
        panel=DECIDING,
        parser=values.acceptance,
    ),
]
Shard = Annotated[
    Any,
    shared(
        "--shard",
        "K/N",
        "Run part K of N, divided the same way on every machine; `score` joins the results.",
        panel=MACHINES,
        parser=values.shard,
    ),
]
On = Annotated[
    str | None,
    shared(
        "--on",
        "ADDRESS",
        "Run on the workers of this Dask cluster; needs readiness[dask].",
        panel=MACHINES,
    ),
]
Repository = Annotated[
    str | None,
    shared(
        "--repository",
        "URL",
        "Repository that the cluster's workers fetch the commit from. Default: the remote origin.",
        panel=MACHINES,
    ),
]
Quiet = Annotated[bool, shared_switch("--quiet -q", "Print only the decision.", panel=OUTPUT)]
Verbose = Annotated[bool, shared_switch("--verbose -v", "Show the output of probes.", panel=OUTPUT)]
Lang = Annotated[
    Language | None,
    shared(
        "--lang",
        "LANGUAGE",
        "Language of the output: en or zh. Default: the board's language.",
        parser=values.language,
        callback=_speak,
        expose=False,
        complete=tuple(Language),
        panel=OUTPUT,
    ),
]

Selectors = Annotated[
    list[str] | None,
    argument(
        "[SELECTOR]...",
        "Task or criterion ids, P0, tag:NAME, check:NAME, owner:NAME, failed (in the last run), or"
        " changed[:REF] (what changes since then can affect; default: HEAD).",
        "selectors",
    ),
]

NewBoard = Annotated[
    str | None, shared("--board -b", "FILE", "The board file to write. Default: board.yaml.")
]
NewProject = Annotated[
    str | None,
    shared(
        "--project -C",
        "DIR",
        "The project that the board is about. Default: the folder of the board.",
    ),
]
NewQuiet = Annotated[
    bool, shared_switch("--quiet -q", "Print only what was written.", panel=OUTPUT)
]
"""What options mean to commands that write a board."""

Criterion = Annotated[str, argument("ID", "The criterion.", "criteria")]
By = Annotated[str | None, option("--by", "NAME", "Who decides this. Default: Git's user.name.")]
OnlyShow = Annotated[bool, switch("--dry-run", "Show the change without writing anything.")]
"""What commands share that write into a board."""

NoRun = Annotated[bool, switch("--no-run", "Only read what changed, which is faster but weaker.")]
"""What commands share that judge a change."""
