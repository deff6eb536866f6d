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
def any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return what matches all paths that one of the patterns means, as `covers` has it."""
    each = "|".join(_translated(os.path.normpath(pattern)) for pattern in patterns)
    return re.compile(f"(?:{each})(?:/.*)?" if patterns else "(?!)", re.DOTALL)


@cache
def _compiled(rest: str) -> re.Pattern[str]:
    return re.compile(_translated(rest), re.DOTALL)


def _translated(pattern: str) -> str:
    return "".join(map(_piece, _PIECES.findall(pattern)))


_PIECES = later(r"\*\*/?|\*|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)
_WILDCARDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _piece(text: str) -> str:
    if text[0] == "[" and len(text) > 1:
        inside = text[1:-1].replace("\\", "\\\\").replace("[", "\\[")
        return f"[^{inside[1:]}]" if inside[0] == "!" else f"[{inside}]"
    return _WILDCARDS.get(text) or re.escape(text)
