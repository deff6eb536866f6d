"""Tests of readiness.text.layout."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from readiness.text.layout import (
    bar,
    duration,
    inert,
    points,
    wrap,
)

_TEXT = st.text(st.sampled_from("ab c1足球错误é✓━▲ｱﾊ́（）"), max_size=40)


@given(_TEXT, st.integers(2, 30))
def test_wrapping_loses_nothing_but_spaces(text: str, cells: int) -> None:
    """Every line fits, and all characters are there in their order."""
    lines = wrap(text, cells)
    assert all(cell_len(line) <= cells for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "cells", "lines"),
    [
        ("", 5, [""]),
        ("one two three", 8, ["one two", "three"]),
        ("unbreakable", 4, ["unbr", "eaka", "ble"]),
        ("错误数量减少", 4, ["错误", "数量", "减少"]),
        ("无Union导入", 6, ["无", "Union", "导入"]),
        ("所有迁移，无错误", 8, ["所有迁", "移，无错", "误"]),
        ("结果一（两项）未知", 8, ["结果一", "（两项）", "未知"]),
        ("错误「甲」", 6, ["错误", "「甲」"]),
    ],
)
def test_wrapping_breaks_between_words(text: str, cells: int, lines: list[str]) -> None:
    """Lines break at spaces and between wide characters, within a word only where they must."""
    assert wrap(text, cells) == lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("::error::x", r"\::error::x"),
        ("  ::stop-commands::t", r"  \::stop-commands::t"),
        ("a\n\t::add-mask::x\nb", "a\n\t\\::add-mask::x\nb"),
        ("\u3000::error::x", "\u3000\\::error::x"),
        ("\x1b[1m::error::x", "\x1b[1m\\::error::x"),
        ("see ##[error]x", r"see #\#[error]x"),
        ("##vso[task.complete]", r"#\#vso[task.complete]"),
        ("a::b, ## title, [x]", "a::b, ## title, [x]"),
    ],
)
def test_inert_text_is_no_command(text: str, expected: str) -> None:
    """A CI log finds no command in it; other text stays as it is."""
    assert inert(text) == expected


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 ms"),
        (0.34, "340 ms"),
        (0.9996, "1.0 s"),
        (8.14, "8.1 s"),
        (200.4, "3m 20s"),
        (3600, "60m 00s"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    """A time is as exact as people need it."""
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"), [(2.2222, "2.22"), (10.0, "10.00"), (0.0, "0.00"), (0.00041, "0.00041")]
)
def test_points_are_written_one_way(value: float, text: str) -> None:
    """With two decimals; what is hardly any does not look like none."""
    assert points(value) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "────"), (0.5, "━━──"), (0.999, "━━━─"), (1.0, "━━━━")]
)
def test_only_a_whole_share_fills_the_bar(share: float, text: str) -> None:
    """Almost there does not look like there."""
    assert bar(share, 4) == text
