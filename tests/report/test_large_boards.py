"""A board of many criteria: what failed is found first, and what is not shown is counted."""

import re

import msgspec
import pytest

from readiness.model.words import Decision, Verdict
from readiness.record.document import RunDocument
from readiness.report import Context, render
from tests.support.documents import a_criterion, a_document, a_task

_LOOKS = [Context(), Context(width=100, terminal=True)]


def _board(passing: int, *others: Verdict) -> RunDocument:
    verdicts = [*[Verdict.PASS] * passing, *others]
    criteria = [
        a_criterion(f"T1.{number}", verdict, reason=f"reason {number}")
        for number, verdict in enumerate(verdicts)
    ]
    tasks = [a_task("T1", *criteria[:passing]), a_task("T2", *criteria[passing:])]
    return a_document(tasks=tasks, probes=[], findings=[], loosened=[])


def _rows(text: str) -> list[str]:
    return re.findall(r"^  (T1\.\d+)  .*%$", text, re.MULTILINE)


@pytest.mark.parametrize("look", _LOOKS)
def test_from_two_hundred_on_only_what_is_not_good_has_a_row(look: Context) -> None:
    """Below that each has one; how many are left out is told, and how to see them."""
    others = (Verdict.FAIL, Verdict.WARN)
    small = render("table", _board(197, Verdict.WARN, Verdict.WARN), look)
    assert len(_rows(small)) == 199
    assert "all of them: -v" not in small

    large = render("table", _board(198, *others), look)
    assert _rows(large) == ["T1.198", "T1.199"]
    assert "all of them: -v" in large
    assert "Task T1 " not in large


def test_verbose_shows_all_of_a_large_board() -> None:
    """Whoever asks for all gets all."""
    text = render("table", _board(198, Verdict.FAIL, Verdict.FAIL), Context(verbose=True))
    assert len(_rows(text)) == 200
    assert "all of them" not in text


@pytest.mark.parametrize("look", _LOOKS)
def test_what_is_waived_or_in_doubt_has_a_row(look: Context) -> None:
    """The score and the decision are the same as where all are shown."""
    board = _board(200, Verdict.FAIL, Verdict.ERROR, Verdict.WAIVED, Verdict.WARN, Verdict.SKIP)
    text = render("table", board, look)
    assert _rows(text) == ["T1.200", "T1.201", "T1.202", "T1.203"]
    assert "all of them: -v" in text
    whole = render("table", board, Context(verbose=True))
    assert text.splitlines()[-1] == whole.splitlines()[-1]


def test_of_hundreds_of_failures_the_first_are_told_in_full() -> None:
    """Those that block come first; how many more there are is told, and --verbose has all."""
    board = _board(0, *[Verdict.FAIL] * 300)
    assert render("table", board, Context()).count("\n✗ fail  T1.") == 12
    assert "and 288 more in the table above" in render("table", board, Context())
    assert render("table", board, Context()).count("\n  T1.") == 200
    assert "\nand 100 more criteria (-v for all)\n" in render("table", board, Context())
    assert render("table", board, Context(verbose=True)).count("\n✗ fail  T1.") == 300


@pytest.mark.parametrize(
    ("verdicts", "answer"),
    [
        ([Verdict.PASS, Verdict.WAIVED], "✓ T1: good (2 of 2 criteria)"),
        ([Verdict.PASS, Verdict.FAIL], "✗ T1: not good (1 of 2 criteria)"),
        ([Verdict.PASS, Verdict.ERROR], "? T1: not good (1 of 2 criteria)"),
        ([Verdict.ERROR, Verdict.FAIL], "✗ T1: not good (0 of 2 criteria)"),
        ([Verdict.PASS, Verdict.SKIP], "✓ T1.0: good (1 of 1 criteria)"),
        ([Verdict.SKIP, Verdict.SKIP], "- Nothing was selected"),
    ],
)
@pytest.mark.parametrize("quiet", [True, False])
def test_of_a_part_it_is_told_whether_it_is_good(
    verdicts: list[Verdict], answer: str, quiet: bool
) -> None:
    """Whoever asks for a task gets an answer on that task, before what it means for the release."""
    board = _board(0)
    criteria = [a_criterion(f"T1.{number}", verdict) for number, verdict in enumerate(verdicts)]
    gate = msgspec.structs.replace(board.gate, decision=Decision.PARTIAL)
    board = msgspec.structs.replace(board, tasks=[a_task("T1", *criteria)], gate=gate, partial=True)
    lines = render("table", board, Context(quiet=quiet)).splitlines()
    assert lines[-2] == answer
    assert lines[-1].startswith("~ PARTIAL")
