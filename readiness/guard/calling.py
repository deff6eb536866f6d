"""What a text of shell, of a recipe or of a script names, and what of that it runs.

Text is read, not run: where an interpreter is given what only running would tell, everything that
the text lists may be it.
"""

import ast
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from readiness.guard.project.rules import TABLE
from readiness.shell.programs import SHELLS, STARTERS, simple_commands

WORD: Final = re.compile(r"[\w./@+*-]+")
_IMPORT: Final = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+)?import[ \t]+([\w., \t]+)", re.M)
LOADED: Final = re.compile(r"(?:import_module|__import__|run_module)\(\s*f?[\"']\.*(\w[\w.]*)")
_SEGMENT: Final = re.compile(r"\n|&&|\|\||[;|]")
_LINE: Final = re.compile(r"\n|&&|\|\||;")
_OF_SHELL: Final = frozenset((".", "exec", "source"))
_STARTS: Final = STARTERS | {"if", "then", "else", "do", "while", "until"}
_BELOW: Final = re.compile(r"\$\([^()]*\)[\"']?(?=/)")
_DEFAULT: Final = re.compile(r"\$+\{\w+:?-([^}]*)\}")
_VARIABLE: Final = re.compile(r"\$+(?:(\w+)|\{(\w+)\}|\((\w+)\))(/?)")
_SET: Final = re.compile(r"^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*[:?+]*=[ \t]*[\"']?([\w./+-]+)", re.M)
_PYTHON: Final = re.compile(r"(?:^|/)(?:python|pypy)[\d.]*$")
_CALLERS: Final = frozenset(("run", "exec", "executable", "include", "-include", "sinclude"))
_LISTS: Final = frozenset((*TABLE.printers, "find", "for", "git", "ls", "set"))
"""Commands that list or name files for others to run."""
_OF_SHELLS: Final = re.compile(r"-[a-zA-Z]*[cn]")
_OF_PYTHON: Final = re.compile(r"-[a-zA-Z]*[cm]")
_OF_OTHERS: Final = re.compile(r"-[a-zA-Z]*[cep]|--(?:check|eval|print)")
"""Options of interpreters after which no script is run: a module, code, or only a check of it."""
_UNNAMED: Final = frozenset(("*", "-", "-s"))
_FED: Final = re.compile(
    r"(?:(?<!\S)@|\b(?:done|mapfile|readarray)\b[^\n;|&<]*<[ \t]*"
    r"|(?<!\S)(?:-[afr]|--[\w-]*(?:file|from)[\w-]*)[= \t]+)([\w./+-]+)"
)
"""A file of arguments or names: `@FILE`, `done < FILE`, `-r FILE`, `--files-from=FILE`."""
_FROM_FILE: Final = re.compile(r"-[a-eg-zA-Z]*f|--.*file")
_FOR_EACH: Final = re.compile(r"-(?:exec|ok)")
"""Options by which what looks for files starts a program for each."""
_SUBSTITUTED: Final = re.compile(
    r"(?:\$\(|`|<\()(?:(?:shell|file)\s+)?\s*(?:(?:cat|grep|head|sed|sort)\b|<)[^)`\n]*"
)


def interpreters_in(said: str) -> dict[str, str]:
    """Return the variables that a text sets to an interpreter: `PYTHON ?= python3`."""
    return {name: value for name, value in _SET.findall(said) if is_interpreter(value)}


def is_interpreter(word: str) -> bool:
    """Return whether a word is the name or the path of a program that runs files."""
    return os.path.basename(word) in TABLE.interpreters or bool(_PYTHON.search(word))


@lru_cache(maxsize=4096)
def mentions(
    text: str, known: frozenset[tuple[str, str]], *, script: bool
) -> list[list[tuple[str, bool]]]:
    """Return the words of each command, each with whether it is run; `*` stands for any text.

    `known` are variables and the interpreters that they stand for. In a `script` of another
    language, every word may be run that stands for one file.
    """
    text = spelled(text, dict(known))
    commands = []
    parts = [(part, WORD.findall(part)) for part in _SEGMENT.split(text)]
    marked = [_called(words) for _, words in parts]
    is_open = any(unnamed for _, unnamed in marked)
    for (part, words), (called, _) in zip(parts, marked, strict=True):
        lists = is_open and bool((words[:1] and words[0] in _LISTS) or _SET.match(part))
        if script or lists:
            called = [lists or "*" not in word for word in words]
        commands.append(list(zip(words, called, strict=True)))
    return commands


