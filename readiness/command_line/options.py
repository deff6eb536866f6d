"""The options of the command line: one table, of which the reader and the writer of them are made.

A run imports this before anything else, so it imports nothing that a run could do without.
"""

from __future__ import annotations

import os
from enum import Enum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from readiness.model.settings import AcceptedBy, ReportTarget
    from readiness.text.languages import Language

RUN = ("check", "score")
"""The commands that run the board."""

ALL = None
"""Every command."""


class Value(Enum):
    """What an option takes."""

    TEXT = "a text"
    TEXTS = "texts, one each time that it is named"
    SWITCH = "nothing"
    NUMBER = "a whole number, 1 or more"
    TIME = "a time such as 90s, in seconds"
    REPORTS = "FORMAT=FILE, one each time that it is named"
    LANGUAGE = "en or zh"
    SHARD = "K/N"
    ACCEPTED = "NAME: why"

    @property
    def repeats(self) -> bool:
        """Return whether it may be named more than once."""
        return self in (Value.TEXTS, Value.REPORTS)


class Option:
    """One option: `--name` (and `-short`), READINESS_NAME where it has a variable, and its field.

    The field of `RunSettings` has the option's name unless `field` names it. `commands` take the
    option without naming it. Where `empty` is true, an empty variable is a value too. `alone` is
    the value where the option ends the command line and has none. `where_reports` is the help of a
    command that makes reports.
    """

    def __init__(
        self,
        name: str,
        metavar: str,
        help: str,  # noqa: A002 - what it is called everywhere
        *,
        value: Value = Value.TEXT,
        short: str = "",
        field: str = "",
        commands: tuple[str, ...] | None = RUN,
        variable: bool = True,
        empty: bool = False,
        required: bool = False,
        alone: str = "",
        where_reports: str = "",
    ) -> None:
        self.name = name
        self.metavar = metavar
        self.help = help
        self.value = value
        self.flags = [f"--{name.replace('_', '-')}", *([f"-{short}"] if short else [])]
        self.field = field or name
        self.commands = commands
        self.variable = f"READINESS_{name.upper()}" if variable else ""
        self.empty = empty
        self.required = required
        self.alone = alone
        self.where_reports = where_reports or help


class Switch(Option):
    """An option without a value: on where it is named."""

    def __init__(
        self,
        name: str,
        help: str,  # noqa: A002
        *,
        short: str = "",
        commands: tuple[str, ...] = RUN,
        variable: bool = True,
    ) -> None:
        super().__init__(
            name, "", help, value=Value.SWITCH, short=short, commands=commands, variable=variable
        )


class Argument(Option):
    """What a command takes without a flag; it `repeats` where it takes any number of words."""

    def __init__(self, name: str, metavar: str, help: str, *, repeats: bool = False) -> None:  # noqa: A002
        value = Value.TEXTS if repeats else Value.TEXT
        super().__init__(name, metavar, help, value=value, variable=False)
        self.flags = []


