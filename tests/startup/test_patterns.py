"""Patterns that are compiled when they are first used do what compiled ones do."""

import contextlib
import copy
import re
import subprocess
import sys

import pytest

from readiness.startup import patterns
from readiness.startup.imports import compiled_later, without
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


def test_only_within_the_block_nothing_is_compiled() -> None:
    """Afterwards `re` is what it was, whatever happens within."""
    before = re.compile
    with contextlib.suppress(RuntimeError), compiled_later():
        assert re.compile is later
        raise RuntimeError
    assert re.compile is before


def test_a_module_is_kept_away_only_within_the_block() -> None:
    """It can be imported afterwards; what was there before stays."""
    sys.modules.pop("colorsys", None)
    with without("colorsys"), without("re"):
        import re  # noqa: F401

        with pytest.raises(ImportError):
            import colorsys
    import colorsys  # noqa: F401


def test_the_library_that_was_imported_so_works() -> None:
    """PyYAML in a fresh process: its Python loader uses all its patterns."""
    code = (
        "import readiness.text.yaml_events, yaml\n"
        "text = 'a: [1, 2.5, yes, 2001-12-14, ~, 0x1F, x]\\nb: \"\\u263A\"\\n'\n"
        "assert yaml.load(text, yaml.SafeLoader) == yaml.load(text, yaml.CSafeLoader)\n"
        "print(yaml.safe_load(text)['a'], yaml.safe_dump({'x': 'yes'}))\n"
    )
    said = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert said == "[1, 2.5, True, datetime.date(2001, 12, 14), None, 31, 'x'] x: 'yes'\n\n"
