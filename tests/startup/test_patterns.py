"""Patterns that are compiled when they are first used do what compiled ones do."""

import copy
import re

import pytest

from readiness.startup import patterns
from readiness.startup.patterns import later


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which patterns were compiled."""
    seen: list[str] = []

    def compile_(pattern: str, flags: int = 0) -> re.Pattern[str]:
        seen.append(pattern)
        return re.compile(pattern, flags)

    monkeypatch.setattr(patterns, "_compile", compile_)
    return seen


def test_it_is_compiled_once_and_not_before_it_is_used(compiled: list[str]) -> None:
    """Whatever is asked of it, and with its flags."""
    pattern = later("(a)b", re.IGNORECASE)
    assert compiled == []
    assert pattern.fullmatch("AB")
    assert pattern.sub(r"\1", "xab") == "xa"
    assert pattern.groups == 1
    assert pattern.search("b") is None
    assert compiled == ["(a)b"]


def test_it_can_be_copied() -> None:
    """Libraries copy what they hold."""
    assert copy.deepcopy(later("a+")).search("baa")[0] == "aa"


def test_a_bad_pattern_is_an_error_when_it_is_used() -> None:
    """The error of `re`."""
    with pytest.raises(re.error, match="unterminated"):
        later("(").search("")
