"""Patterns of paths, as in `src/**/*.py`."""

import os
import re
from functools import cache

from readiness.startup.patterns import later


def covers(pattern: str, path: str) -> bool:
    """Return whether a pattern means a path: by its wildcards, or as a folder above it."""
    whole = os.path.normpath(pattern)
    return whole in (".", path) or path.startswith(f"{whole}/") or matches(whole, path)


def matches(rest: str, path: str) -> bool:
    """Return whether a path fits a pattern without a base; `**` stands for any folders."""
    return _compiled(rest).fullmatch(path) is not None


@cache
def _compiled(rest: str) -> re.Pattern[str]:
    return re.compile("".join(map(_piece, _PIECES.findall(rest))), re.DOTALL)


_PIECES = later(r"\*\*/?|\*|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)
_WILDCARDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _piece(text: str) -> str:
    if text[0] == "[" and len(text) > 1:
        inside = text[1:-1].replace("\\", "\\\\").replace("[", "\\[")
        return f"[^{inside[1:]}]" if inside[0] == "!" else f"[{inside}]"
    return _WILDCARDS.get(text) or re.escape(text)