def spelled(text: str, known: Mapping[str, str]) -> str:
    """Replace the variables of a text by their `known` values, and all others by `*`."""
    text = _DEFAULT.sub(r"\1", _BELOW.sub("", text))
    return _VARIABLE.sub(lambda found: _stands_for(found, known), text)


def fed(text: str) -> Iterator[str]:
    """Yield the words of a text that name files which give a command its arguments."""
    for part in _SUBSTITUTED.findall(text):
        yield from WORD.findall(part)
    for part in _LINE.split(text):
        words = WORD.findall(part)
        if "xargs" in words or {"while", "read"}.issubset(words):
            yield from words
    yield from _FED.findall(text)


def only_looks(command: str) -> bool:
    """Return whether a command looks at files, and has nothing that obeys one."""
    commands = simple_commands(command)
    return commands is not None and all(
        _prints(words) or (words[0] in TABLE.seekers and not any(map(_FOR_EACH.match, words)))
        for words in commands
    )


def only_prints(command: str) -> bool:
    """Return whether a command prints what files hold, and does no more."""
    commands = simple_commands(command) or []
    return bool(commands) and all(map(_prints, commands))


def _prints(words: Sequence[str]) -> bool:
    return words[0] in TABLE.printers and not any(map(_FROM_FILE.match, words))


def starts_scripts(text: str) -> bool:
    """Return whether a text speaks of an interpreter, which may run what it is given."""
    return any(word not in _OF_SHELL and is_interpreter(word) for word in WORD.findall(text))


def _stands_for(variable: re.Match[str], known: Mapping[str, str]) -> str:
    """Return what a variable stands for: its interpreter, nothing before a path, or `*`."""
    name = variable[1] or variable[2] or variable[3]
    value = known.get(name) or (name.lower() if is_interpreter(name.lower()) else "")
    return value + variable[4] if value or variable[4] else "*"


def _called(words: list[str]) -> tuple[list[bool], bool]:
    """Return which words are run, and whether something is run that has no name here."""
    called = [False] * len(words)
    waiting, rest, unnamed, before = "", False, False, ""
    for number, word in enumerate(words):
        if is_interpreter(word) and (word != "." or not number):
            waiting = os.path.basename(word)
            called[number] = rest or not number
        elif word in _CALLERS:
            rest = True
        elif waiting and word in _UNNAMED:
            unnamed = True
        elif waiting and word.startswith("-"):
            waiting = "" if _without_script(waiting).fullmatch(word) else waiting
        elif waiting:
            called[number] = True
            is_value = before.startswith("-") and not {".", "/"} & set(word)
            is_more = before.startswith("--") or before == "-r"
            waiting = waiting if is_value or is_more else ""
        else:
            is_first = not number or before in _STARTS or before.startswith("-")
            is_started = words[0] in _STARTS and "/" in word and (is_first or before.isdigit())
            called[number] = rest or not number or is_started
        before = word
    return called, unnamed or bool(waiting)


def _without_script(interpreter: str) -> re.Pattern[str]:
    if interpreter in SHELLS:
        return _OF_SHELLS
    return _OF_PYTHON if _PYTHON.search(interpreter) else _OF_OTHERS


@lru_cache(maxsize=4096)
def imported(said: str) -> tuple[str, ...]:
    """Return the modules that Python code imports, and names that may be modules, each once."""
    return tuple(dict.fromkeys(_imported(said)))


def _imported(text: str) -> Iterator[str]:
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        for source, names in _IMPORT.findall(text):
            yield from (_dotted(source, name.strip().split(" ")[0]) for name in names.split(","))
            yield source
        return
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (_dotted(node.module or "", alias.name) for alias in node.names)
    yield from LOADED.findall(text)


def _dotted(source: str, name: str) -> str:
    return f"{source}.{name}" if source else name
