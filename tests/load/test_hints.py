"""What faults about commands tell people to write: it is YAML, and it helps."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness.load import load_board
from readiness.load.readers import EXIT_IS_ZERO, passing
from readiness.model import expect
from readiness.model.errors import BoardError

Hints = Callable[[dict[str, Any]], list[str]]


@pytest.fixture
def hints(tmp_path: Path) -> Hints:
    """Load a board of one criterion; return the hints of its faults."""

    def load(criterion: dict[str, Any]) -> list[str]:
        board = {"version": 1, "tasks": [{"id": "T1", "criteria": [criterion]}]}
        path = tmp_path / "board.yaml"
        path.write_text(yaml.safe_dump(board))
        try:
            load_board(str(path), profile=None, environ={})
        except BoardError as refused:
            return [fault.hint for fault in refused.faults]
        return []

    return load


def lines(hint: str) -> dict[str, Any]:
    """The lines of YAML that a hint shows."""
    shown: dict[str, Any] = {}
    for line in re.findall(r"`((?:run|exit|expect|proof|read): [^`]*)`", hint):
        shown |= yaml.safe_load(line)
    return shown


FAULTY = [
    {"run": "exit 7", "expect": "< 124"},
    {"run": "exit 7", "expect": "between 0 and 123"},
    {"run": "sh gate.sh", "exit": {"ok": [3]}, "expect": "== 3"},
    {"run": "sh gate.sh", "exit": {"ok": [0]}, "expect": "== 0"},
    {"run": "sh gate.sh", "exit": {"ok": [0, 1]}, "expect": "!= 5"},
]


@pytest.mark.parametrize("criterion", FAULTY, ids=lambda one: one["run"])
def test_what_a_hint_tells_to_write_helps(hints: Hints, criterion: dict[str, Any]) -> None:
    """It shows the lines to write; with them the board has no fault."""
    (hint,) = hints(criterion)
    told = lines(hint)
    assert told, hint
    assert hints(criterion | told) == []


def test_what_is_expected_of_a_status_by_itself_is_in_the_grammar_too() -> None:
    """It is written out where every run needs it, and means what a board would say so."""
    assert expect.parse("== 0") == EXIT_IS_ZERO
    assert passing("== 0") == passing("<= 0") == {0}
