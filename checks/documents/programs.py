"""Ask programs which options and subcommands they have, to judge those that documents name.

A program is only ever started with `--help`, or with what that names for more of it: alone, after a
subcommand that its help lists, or after a word that it does not list, which a parser rejects before
it does anything.
"""

import difflib
import os
import re
import shutil
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from checks.documents.answers import MOST_BYTES, ProgramOutput, answer
from checks.in_project.common import not_measured

LONG = re.compile(r"(?<![\w-])--(?:\[no-?\])?([A-Za-z][\w-]*(?:\.[\w-]+)*)")
GO_STYLE = re.compile(r"^\s+-([a-z][\w.-]{2,})", re.MULTILINE)
OPTION = re.compile(
    r"--([a-z][a-z0-9.-]+)(?:=.*)?|-([A-Za-z])|-([a-zA-Z][\w.-]+)(?:=.*)?", re.DOTALL
)
LISTED = re.compile(r"^\s+([a-z][a-z0-9-]+)(?=\s|,|$)", re.MULTILINE)
CHOICES = re.compile(r"\{([a-z][\w,-]+)\}")
COMMAND = re.compile(r"[a-z][a-z0-9-]+")
TAKES_COMMANDS = re.compile(
    r"(?m)^(?:[\w ]*[Cc]ommands?):|(?<!=)\bCOMMAND\b|<command>|\[command\]|\{[a-z]\w+,"
)
REJECTED = re.compile(
    r"(?i)unrecogni[sz]ed|unknown|invalid (?:option|choice|command)|illegal option"
    r"|no such (?:option|command)|not defined|unexpected argument|did you mean"
)
LISTS_COMMANDS = re.compile(r"(?m)^(?:[\w ]*[Cc]ommands?):|^usage: .*<command>|\{[a-z]\w+,")
FULL_HELP = re.compile(r"--help[ -]all\b|'\w+ (help -a)'")
LEAST = 3
"""A help that lists fewer options or commands is no list of them."""


class Program:
    """A program, by the words that a command begins with, such as `python -m package`."""

    def __init__(self, words: list[str], kept: str) -> None:
        """`kept` is a folder for answers, which other probes of the run may have left there."""
        self.words = words
        self.path = shutil.which(words[0]) or ""
        self.kept = kept

    @cached_property
    def flag(self) -> str:
        """The option that the program answers with its help."""
        return "--help" if _has_options(self.ask("--help").text) else "-h"

    def ask(self, *words: str) -> ProgramOutput:
        """Start the program, with words after which it prints and ends; once in a run."""
        return answer([self.path, *self.words[1:], *words], self.kept)

    def help(self, *commands: str) -> ProgramOutput:
        """Return the help of the program or of one of its subcommands, with all that it offers."""
        output = self.ask(*commands, self.flag)
        if commands and not _has_options(output.text):
            short = self.ask(*commands, "-h")
            return short if _has_options(short.text) else output
        if not commands and (more := FULL_HELP.search(output.text)):
            for words in (["help", "-a"],) if more[1] else (["--help", "all"], ["--help-all"]):
                output = ProgramOutput(output.status, output.text + self.ask(*words).text)
        return output

    def rejects(self, commands: list[str], word: str) -> bool:
        """Return whether the program says that it has no such option or subcommand.

        An option may take the next word for its value: then the second `--help` is obeyed.
        """
        status, text = self.ask(*commands, word, self.flag, self.flag)
        bare = re.escape(word.lstrip("-").partition("=")[0])
        names = rf"[-'\"`‘“]{bare}(?![\w-])" if len(bare) == 1 else rf"(?<!\w){bare}(?![\w-])"
        return status > 0 and bool(REJECTED.search(text)) and bool(re.search(names, text))

    @cached_property
    def code(self) -> bytes:
        """The program's own code; of a script of Python's its package; empty if it is unknown."""
        start = Path(self.path)
        if self.words[1:2] == ["-m"]:
            return _package(self.words[2].split(".")[0], Path("."))
        head = start.read_bytes()[:MOST_BYTES]
        if head.startswith(b"\x7fELF"):
            return head
        imported = re.search(rb"^\s*(?:from|import) (?!re\b|sys\b)(\w+)", head, re.MULTILINE)
        if head.startswith(b"#!") and b"python" in head.split(b"\n")[0] and imported:
            lib = start.resolve().parent.parent / "lib"
            if start.parent.parent.joinpath("pyvenv.cfg").exists():
                lib = start.parent.parent / "lib"
            for folder in lib.glob("python*/site-packages"):
                if found := _package(imported[1].decode(), folder):
                    return found
        return b""

    def mistaken(self, name: str, names: set[str]) -> str:
        """Return the name that this is a slip of the pen for, if the program's code has that alone.

        So what a help leaves out, hidden as it may be, is not called wrong.
        """
        near = difflib.get_close_matches(name, names, 1, 0.75)
        is_other = near and near[0].rstrip("s") != name.rstrip("s")
        if not near or not is_other or not re.search(rb"\b%b\b" % near[0].encode(), self.code):
            return ""
        return "" if re.search(rb"\b%b\b" % re.escape(name).encode(), self.code) else near[0]


