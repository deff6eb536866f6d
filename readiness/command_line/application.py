"""What is answered without a command: help, what is wrong with a line, and what completes one."""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence

from readiness.command_line.options import Option, Verb
from readiness.command_line.reader import COMMANDS, HelpWanted, LineError, load, names
from readiness.model.errors import ExitStatus
from readiness.model.settings import RunSettings
from readiness.terminal.blocks import Context, table
from readiness.terminal.ending import heed_board_here, tell
from readiness.terminal.output import drawn, put_text, terminal_width
from readiness.text.languages import Language
from readiness.text.layout import wrap
from readiness.text.nearest import nearest
from readiness.text.sentences import for_reader, speak

GROUPS = {
    "Start": "init import validate doctor",
    "Run": "check score prove",
    "Understand": "list show next checks report history diff trend fleet",
    "Decide": "attest waive accept",
    "Guard": "guard backtest",
    "Use elsewhere": "hook mcp schema",
}
"""How the help lists the commands; those that are not named come last."""

EPILOG = (
    "Exit status: 0 ready, 1 not ready, 2 wrong command line or board, 3 undecided,"
    " 4 loosened, 5 a report was not written, 70 internal error, 128+n ended by signal n."
)
WIDEST = 100
COMPLETE = "_READINESS_COMPLETE"
SCRIPTS = os.path.join(os.path.dirname(__file__), "completion")
"""The folder of the scripts that have shells complete lines, by the names of the shells."""


def answer(asked: HelpWanted | LineError, arguments: Sequence[str]) -> int:
    """Print the help that was asked for, or what is wrong with a line; return the status."""
    if isinstance(asked, HelpWanted):
        put_text(_help_of(asked.verb) if asked.verb else _help())
        return ExitStatus.READY
    if not arguments:
        tell(_help())
        return ExitStatus.USAGE
    _speak_as_asked(arguments)
    heed_board_here()
    say = for_reader()
    program = f"readiness {asked.verb.name}" if asked.verb else "readiness"
    near = nearest(asked.name, asked.known)
    fault, other = (f"{asked.fault}_near", near) if near else (asked.fault, asked.other)
    lines = [
        say("line.usage", usage=_usage(asked.verb)),
        say("line.help", command=f"{program} -h"),
        "",
        say("line.error", what=say(f"line.fault.{fault}", name=asked.name, other=other)),
    ]
    tell("\n".join(lines))
    return asked.verb.wrong if asked.verb else ExitStatus.USAGE


def complete(environ: Mapping[str, str]) -> int:
    """Print the script that has a shell complete lines, or what completes one for it."""
    what, _, shell = environ[COMPLETE].partition("_")
    if what == "source":
        if shell in os.listdir(SCRIPTS):
            with open(os.path.join(SCRIPTS, shell), encoding="utf-8") as file:
                sys.stdout.write(file.read())
        return ExitStatus.READY
    words, place = environ["COMP_WORDS"].split(), int(environ["COMP_CWORD"])
    begun = words[place] if place < len(words) else ""
    known = names()
    if place > 1:
        verb = load(words[1]) if words[1] in known else None
        known = [flag for option in verb.options for flag in option.flags] if verb else []
    if place < 2 or begun.startswith("-"):
        sys.stdout.write("".join(f"{name}\n" for name in known if name.startswith(begun)))
    return ExitStatus.READY


def groups() -> dict[str, list[str]]:
    """Return the commands by what they are for, in the order of the help."""
    named = {title: listed.split() for title, listed in GROUPS.items()}
    others = [name for name in names() if not any(name in listed for listed in named.values())]
    return {**named, "Others": others} if others else named


def _help() -> str:
    lines = ["Usage: readiness COMMAND [OPTION | ARGUMENT]...", ""]
    lines += ["Decide whether a project is ready for release, by measuring."]
    cells = max(map(len, names()))
    for title, listed in groups().items():
        rows = [(name.ljust(cells), _purpose(name)) for name in listed]
        lines += ["", f"{title}:", *_table(rows)]
    return "\n".join([*lines, "", *wrap(EPILOG, _width())])


def _help_of(verb: Verb) -> str:
    flags = [option for option in verb.options if option.flags]
    arguments = [option for option in verb.options if not option.flags]
    lines = [f"Usage: {_usage(verb)}", "", *wrap(_purpose(verb.name), _width())]
    if arguments:
        rows = [(option.metavar, verb.help_of(option)) for option in arguments]
        lines += ["", "Arguments:", *_table(rows)]
    rows = [(_flags(option), _described(verb, option)) for option in flags]
    lines += ["", "Options:", *_table([*rows, ("-h, --help", "Show this message and exit.")])]
    if variables := [option.variable for option in flags if option.variable]:
        text = f"Set in the environment, an option is: {', '.join(variables)}."
        lines += ["", *wrap(text, _width())]
    return "\n".join(lines)


def _usage(verb: Verb | None) -> str:
    if verb is None:
        return "readiness COMMAND [OPTION | ARGUMENT]..."
    arguments = [option.metavar for option in verb.options if not option.flags]
    return " ".join([f"readiness {verb.name} [OPTION]...", *arguments])


def _flags(option: Option) -> str:
    return f"{', '.join(sorted(option.flags, key=len))} {option.metavar}".rstrip()


def _described(verb: Verb, option: Option) -> str:
    usual = verb.defaults.get(option.name, getattr(RunSettings(), option.field, None))
    remark = "required" if verb.requires(option) else f"default: {usual}" if usual else ""
    return f"{verb.help_of(option)} [{remark}]" if remark else verb.help_of(option)


def _purpose(name: str) -> str:
    """Return the docstring of a command's file, without importing what the file imports."""
    with open(os.path.join(COMMANDS, f"{name}.py"), encoding="utf-8") as file:
        return file.read().split('"""')[1]


def _table(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    text = drawn([table(rows, flexible=1)], Context(width=_width() - 2, terminal=True))
    return (f"  {line}" for line in text.splitlines())


def _width() -> int:
    return min(terminal_width(os.environ), WIDEST)


def _speak_as_asked(arguments: Sequence[str]) -> None:
    """Speak the language that the line asks for, though it cannot be read as a whole."""
    line = f"--lang={os.environ.get('READINESS_LANG', '')} {' '.join(arguments)}"
    asked = re.findall(r"(?:^|\s)--lang[= ](\S*)", line)[-1]
    if asked in [*Language]:
        speak(Language(asked))
