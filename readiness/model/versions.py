"""Versions of tools, and the ranges of them that checks are tried with, such as `>=0.7,<0.18`."""

import operator
import re
from collections.abc import Callable
from typing import Final

_COMPARE: Final[dict[str, Callable[[list[int], list[int]], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}


def is_within(output: str, limits: str) -> bool:
    """Return whether the first version in `told`, a tool's output, is within a range.

    It is if no version can be read, or if no range is given.
    """
    version = re.search(r"\d+(?:\.\d+)+", output)
    if version is None or not limits:
        return True
    return all(
        _COMPARE[sign](*_alike(version[0], limit))
        for sign, limit in re.findall(r"([<>=]+)([\d.]+)", limits)
    )


def _alike(version: str, limit: str) -> tuple[list[int], list[int]]:
    """Return both versions as numbers, of equal length."""
    both = [[int(part) for part in text.split(".")] for text in (version, limit)]
    length = max(map(len, both))
    first, second = (part + [0] * (length - len(part)) for part in both)
    return first, second