def _package(name: str, folder: Path) -> bytes:
    files = [folder / f"{name}.py", *folder.joinpath(name).rglob("*.py")]
    # Names of options are those of variables too: parsers turn `_` and `-` into each other.
    text = b"\n".join(file.read_bytes() for file in files if file.is_file())
    return text + text.replace(b"_", b"-")


def _has_options(text: str) -> bool:
    return len(_long(text)) >= LEAST or len(re.findall(r"^\s+-\w\b", text, re.MULTILINE)) >= LEAST


def _long(text: str) -> set[str]:
    return set(LONG.findall(text))


def _commands(text: str, above: list[str]) -> set[str]:
    """List what may be subcommands: more words than there are."""
    if not (LISTS_COMMANDS if above else TAKES_COMMANDS).search(text):
        return set()
    choices = (choice for group in CHOICES.findall(text) for choice in group.split(","))
    whole = re.findall(rf"^\s+{' '.join(above)} ([a-z][a-z0-9-]+)", text, re.MULTILINE)
    return {*LISTED.findall(text), *choices, *(whole if above else ())}


def faults(program: Program, words: list[str]) -> Iterator[str]:
    """Yield what is wrong with the words that follow a program's own in a command."""
    commands: list[str] = []
    text = own = program.help().text
    if not text.strip():
        not_measured(f"{_named(program, [])} says nothing of its options")
    is_first = True  # no word stood before but subcommands
    is_flat = after_option = False  # there is one help for all; a word may be an option's value
    for word in words:
        if word == "--":
            return
        if OPTION.fullmatch(word):
            yield from _option_faults(program, commands, text, word, is_first=is_first)
            after_option = after_option or "=" not in word
            continue
        listed = set() if is_flat else _commands(own, commands)
        if len(listed) < LEAST:
            is_first = False
            continue
        if after_option:
            return  # of which subcommand the rest is, is not known
        if word not in listed:
            if COMMAND.fullmatch(word) and not os.path.exists(word):
                yield from _command_faults(program, commands, own, word, listed)
            return
        output = program.help(*commands, word)
        if not _has_options(output.text):
            return
        commands.append(word)
        is_flat = output.text == own
        own = output.text
        text += own


def _command_faults(
    program: Program, commands: list[str], text: str, word: str, listed: set[str]
) -> Iterator[str]:
    """Yield that there is no such subcommand, if that is sure."""
    # Anything else may be a program that this one starts: `uv run NAME`, `npx NAME`.
    if not difflib.get_close_matches(word, listed, 1, 0.75):
        return
    if re.search(rf"(?<![\w-]){word}(?![\w-])", text):
        return
    if program.rejects(commands, word):
        yield f"{_named(program, commands)} has no command {word}"
    elif not _dispatches(program, commands, word) and (near := program.mistaken(word, listed)):
        yield f"{_named(program, commands)} has no command {word}, but {near}"


def _dispatches(program: Program, commands: list[str], word: str) -> bool:
    """Return whether a word has a help of its own."""
    output = program.help(*commands, word)
    return output.status == 0 and output.text != program.help(*commands).text


def _option_faults(
    program: Program, commands: list[str], text: str, word: str, *, is_first: bool
) -> Iterator[str]:
    """Yield that there is no such option; `is_first`: no word stands before it but commands."""
    match = OPTION.fullmatch(word)
    if not match or not _has_options(text):
        return
    long, letter, several = match.groups()
    shown = word.partition("=")[0]
    if long:
        names = _long(text)
        bare = long.removeprefix("no-")
        if any(name.startswith((long, bare)) or name == f"no-{long}" for name in names):
            return
    else:
        names = set(GO_STYLE.findall(text)) if several else set()
        first = letter or several[0]
        is_listed = re.search(rf"(?<![\w-])-{first}", text) or any(
            first in cluster for cluster in re.findall(r"\[-(\w+)\]", text)
        )
        is_slip = several and len(names) >= LEAST and several not in names
        if is_listed and not (is_slip and difflib.get_close_matches(several, names, 1, 0.75)):
            return
    near = difflib.get_close_matches(long or several or "", names, 1, 0.75)
    if (is_first or near) and program.rejects(commands, shown):
        yield f"{_named(program, commands)} has no option {shown}"
    elif long and (known := program.mistaken(long, names)):
        yield f"{_named(program, commands)} has no option {shown}, but --{known}"


def _named(program: Program, commands: list[str]) -> str:
    return " ".join([os.path.basename(program.words[0]), *program.words[1:], *commands])


def program_of(words: list[str], programs: list[Program]) -> tuple[Program, list[str]] | None:
    """Return the program that a command starts, and the words after its own."""
    for program in programs:
        own = [os.path.basename(words[0]), *words[1 : len(program.words)]]
        if own == program.words and program.path and words[0][0] != "-":
            return program, words[len(program.words) :]
    return None
