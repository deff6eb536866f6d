"""Find a command in the script of a step, and what is not known to leave it alone."""

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from readiness.shell.plain import BUILTINS
from readiness.shell.programs import simple_commands

EXPRESSION = re.compile(r"\$\{\{((?:(?!\}\}).)*)\}\}", re.DOTALL)
_PLAIN_VALUE = re.compile(
    r"\s*(?:matrix\.[\w.-]+|runner\.\w+|github\.(?:sha|workspace|run_id|run_number|repository))\s*"
)
"""Expressions whose values mean nothing to a shell, those of a plain matrix included."""
_OF_SHELL = re.compile(r"[;|&$`<>]")
_SPOILING = re.compile(
    r"\w*PATH|\w*SHELL\w*|BASH.*|ENV|IFS|\w*MAKEFLAGS|MFLAGS|MAKE|MAKEFILES|LD_\w+|DYLD_\w+"
    r"|PYTHON(?:HOME|STARTUP|OPTIMIZE|USERBASE)|\w*OPTS|\w*OPTIONS|\w*_ARGS|PYTEST_PLUGINS"
    r"|GIT_\w+|TOXENV|TOX_(?:OVERRIDES?|SKIP_ENV)|NOX\w*|SKIP",
    re.IGNORECASE,
)
_RUNNERS = ("uv", "poetry", "pdm", "pipenv", "rye", "hatch")
_WRAPPER = (
    rf"(?:(?:{'|'.join(_RUNNERS)}) run"
    r"(?: --(?:frozen|locked|no-sync|isolated|all-extras|all-groups|no-dev)(?= )"
    r"| --(?:group|extra|python|only-group)[= ][\w.,%-]+)* |sudo )?"
    r"(?:python[\d.]* -m |coverage run -m )?"
)
"""What stands before a command and runs just that."""
_HIDES = re.compile(r"[^|&;\n]*\|\|\s*(?:true|:|exit 0|echo\b.*)\s*$")

_ASSIGNED = r"(?:\w+=[\w./:@%+,=-]* )*"
_COMMENT = re.compile(r"(?:^|\s)#.*")
_OPEN = re.compile(r"[|&!][\s!]*$")
"""A line that ends so goes on in the next."""
_HARMLESS = frozenset(
    """
    [ : cat date df echo false free id ls mkdir pwd sleep test true type uname which
    apk apt apt-get brew bundle cargo choco conda dnf docker gem go hatch npm pdm pip pip3 pipenv
    pipx pnpm poetry rustup rye uv uvx venv yarn
    bandit black build codecov coverage flake8 isort make mkdocs mypy nox pip-audit pre-commit
    pylint pyright pytest ruff sphinx-build tox twine
    """.split()  # noqa: SIM905 - as readable as the list is long
)
"""Programs that tell something, install something, or examine the project."""
_CHANGES_SHELL = frozenset((".", "source", "eval", "exec"))
_GIT = frozenset(("--version", "config", "describe", "diff", "fetch", "log", "rev-parse", "status"))
_BEYOND_SHELL = re.compile(
    r"GITHUB_(?:ENV|PATH)|::(?:add-path|set-env)|<<|\(\s*\)|\bfunction\s|\bexec\s"
    r"|(?<![=>-])>(?![&=])>?+\s*+(?!/dev/|\"?\$\{?GITHUB_(?:OUTPUT|STEP_SUMMARY)\b)\S+"
)
"""What lasts beyond a command: variables for later steps, functions, and files written to."""
_STRICT = re.compile(r"set -[eux]+(?:o pipefail)?")
_NAMES = re.compile(r"(?<![\w-])(\w+)(?::?\+?=|\s+in\b)")
"""The names of what is assigned, loops included."""


class Occurrence(NamedTuple):
    """A command in a script: its line, and what is in its way, if anything is.

    `is_moot` says that this plainly hides its failures.
    """

    line: int
    reason: str
    is_moot: bool = False


def spoils(name: str) -> bool:
    """Return whether a variable of this name can change what a command runs."""
    return bool(_SPOILING.fullmatch(name))


def unknown_value(script: str, matrix: object) -> str:
    """Return an expression whose value may mean something to a shell, or ""."""
    for expression in EXPRESSION.finditer(script):
        of_matrix = expression[1].strip().startswith("matrix.") and _OF_SHELL.search(str(matrix))
        if of_matrix or not _PLAIN_VALUE.fullmatch(expression[1]):
            return expression[0]
    return ""


def _inert(text: str) -> str:
    """Replace expressions by words that a shell leaves alone, and join continued lines."""
    text = EXPRESSION.sub(lambda found: "%" + re.sub(r"[^a-zA-Z0-9.]+", "_", found[1]) + "%", text)
    return text.replace("\\\n", "  ")


def occurrences(script: str, command: str) -> Iterator[Occurrence]:
    """Find a command in the lines of a script."""
    script, command = _inert(script), _inert(command)
    words = r"\s+".join(map(re.escape, command.split()))
    mention = re.compile(rf"(?<![\w.-]){words}(?![\w.-])")
    targets = r"(?: -j\d*| [\w.]+)*" if command.startswith("make ") else ""
    plain = re.compile(rf"({_ASSIGNED}){_WRAPPER}{words}{targets}")
    lines = [" ".join(_COMMENT.sub("", line).split()) for line in script.rstrip().splitlines()]
    for number, line in enumerate(lines):
        place = mention.search(line)
        if not place:
            continue
        # Only the last chain of a script fails where a part before the last fails.
        parts = line.split(" && ") if line is lines[-1] else [line]
        own = next(filter(None, map(plain.fullmatch, parts)), None)
        goes_on = simple_commands(script) is None or _OPEN.search("\n".join(lines[:number]))
        if _HIDES.match(line, place.end()):
            yield Occurrence(number, f"{line} hides a failure", is_moot=True)
        elif not own or goes_on or _OF_SHELL.search(command) or _spoiled(own[1]):
            yield Occurrence(number, f"{line} is more than the command")
        else:
            before = [*lines[:number], *parts[: parts.index(own[0])]]
            effect = unknown_effect("\n".join(before), same_shell=True)
            yield Occurrence(number, f"{effect} goes before it" if effect else "")


def _spoiled(script: str) -> str:
    """Return what of a script is assigned and can change what a command runs, or ""."""
    return next((f"{name}=" for name in _NAMES.findall(script) if spoils(name)), "")


def unknown_effect(script: str, *, same_shell: bool) -> str:
    """Return what of a script is not known to leave the project alone, and what is run after it.

    In the same shell, it has to leave that alone too.
    """
    script = _inert(script)
    commands = simple_commands(script)
    if commands is None:
        return script.strip().partition("\n")[0]
    if found := _BEYOND_SHELL.search(script):
        return found[0].strip()
    allowed = _HARMLESS if same_shell else _HARMLESS | (BUILTINS - _CHANGES_SHELL)
    for words in map(" ".join, commands):
        if not _is_harmless(re.sub(f"^{_WRAPPER}", "", words).split(), allowed):
            return words
    return _spoiled(script) if same_shell else ""


def _is_harmless(words: list[str], allowed: frozenset[str]) -> bool:
    """Return whether a simple command is one of the allowed programs, started as itself."""
    first, second = (*words, "", "")[:2]
    name = os.path.basename(first)
    if name == "git":
        return second in _GIT
    if name.startswith("python"):
        return second in ("--version", "-V")
    if _STRICT.fullmatch(" ".join(words)):
        return True
    return name in allowed and not (name in _RUNNERS and second == "run")