OPTIONS = [
    Option("board", "FILE", "The board file.", short="b"),
    Option(
        "project", "DIR", "Run probes in this folder instead of the board's workdir.", short="C"
    ),
    Option("profile", "NAME", "The board's profile to use."),
    Option("jobs", "N", "Number of probes to run at once.", value=Value.NUMBER, short="j"),
    Option("timeout", "TIME", "Time limit of each probe, e.g. 90s.", value=Value.TIME),
    Switch("fail_fast", "Stop at the first fail or error."),
    Switch("reuse", "Reuse results that depend on nothing that has changed."),
    Option(
        "report",
        "FORMAT=FILE",
        "Write a report; repeatable.",
        value=Value.REPORTS,
        field="reports",
    ),
    Option(
        "output_format",
        "FORMAT",
        "Format on stdout: table or json.",
        where_reports="Format on stdout: table, json, or any report format.",
    ),
    Option(
        "history",
        "FILE",
        'The history file; "" for none. Default: .readiness/history.db beside the board.',
        empty=True,
    ),
    Option("base", "REF", "Judge by this revision's board, and report what the change loosens."),
    Switch("explain", "Show how the score adds up, line by line.", commands=("score",)),
    Switch("dry_run", "Show the plan without running anything."),
    Switch("exit_zero", "Exit with 0 instead of 1 or 3, for reports that do not block."),
    Switch(
        "hold_line",
        "Require only that nothing is worse than on the base, which is measured if need be.",
    ),
    Switch(
        "until_decided",
        "Run what can decide soonest first, and stop when nothing left can change the decision.",
    ),
    Option(
        "accepted",
        "NAME: WHY",
        "Somebody outside of the change accepts what it loosens: who, and why.",
        value=Value.ACCEPTED,
    ),
    Option(
        "shard",
        "K/N",
        "Run part K of N, divided the same way on every machine; `score` joins the results.",
        value=Value.SHARD,
    ),
    Option("on", "ADDRESS", "Run on the workers of this Dask cluster; needs readiness[dask]."),
    Option(
        "repository",
        "URL",
        "Repository that the cluster's workers fetch the commit from. Default: the remote origin.",
    ),
    Switch("watch", "Rerun whatever a saved file can affect, until Ctrl-C.", commands=("check",)),
    Switch("open", "Open the run's page in the browser.", commands=("check",)),
    Switch("quiet", "Print only the decision.", short="q"),
    Switch("verbose", "Show the output of probes.", short="v"),
    Option(
        "lang",
        "LANGUAGE",
        "Language of the output: en or zh. Default: the board's language.",
        value=Value.LANGUAGE,
        commands=ALL,
    ),
]
"""The options that commands share, in the order of the help. Each has a field in `RunSettings`."""


SELECTORS = Argument(
    "selectors",
    "[SELECTOR]...",
    "Task or criterion ids, P0, tag:NAME, check:NAME, owner:NAME, failed (in the last run), or"
    " changed[:REF] (what changes since then can affect; default: HEAD).",
    repeats=True,
)

NEW_BOARD = {
    "board": "The board file to write. Default: board.yaml.",
    "project": "The project that the board is about. Default: the folder of the board.",
    "quiet": "Print only what was written.",
}
"""What options mean to commands that write a board."""

CRITERION = Argument("subject", "ID", "The criterion.")
BY = Option("by", "NAME", "Who decides this. Default: Git's user.name.", variable=False)
DRY_RUN = Switch("dry_run", "Show the change without writing anything.", variable=False)
"""What commands share that write into a board."""

NO_RUN = Switch("no_run", "Only read what changed, which is faster but weaker.", variable=False)
"""What commands share that judge a change."""


class Verb:
    """One command: the function that performs it, and what it takes on the command line.

    It is called as the function's file, whose docstring is its help. It takes its `own` options
    and arguments, those of the table that it `takes` by name, and those that name it. The function
    is given `RunSettings`, and each value that a parameter of it is named after; a parameter
    without a default is required. `prints` is what `--output-format json` gives, and `prints_with`
    what it gives instead where that switch is set. `wrong` is the status of a wrong command line.
    `helps` has by name what options of the table mean to this command.
    """

    def __init__(
        self,
        function: Callable[..., int],
        *own: Option,
        takes: str = "",
        prints: object = None,
        prints_with: Mapping[str, object] | None = None,
        wrong: int = 2,
        helps: Mapping[str, str] | None = None,
    ) -> None:
        self.helps = helps or {}
        self.function = function
        self.wrong = wrong
        self.name = function.__module__.rpartition(".")[2]
        self.prints = {"": prints, **(prints_with or {})} if prints is not None else {}
        table = {option.name: option for option in OPTIONS}
        named = [table[name] for name in takes.split()]
        unasked = [
            option
            for option in OPTIONS
            if (option.commands is ALL or self.name in option.commands) and option not in named
        ]
        self.options = [*own, *named, *unasked]
        # As `inspect` would tell, whose import costs more than a small run.
        code, defaults = function.__code__, function.__defaults__ or ()
        positional = code.co_varnames[: code.co_argcount]
        self.parameters = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
        self.defaults: dict[str, object] = {
            **dict(zip(positional[len(positional) - len(defaults) :], defaults, strict=True)),
            **(function.__kwdefaults__ or {}),
        }

    def requires(self, option: Option) -> bool:
        """Return whether the command cannot do without a value for this."""
        missed = option.name in self.parameters and option.name not in self.defaults
        return option.required or missed

    def help_of(self, option: Option) -> str:
        """Return the help text of an option of this command."""
        reports = any(own.name == "report" for own in self.options)
        return self.helps.get(option.name, option.where_reports if reports else option.help)

    def perform(self, values: Mapping[str, Any]) -> int:
        """Run the command with what was given: values by the names of options.

        Raises `UsageError` for a value that does not fit.
        """
        from readiness.model.settings import RunSettings
        from readiness.text.sentences import speak

        fields, arguments = {}, {}
        for option in self.options:
            if option.name in values:
                value = _parsed(option, values[option.name])
                if option.name in self.parameters:
                    arguments[option.name] = value
                else:
                    fields[option.field] = value
        settings = RunSettings(**fields)
        speak(settings.lang)
        return self.function(settings, **arguments)


