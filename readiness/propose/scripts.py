"""The shell scripts of a project that commands run."""

import os
import re
from collections.abc import Collection, Sequence
from typing import Final

from readiness.propose.effects import unwrapped
from readiness.shell.programs import SHELLS

_SHEBANG: Final = re.compile(r"#!\s*\S*/(?:env\s+(?:-S\s*)?)?(?:\S*/)?(?:ba|da|z|k|a)?sh\b")


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
    """Return whether a file is one, by its name or by its first line."""
    return path.endswith((".sh", ".bash")) or bool(_SHEBANG.match(text))
