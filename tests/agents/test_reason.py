"""A reason is short, and has first what helps first."""

import pytest

from readiness.agents.reason import LONGEST, TOKENS, Objection, fits, reason, tokens
from readiness.agents.transcript import SIGNATURE


def complaint(number: int, lines: int = 3, width: int = 60) -> Objection:
    """One of many."""
    return Objection(
        what=f"T{number} {'w' * width}", lines=[f"{number}-{n}" + "-" * width for n in range(lines)]
    )


def test_all_of_it_where_there_is_room() -> None:
    """Signed, in order, each with its lines; no word on more."""
    text = reason("not done.", [complaint(1, 2, 1), complaint(2, 1, 1)], "Repair it.", "More: x")
    assert text == f"{SIGNATURE}not done.\n- T1 w\n  1-0-\n  1-1-\n- T2 w\n  2-0-\nRepair it."


@pytest.mark.parametrize("count", [1, 5, 12, 13, 40, 2000])
@pytest.mark.parametrize("character", ["x", "是", "\U0001f600"])
def test_no_reason_is_too_long(count: int, character: str) -> None:
    """However much there is to say, and in whatever script; the way to the rest is told."""
    objections = [
        Objection(what=f"T{number} {character * 80}", lines=[character * 160] * 3)
        for number in range(count)
    ]
    text = reason("not done.", objections, "Repair it.", "More: here")
    assert len(text) <= LONGEST
    assert tokens(text) <= TOKENS
    assert text.startswith(f"{SIGNATURE}not done.\n- T0 ")
    assert text.endswith("Repair it.")
    assert ("More: here" in text) == (f"T{count - 1} " not in text)


def test_every_complaint_is_named_before_one_is_told_of_at_length() -> None:
    """Their lines come after, the first one's first."""
    text = reason("no.", [complaint(number, 3, 80) for number in range(10)], "end", "more")
    assert all(f"T{number} " in text for number in range(10))
    assert "0-0" in text
    assert "9-2" not in text


def test_one_that_is_too_long_itself_is_cut() -> None:
    """Nothing breaks."""
    assert fits(reason("no.", [Objection(what="x" * 5000)], "end", "more"))


@pytest.mark.parametrize(("text", "wanted"), [("", 0), ("abc", 1), ("abcd", 2), ("是的", 2)])
def test_tokens_are_counted_generously(text: str, wanted: int) -> None:
    """Three ASCII characters, or one other."""
    assert tokens(text) == wanted
