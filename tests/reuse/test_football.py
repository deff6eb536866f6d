"""The football board again, with nothing changed: what is reused, and that it says the same."""

from pathlib import Path

import pytest

from readiness.model.units import TIMES
from readiness.record.document import RunDocument
from tests.support.football import BOARD, TOOLS, Football, check

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not TOOLS.is_dir(), reason="the example's tools are not installed"),
]

READERS = {"importable", "lock", "mypy", "mypy-below", "ruff", "ruff-format"}
"""Checks whose inputs are all that they depend on."""

LIMIT = 'expect: "< 60 s"'
"""The one expectation, in the profile local, of how long something takes."""


def asked(document: RunDocument) -> dict[str, tuple[object, ...]]:
    """What a run says of each criterion, but for how long something took."""
    return {
        one.id: (one.verdict, None if one.unit in TIMES else one.value, one.points)
        for one in document.criteria()
    }


def reused(document: RunDocument) -> set[str]:
    """The checks of which every probe was reused."""
    run = {one.check or "" for one in document.probes if not one.reused}
    return {one.check or "" for one in document.probes} - run


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        pytest.param(("lock", "ruff", "ruff-format"), {"lock", "ruff", "ruff-format"}, id="quick"),
        # Tests and coverage run again: checks that break the code read what that run leaves.
        pytest.param((), {*READERS, "alembic-upgrade"}, id="all", marks=pytest.mark.proof),
    ],
)
def test_the_football_board_again_is_the_same(
    tmp_path: Path, checks: tuple[str, ...], expected: set[str]
) -> None:
    """A plain run, one that keeps its results and one that reuses them say the same."""
    board = tmp_path / BOARD.name
    text = BOARD.read_text("utf-8")
    assert text.count(LIMIT) == 1
    board.write_text(text.replace(LIMIT, 'expect: "< 9999 s"'), "utf-8")
    (tmp_path / "checks").symlink_to(BOARD.parent / "checks")
    project = Football(tmp_path / "football").folder
    history = str(tmp_path / "history.db")
    words = [f"check:{each}" for each in checks]
    plain, keeping, again = (
        check(project, "--timeout=25m", *words, *more, board=board, history=history).document
        for more in ([], ["--reuse"], ["--reuse"])
    )
    assert reused(plain) == reused(keeping) == set()
    assert reused(again) == expected
    assert asked(again) == asked(keeping) == asked(plain)
    assert again.score == keeping.score == plain.score
    assert again.gate.decision == plain.gate.decision
