"""What the shell scripts of a project start and hide, read where a board's command calls them."""

import os
import re
from collections.abc import Mapping, Sequence

import msgspec

from readiness.model.board import Criterion
from readiness.prove.copying import is_installed
from readiness.shell import masks
from readiness.shell.programs import SHELLS, programs
from readiness.text.worded import worded

_SHEBANG = re.compile(r"#!\s*\S*?(?:/env\s+(?:-S\s+)?)?(?:[^\s/]*/)*(\w+)(.*)")
_MAX_SCRIPT = 2**20


class Hiding(msgspec.Struct, frozen=True):
    """What can be read of one criterion's command.

    `started` has the programs that its scripts start, there or not, by the program that runs each;
    `masks` are sentences on what hides failures.
    """

    started: Mapping[str, set[str]] = {}
    masks: Sequence[str] = ()


def read_hiding(criterion: Criterion, workdir: str) -> Hiding:
    """Read the command of a criterion, and the scripts below `workdir` that it calls."""
    check = criterion.check
    if check is None:
        return Hiding()
    doubt = check.doubt
    sentences = [f"{doubt.reason} ({doubt.hint})"] if doubt else []
    started: dict[str, set[str]] = {}
    for words in () if check.name else programs(check.run):
        if script := _script(words, workdir):
            path, text, strict = script
            names = {os.path.basename(inner[0]) for inner in programs(text)}
            started.setdefault(os.path.basename(words[0]), set()).update(names)
            sentences += [
                worded("prove.hides_by", path=path, line=mask.line, text=mask.text)
                for mask in masks(text, errexit=strict, pipefail=False)
                if mask.final or (mask.command and not mask.tested)
            ]
    return Hiding(started, list(dict.fromkeys(sentences)))


def _script(words: Sequence[str], workdir: str) -> tuple[str, str, bool] | None:
    """Return the path and text of a command's shell script, and whether `-e` is on."""
    options: Sequence[str] = ()
    path = words[0] if "/" in words[0] else ""
    if os.path.basename(words[0]) in SHELLS:
        rest = list(words[1:])
        while rest and rest[0].startswith("-"):
            options = [*options, rest.pop(0)]
        path = rest[0] if rest else ""
    folder = os.path.dirname(os.path.dirname(os.path.join(workdir, path)))
    if (
        not path
        or is_installed(folder)
        or any(re.fullmatch(r"-\w*c", option) for option in options)
    ):
        return None
    try:
        with open(os.path.join(workdir, path), encoding="utf-8") as file:
            text = file.read(_MAX_SCRIPT)
    except (OSError, UnicodeDecodeError):
        return None
    shebang = _SHEBANG.match(text)
    by_shell = os.path.basename(words[0]) in SHELLS
    if not by_shell and not (shebang and shebang[1] in SHELLS):
        return None
    given = " ".join([*options, shebang[2] if shebang and path == words[0] else ""])
    return path, text, bool(re.search(r"(?:^|\s)-\w*e", given))
