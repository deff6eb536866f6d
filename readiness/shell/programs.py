"""The programs that a shell command names, as far as its words tell."""

import os
import re
from typing import Final

from readiness.shell.plain import BUILTINS
from readiness.startup.patterns import later

SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ksh", "ash", "busybox"))

_NAMES = """
ar asa at awk basename batch bc c17 c99 cal cat chgrp chmod chown cksum cmp comm compress cp crontab
csplit cut date dd df diff dirname du ed egrep env expand expr fgrep file find fold getconf gettext
grep gunzip gzip head iconv id join link ln locale logger logname ls m4 mkdir mkfifo mktemp more mv
nice nl nohup nproc od paste patch pathchk pax pr ps readlink realpath rev rm rmdir sed seq shuf
sha256sum sleep sort split stat strings stty sync tac tail tar tee timeout touch tput tr tsort tty
uname unexpand uniq unlink users vi wc which who xargs yes zcat
"""
UTILITIES = frozenset(_NAMES.split()) | BUILTINS | SHELLS
"""Utilities of every system, by POSIX or by custom. Beside another tool, they only serve it."""

HELPERS = frozenset(("git", "hg", "svn"))
"""Programs that tools of all kinds ask about the project, and do without."""

STARTERS = SHELLS | {"env", "eval", "exec", "false", "nice", "nohup", "time", "timeout", "xargs"}
"""Programs that fail as the tool does that they start, or in its place."""

_DEEPEST: Final = 9
_LEVEL: Final = r"(?:[^()'\"\\]|\\.|'[^']*+'|\"[^\"]*+\"|\(INSIDE\))*+"
_INSIDE: Final = _LEVEL.replace("INSIDE", _LEVEL.replace("INSIDE", _LEVEL.replace("INSIDE", "")))
_EXPANSION: Final = rf"\$\({_INSIDE}\)|`[^`]*+`|\$\{{(?:[^{{}}]|\{{[^{{}}]*+\}})*+\}}|\$"
_SUBSTITUTED: Final = later(rf"(?<!\\)(?:[$<>]\((?!\()({_INSIDE})\)|`([^`]*+)`)", re.DOTALL)
_QUOTED_FIRST: Final = later(r"^([^'\"`$<>]*+)'[^']*+'")
_TOKEN: Final = later(
    rf"""
    (?P<gap>(?:[ \t\r]|\\\n)++|(?<![^\s;&|()])\#[^\n]*+)
    | (?P<redirection>(?:\d+|\{{\w+\}})?(?:<<<|<<-?|<>|<&|>>|>&|>\||<(?!\()|>(?!\())|&>>?)
    | (?P<test>\[\[\s.*?\s\]\](?=[\s;&|)]|$)|\(\({_INSIDE}\)\))
    | (?P<operator>;;&|;;|;&|&&|\|\||\|&|[;&|()\n])
    | (?P<word>(?:[^\s;&|()<>'"\\$`]++|\\.|'[^']*+'|"(?:[^"\\$`]++|\\.|{_EXPANSION})*+"
        |\$'(?:[^'\\]|\\.)*+'|[<>]\({_INSIDE}\)|{_EXPANSION}|(?<==)\({_INSIDE}\))++)
    """,
    re.VERBOSE | re.DOTALL,
)
_HEREDOC: Final = later(
    r"((?<!<)<<-?[ \t]*+['\"\\]?(\w+)['\"]?[^\n]*+\n)(.*?^\t*+\2$)", re.DOTALL | re.MULTILINE
)
_ASSIGNMENT: Final = later(r"\w+(?:\[[^\]]*\])?\+?=")
_WRAPPERS: Final = frozenset(("command", "builtin", "exec", "env", "nohup"))
_OPENING: Final = frozenset(("if", "while", "until", "for", "select", "case", "{"))
_CLOSING: Final = frozenset(("fi", "done", "esac", "}"))
_RESERVED: Final = _OPENING | _CLOSING | {"then", "elif", "else", "do", "function", "!", "time"}


class _Unreadable(Exception):  # noqa: N818 - says what the text is
    """The text is no command, or one of a kind that is not known here."""


