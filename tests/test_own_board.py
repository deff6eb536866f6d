"""The board of this project's own release, and how CI asks it."""

from pathlib import Path

from readiness.load import load_board
from readiness.model.board import Board

ROOT = Path(__file__).parents[1]
PATH = ROOT / "examples" / "readiness" / "board.yaml"


def board(profile: str) -> Board:
    """The board for one profile."""
    return load_board(str(PATH), profile=profile, environ={})


def ids(profile: str) -> set[str]:
    """What is in scope there."""
    return {
        each.id
        for each in board(profile).criteria()
        if not each.profiles or profile in each.profiles
    }


def test_what_ci_holds_has_a_baseline() -> None:
    """Without one, a first run in a clean clone would hold whatever it found."""
    held = [each for each in board("ci").criteria() if each.id in ids("ci")]
    assert [each.id for each in held if each.baseline is None] == []
    assert len(held) >= 8


def test_a_release_asks_for_all_of_it() -> None:
    """And more than CI does."""
    assert ids("ci") < ids("release") == {each.id for each in board("release").criteria()}


def test_ci_asks_it() -> None:
    """The gate is run where changes land, and its status counts."""
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "set -euo pipefail" in script
    assert '--board examples/readiness/board.yaml --hold-line --history ""\n' in script
