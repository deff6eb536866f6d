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


def is_within(told: str, limits: str) -> bool:
    """Whether the first version in what a tool told is within a range.

    Where no version can be read, or no range is given, nothing speaks against it.
    """
    version = re.search(r"\d+(?:\.\d+)+", told)
    if version is None or not limits:
        return True
    return all(
        _COMPARE[sign](*_alike(version[0], limit))
        for sign, limit in re.findall(r"([<>=]+)([\d.]+)", limits)
    )


def _alike(version: str, limit: str) -> tuple[list[int], list[int]]:
    """Both as numbers, as many of each."""
    both = [[int(part) for part in text.split(".")] for text in (version, limit)]
    length = max(map(len, both))
    first, second = (part + [0] * (length - len(part)) for part in both)
    return first, second
