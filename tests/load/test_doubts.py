"""Commands of a board's own: each loads, and what may hide its tool's failure passes in doubt."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness.decide.judge import judge
from readiness.load import load_board
from readiness.model.board import Criterion
from readiness.model.judgement import Measurement, Reading
from readiness.model.words import Verdict
from readiness.text.languages import Language
from readiness.text.sentences import sentences
from readiness.text.worded import in_language

Load = Callable[[dict[str, Any]], Criterion]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a board of one criterion, and return it."""

    def criterion(fields: dict[str, Any]) -> Criterion:
        board = {"version": 1, "tasks": [{"id": "T1", "criteria": [fields]}]}
        path = tmp_path / "board.yaml"
        path.write_text(yaml.safe_dump(board))
        (loaded,) = load_board(str(path), profile=None, environ={}).criteria()
        return loaded

    return criterion


NUMBER = {"read": {"as": "text", "regex": r"\d+"}, "expect": "== 0"}

DOUBTED = [
    (
        "! grep -rn TODO src",
        "this command passes when `grep -rn TODO src` fails",
        'write `run: grep -rn TODO src` and `exit: {ok: [0, 1]}` and `expect: "== 1"`',
    ),
    (
        'test -z "$(git status --porcelain)"',
        "passes when `git status --porcelain` fails",
        'write `run: "out=$(git status --porcelain); test -z \\"$out\\""`',
    ),
    ("cd a && ! lint src", "passes when", "proof: "),
    ("pytest || true", "passes when `pytest` fails", "remove `|| true`, which hides the failure"),
    ("pytest || echo bad", "passes when `pytest` fails", "remove `|| echo bad`"),
    ("set +e; pytest; echo done", "passes when `pytest` fails", "remove `set +e`"),
    ("trap 'exit 0' EXIT; pytest", "this command can never fail", "remove `trap 'exit 0' EXIT`"),
    ("true", "this command can never fail", "name the command to run"),
    ("echo ok", "this command can never fail", "name the command to run"),
    ("exit 0", "this command can never fail", "name the command to run"),
]
"""Commands, why each may pass although its tool fails, and what to write instead."""


@pytest.mark.parametrize(("command", "reason", "hint"), DOUBTED, ids=lambda text: str(text)[:40])
def test_a_command_that_hides_a_failure_loads_with_a_doubt(
    load: Load, command: str, reason: str, hint: str
) -> None:
    """It is never refused; what hides the failure is told, and what to write instead."""
    check = load({"run": command}).check
    assert check is not None
    assert check.doubt is not None
    assert reason in check.doubt.reason
    assert hint in check.doubt.hint


def test_a_count_of_what_a_missing_tool_printed_is_doubted(load: Load) -> None:
    """0 problems are what was expected; with another expectation, nothing is doubted."""
    counting = NUMBER | {"run": "mypy src 2>&1 | grep -c error || true"}
    check = load(counting).check
    assert check is not None
    assert check.doubt is not None
    assert "passes when `mypy src 2>&1` fails" in check.doubt.reason
    assert "`exit: {ok: [0, 1]}`" in check.doubt.hint
    assert check.tools == ("mypy",)
    other = load(counting | {"expect": ">= 1"}).check
    assert other is not None
    assert (other.doubt, other.tools) == (None, ())


@pytest.mark.parametrize(
    "fields",
    [
        {"run": "mypy || true", "proof": {"as": "text", "regex": "Found"}},
        {"run": "mypy | grep -c x || :", "proof": {"as": "text", "regex": "F"}, **NUMBER},
        {"run": "grep -rn TODO src", "exit": {"ok": [0, 1]}, "expect": "== 1"},
        {"run": "grep -rn TODO src", "expect": "== 1"},
        {"run": "pylint src", "expect": "< 32", "exit": {"ok": [0, 4, 32]}},
        {"run": "rm -f x || true; mypy src"},
        {"run": "mypy src || exit 1"},
        {"run": "mypy src; true"},
    ],
    ids=lambda fields: str(fields["run"]),
)
def test_what_proves_its_work_or_can_fail_is_not_doubted(
    load: Load, fields: dict[str, Any]
) -> None:
    """A proof, or statuses that say what a tool found, may be written as one likes."""
    check = load(fields).check
    assert check is not None
    assert check.doubt is None


def test_a_doubt_makes_a_warning_of_a_pass(load: Load) -> None:
    """It is good, with the reason and the remedy, in both languages; a failure stays a failure."""
    criterion = load({"run": "pytest || true"})

    def judged(status: int) -> Any:
        sample = Measurement(value=Decimal(status))
        reading = Reading(samples=(sample,))
        return judge(criterion, [reading], today=dt.date(2026, 1, 1))

    passing = judged(0)
    assert passing.verdict is Verdict.WARN
    assert not passing.flaky
    assert "passes when `pytest` fails" in passing.reason
    assert passing.hint.startswith("remove `|| true`")
    chinese = sentences(Language.ZH)
    assert "在 `pytest` 失败时也通过" in in_language(passing.reason, chinese)
    assert in_language(passing.hint, chinese).startswith("请删除掩盖失败的 `|| true`")
    assert judged(1).verdict is Verdict.FAIL
    assert not judged(1).hint
