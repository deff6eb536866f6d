"""The usual command lines of `check` and `score`, read without Typer.

Importing Typer costs more than loading a board and running a probe. What is not plainly right
is left to Typer, and so are help, errors and READINESS_ variables: nothing is reported here.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TEXT = {
    "--board": "board",
    "-b": "board",
    "--project": "project",
    "-C": "project",
    "--profile": "profile",
    "--output-format": "output_format",
    "--history": "history",
    "--base": "base",
    "--milestone": "milestone",
}
SWITCHES = {
    "--fail-fast": "fail_fast",
    "--exit-zero": "exit_zero",
    "--quiet": "quiet",
    "-q": "quiet",
    "--verbose": "verbose",
    "-v": "verbose",
}
OF_COMMAND = {"check": ("--dry-run", "dry_run"), "score": ("--explain", "explain")}
POSITIONAL = {"check": "selectors", "score": "recorded"}


def read(
    arguments: Sequence[str], environ: Mapping[str, str]
) -> tuple[str, dict[str, object]] | None:
    """The command and the fields of its `RunSettings`; None where Typer must have a look."""
    if not arguments or arguments[0] not in POSITIONAL or _has_variables(environ):
        return None
    command, *rest = arguments
    switches = {**SWITCHES, OF_COMMAND[command][0]: OF_COMMAND[command][1]}
    settings: dict[str, object] = {}
    words = []
    waiting = iter(rest)
    for word in waiting:
        if not word.startswith("-"):
            words.append(word)
            continue
        flag, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if flag in switches and not equals:
            settings[switches[flag]] = True
        elif flag in TEXT or flag in ("--jobs", "-j"):
            value = value if equals else next(waiting, "-")
            if value.startswith("-") or not _take(settings, flag, value):
                return None
        else:
            return None
    settings[POSITIONAL[command]] = tuple(words)
    return command, settings


def runs_probes(settings: Mapping[str, object]) -> bool:
    """Whether probes will run with these fields of `RunSettings`."""
    return not (settings.get("dry_run") or settings.get("recorded"))


def _take(settings: dict[str, object], flag: str, value: str) -> bool:
    if flag in TEXT:
        settings[TEXT[flag]] = value
        return True
    if value.isascii() and value.isdecimal() and int(value) > 0:
        settings["jobs"] = int(value)
        return True
    return False


def _has_variables(environ: Mapping[str, str]) -> bool:
    return any(name.startswith("READINESS_") for name in environ)