class _CommandReader:
    """Goes through a command word by word.

    `commands` has the words of the simple commands, `statements` where those begin and end that
    follow one another, and `functions` the names of its own functions.
    """

    def __init__(self, source: str, depth: int = 0) -> None:
        if depth > _DEEPEST:
            raise _Unreadable
        self._depth = depth
        self.commands: list[tuple[str, ...]] = []
        self.statements: list[tuple[int, int]] = []
        self.functions: set[str] = set()
        self._words: list[str] = []
        self._substituted: list[str] = []
        self._open = 0  # compound commands and parentheses
        self._naming = ""  # the reserved word whose own words follow: for, select, case, function
        self._in_pattern = False  # of a case
        self._in_redirection = False
        self._goes_on = False  # behind `&&`, `||`, a pipe or the head of a function
        self._in_head = False  # the parentheses of a function
        self._statement: tuple[int, int] | None = None
        self._read(_HEREDOC.sub(_blanked, source))

    def _read(self, source: str) -> None:
        position = 0
        while position < len(source):
            token = _TOKEN.match(source, position)
            if token is None:
                raise _Unreadable
            position = token.end()
            kind, text = str(token.lastgroup), token[0]
            if kind == "gap":
                continue
            if kind == "operator" and not self._open and text in (";", "&", "\n"):
                self._separate(text)
                continue
            begin = self._statement[0] if self._statement else token.start()
            self._statement = begin, token.end()
            if kind == "operator":
                self._operator(text)
            elif kind == "redirection":
                self._in_redirection = True
            else:
                self._word(text, is_test=kind == "test")
        self._goes_on = False
        self._separate("\n")
        if self._open or self._in_pattern:
            raise _Unreadable

    def _separate(self, operator: str) -> None:
        self._end_command()
        if self._goes_on and operator == "\n":
            return
        if self._statement:
            self.statements.append(self._statement)
        self._statement = None

    def _operator(self, operator: str) -> None:
        if self._in_pattern:
            self._in_pattern = operator != ")"
        elif operator == "(":
            self._open += 1
            self._in_head = len(self._words) == 1
            if self._in_head:
                self.functions.add(self._words.pop())
        elif operator == ")":
            self._end_command()
            self._close()
        else:
            self._end_command()
            self._in_pattern = operator in (";;", ";&", ";;&")
        self._goes_on = operator in ("&&", "||", "|", "|&") or (operator == ")" and self._in_head)

    def _close(self) -> None:
        self._open -= 1
        if self._open < 0:
            raise _Unreadable

    def _word(self, word: str, *, is_test: bool) -> None:
        heard = _QUOTED_FIRST.sub(r"\1", word)
        self._substituted += [one[1] or one[2] or "" for one in _SUBSTITUTED.finditer(heard)]
        if self._in_redirection or is_test:
            self._in_redirection = False
        elif self._in_pattern:
            if word == "esac":
                self._in_pattern = False
                self._close()
        elif self._naming:
            if self._naming == "function":
                self.functions.add(word)
                self._naming = ""
            elif self._naming == "case" and word == "in":
                self._naming, self._in_pattern = "", True
        elif not self._words and word in _RESERVED:
            self._reserved(word)
        else:
            self._words.append(word)
        self._goes_on = self._in_head = False

    def _reserved(self, word: str) -> None:
        if word in _OPENING:
            self._open += 1
        elif word in _CLOSING:
            self._close()
        if word in ("for", "select", "case", "function"):
            self._naming = word

    def _end_command(self) -> None:
        words = self._words
        while words and (
            _ASSIGNMENT.match(words[0])
            or (words[0] in _WRAPPERS and len(words) > 1 and words[1][0] != "-")
        ):
            words = words[1:]
        if words:
            self.commands.append(tuple(map(_plain, words)))
        for source in self._substituted:
            inner = _CommandReader(source, self._depth + 1)
            self.commands += inner.commands
            self.functions |= inner.functions
        self._words, self._substituted, self._naming = [], [], ""


def simple_commands(command: str) -> list[tuple[str, ...]] | None:
    """List the words of each simple command that a shell command consists of, in its order.

    Words are as written, without quotes where they are plain. None: it cannot be read.
    """
    reader = _reader(command)
    if reader is None:
        return None
    return [words for words in reader.commands if words[0] not in reader.functions]


def statements(script: str) -> list[tuple[int, str]] | None:
    """List the commands of a script that follow one another, each with the place where it begins.

    What a command is given to read (`<<EOF`) is no command, and not part of its text. None: it
    cannot be read.
    """
    reader = _reader(script)
    if reader is None:
        return None
    return [(start, script[start:end]) for start, end in reader.statements]


def _reader(command: str) -> _CommandReader | None:
    try:
        return _CommandReader(command)
    except _Unreadable:
        return None


def programs(command: str) -> list[tuple[str, ...]]:
    """List the simple commands that name their program, as `simple_commands` does.

    What begins with a variable, names a function of the command's own, or cannot be read is left
    out.
    """
    commands = simple_commands(command) or []
    return [words for words in commands if "$" not in words[0] and "`" not in words[0]]


def is_utility(name: str) -> bool:
    """Return whether every system has a program of this name."""
    return os.path.basename(name) in UTILITIES


def is_work(name: str) -> bool:
    """Return whether a program is or starts a tool, rather than serving one.

    `false` counts as a tool: it fails in place of one.
    """
    return name in STARTERS or not is_utility(name)


def _blanked(heredoc: re.Match[str]) -> str:
    return heredoc[1] + re.sub(r"[^\n]", " ", heredoc[3])


def _plain(word: str) -> str:
    for quote in ("'", '"'):
        if len(word) > 1 and word[0] == word[-1] == quote and quote not in word[1:-1]:
            return word[1:-1]
    return word