def _parsed(option: Option, value: Any) -> Any:
    """Return the value that a word of the command line means."""
    if option.value is Value.TIME:
        return _seconds(option, value)
    if option.value is Value.REPORTS:
        return _reports(option, value)
    if option.value is Value.LANGUAGE:
        return _language(option, value)
    if option.value is Value.SHARD:
        return _shard(option, value)
    if option.value is Value.ACCEPTED:
        return _accepted(option, value)
    return tuple(value) if option.value is Value.TEXTS else value


def _language(option: Option, text: str) -> Language:
    from readiness.model.errors import UsageError
    from readiness.text.languages import Language
    from readiness.text.worded import worded

    try:
        return Language(text)
    except ValueError:
        there = ", ".join(Language)
        raise UsageError(
            worded("usage.no_language", flag=option.flags[0], name=text, there=there)
        ) from None


def _shard(option: Option, text: str) -> tuple[int, int]:
    from readiness.model.errors import UsageError
    from readiness.text.worded import worded

    number, _, count = text.partition("/")
    if not all(part.isascii() and part.isdecimal() and len(part) < 7 for part in (number, count)):
        raise UsageError(worded("usage.no_shard", flag=option.flags[0], text=repr(text)))
    shard = int(number), int(count)
    if not 1 <= shard[0] <= shard[1]:
        raise UsageError(worded("usage.no_shard", flag=option.flags[0], text=repr(text)))
    return shard


def _accepted(option: Option, text: str) -> AcceptedBy:
    from readiness.model.errors import UsageError
    from readiness.model.settings import AcceptedBy
    from readiness.text.worded import worded

    name, _, reason = (part.strip() for part in text.partition(":"))
    if not name or not reason:
        raise UsageError(worded("usage.no_acceptance", flag=option.flags[0], text=repr(text)))
    return AcceptedBy(by=name, reason=reason)


def _seconds(option: Option, text: str) -> float:
    from readiness.model.errors import UsageError
    from readiness.model.units import duration
    from readiness.text.worded import joined, words_of

    try:
        return duration(text)
    except ValueError as error:
        raise UsageError(joined([option.flags[0], words_of(error)], "colon")) from None


def _reports(option: Option, values: Iterable[str]) -> tuple[ReportTarget, ...]:
    from readiness.model.errors import UsageError
    from readiness.model.settings import ReportTarget
    from readiness.report import FORMATS
    from readiness.text.worded import worded

    flag = option.flags[0]
    targets: list[ReportTarget] = []
    for value in values:
        name, equals, path = value.partition("=")
        if not equals or not path:
            raise UsageError(worded("usage.format_file", flag=flag, value=value))
        if name not in FORMATS:
            there = ", ".join(sorted(FORMATS))
            raise UsageError(worded("usage.flag_no_format", flag=flag, name=name, there=there))
        if any(os.path.realpath(path) == os.path.realpath(other.path) for other in targets):
            raise UsageError(worded("usage.named_twice", flag=flag, path=path))
        targets.append(ReportTarget(name, path))
    return tuple(targets)
