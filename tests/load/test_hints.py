"""What faults of commands and expectations tell people to write: it is YAML, and it helps."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness.load import load_board, load_with_masks
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
    {"run": "! grep -rn TODO srcc"},
    {"run": "! nosuch_tool src"},
    {"run": "! git grep -n 'FIXME: now'"},
    {"run": "! nosuch_tool src | grep -q error"},
    {"run": "if grep -rn TODO srcc; then exit 1; fi"},
    {"run": 'test -z "$(git status --porcelain)"'},
    {"run": "[ -z \"$(nosuch_tool 'a b')\" ]"},
    {"run": "nosuch_tool src && exit 1 || exit 0"},
    {"run": "diff <(nosuch_tool a) <(nosuch_tool b)"},
    {"run": "for f in $(git ls-files); do cat $f; done"},
    {"run": "mypy src || true"},
    {"run": "mypy src || echo bad"},
    {"run": "command -v mypy || exit 0; mypy"},
    {"run": "cd src && ! grep -q x y"},
    {"run": "grep -rn TODO srcc", "expect": "!= 0"},
    {"run": "exit 7", "expect": "< 124"},
    {"run": "exit 7", "expect": "<= 255"},
    {"run": "exit 7", "expect": "between 0 and 123"},
    {"run": "exit 7", "expect": "!= 200"},
    {"run": "sh gate.sh", "exit": {"ok": [3]}, "expect": "== 3"},
    {"run": "sh gate.sh", "exit": {"ok": [0]}, "expect": "== 0"},
    {"run": "sh gate.sh", "exit": {"ok": [0, 1]}, "expect": "!= 5"},
]


@pytest.mark.parametrize("criterion", FAULTY, ids=lambda one: one["run"])
def test_what_a_hint_tells_to_write_helps(hints: Hints, criterion: dict[str, Any]) -> None:
    """A fault shows the lines to write; with them the board has no fault."""
    (hint,) = hints(criterion)
    told = lines(hint)
    assert told, hint
    assert hints(criterion | told) == []


@pytest.mark.parametrize(
    "criterion",
    [
        {"run": "grep -rn TODO src", "exit": {"ok": [0, 1]}, "expect": "== 1"},
        {"run": "grep -rn TODO src", "expect": "== 1"},
        {"run": "pylint src", "expect": "< 32"},
        {"run": "sh gate.sh", "exit": {"ok": [0]}},
        {"run": "sh gate.sh", "exit": {"ok": [0, 3]}, "expect": "== 3"},
        {"run": "sh gate.sh", "expect": "!= 5", "exit": {"ok": [0, 5]}},
        {"run": "sh gate.sh", "expect": "between 0 and 3"},
        {"run": "cat x", "read": {"as": "exit"}, "exit": {"ok": [0, 1]}, "expect": "<= 0"},
        {"run": "x || true", "exit": {"ok": [0, 1]}},
        {"run": "! x", "proof": {"as": "text", "regex": "done"}},
    ],
    ids=lambda one: one["run"],
)
def test_what_can_be_missed_is_no_fault(hints: Hints, criterion: dict[str, Any]) -> None:
    """An expectation that one of the allowed statuses misses, and named statuses, are accepted."""
    assert hints(criterion) == []


READ = {"read": {"as": "text", "regex": r"\d+"}, "expect": "<= 5"}


@pytest.mark.parametrize(
    ("criterion", "told"),
    [
        ({"run": "grep -c TODO a || true", **READ}, ["|| true"]),
        (
            {"run": "n=0; for f in a b; do mypy $f || n=$((n+1)); done; echo n=$n", **READ},
            ["|| n="],
        ),
        ({"run": "if mypy; then s=0; else s=$?; fi; echo $s", **READ}, ["`if`"]),
        ({"run": "test -f X && echo 1 || echo 0", **READ}, ["|| echo 0"]),
        ({"run": "mypy || true", "exit": {"ok": [0, 1]}}, ["|| true"]),
        ({"run": "mypy src"}, []),
    ],
)
def test_what_is_read_is_told_to_those_who_prove(
    tmp_path: Path, criterion: dict[str, Any], told: list[str]
) -> None:
    """A command with a `read`, or with named statuses, loads; its masks are told beside it."""
    path = tmp_path / "board.yaml"
    path.write_text(yaml.safe_dump({"tasks": [{"id": "T1", "criteria": [criterion]}]}))
    loaded = load_with_masks(str(path), profile=None, environ={})
    assert loaded.masks == []
    said = [f"{fault.message}; {fault.hint}" for fault in loaded.told]
    assert len(said) == len(told)
    assert all(part in each for part, each in zip(told, said, strict=True))


@pytest.mark.parametrize(
    ("run", "expect", "needed"),
    [
        ("lint . 2>/dev/null | grep -c error || true", "<= 5", ("lint",)),
        ("lint . | wc -l || true", "== 0", ("lint",)),
        ("lint . | grep -c error || true", ">= 1", ()),
        ("lint . | grep -c error", "<= 5", ()),
        ("grep -c TODO a || true", "<= 5", ()),
        ("command -v lint && echo 1 || echo 0", "== 1", ()),
        ("if lint; then s=0; else s=$?; fi; echo $s || true", "<= 5", ()),
    ],
)
def test_a_tool_without_which_a_command_would_pass_is_needed(
    tmp_path: Path, run: str, expect: str, needed: tuple[str, ...]
) -> None:
    """Where its absence prints what passes, it has to be there; where it shows, not."""
    criterion = {"run": run, "read": {"as": "text", "regex": r"\d+"}, "expect": expect}
    path = tmp_path / "board.yaml"
    path.write_text(yaml.safe_dump({"tasks": [{"id": "T1", "criteria": [criterion]}]}))
    (loaded,) = load_board(str(path), profile=None, environ={}).criteria()
    assert loaded.check is not None
    assert loaded.check.tools == needed


def test_what_is_expected_of_a_status_by_itself_is_in_the_grammar_too() -> None:
    """It is written out where every run needs it, and means what a board would say so."""
    assert expect.parse("== 0") == EXIT_IS_ZERO
    assert passing("== 0") == passing("<= 0") == {0}
