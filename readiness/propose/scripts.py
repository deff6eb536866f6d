"""The shell scripts of a project, as lines of commands; what they set themselves is filled in."""

import os
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from readiness.propose.effects import unwrapped
from readiness.shell.programs import SHELLS

_SHEBANG: Final = re.compile(r"#!\s*\S*/(?:env\s+(?:-S\s*)?)?(?:\S*/)?(?:ba|da|z|k|a)?sh\b")
_SET: Final = re.compile(
    r"\s*(?:export\s+|readonly\s+|local\s+)*([A-Za-z_]\w*)=(\"[^\"$`]*\"|'[^']*'|[^\s\"'$`;&|]*)\s*(?:#.*)?"
)
_USED: Final = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def script_of(words: Sequence[str], files: Collection[str], folder: str = "") -> str:
    """Return the file of the project that a command in `folder` runs as a program; "" if none."""
    for place, word in enumerate(words[:8]):
        path = os.path.normpath(os.path.join(folder, word))
        if path in files and _only_leads_up(words[:place]):
            return path
    return ""


def _only_leads_up(words: Sequence[str]) -> bool:
    before = list(words)
    while before and before[-1].startswith("-"):
        before.pop()
    if before and os.path.basename(before[-1]) in SHELLS:
        before.pop()
    else:
        before = list(words)
    return unwrapped((*before, "x")) == ("x",)


def is_shell_script(path: str, text: str) -> bool:
    """Whether a file is one, by its name or by its first line."""
    return path.endswith((".sh", ".bash")) or bool(_SHEBANG.match(text))


def script_lines(text: str) -> Iterator[tuple[int, str]]:
    """Return the lines of a script that are no comments, each with its number.

    Of several texts that a variable is set to, the shortest counts: what a branch sets to nothing
    is usually what CI runs.
    """
    lines = [
        (number, line.strip())
        for number, line in logical_lines(text)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    known: dict[str, str] = {}
    for _, line in lines:
        if (found := _SET.fullmatch(line)) and len(value := found[2].strip("\"'")) <= len(
            known.get(found[1], value)
        ):
            known[found[1]] = value

    def filled(found: re.Match[str]) -> str:
        return known.get(found[1] or found[2], found[0])

    return ((number, _USED.sub(filled, line)) for number, line in lines)


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with what continues them, each with the number of its first."""
    start, held = 1, ""
    for number, line in enumerate(text.splitlines(), 1):
        if not held:
            start = number
        if line.endswith("\\"):
            held += f"{line[:-1].rstrip() if held else line[:-1]} "
            continue
        yield start, held + (line.lstrip() if held else line)
        held = ""
