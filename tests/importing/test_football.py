"""The task board of a football prediction service: sixty criteria in Chinese."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness.importing.convert import convert

FOOTBALL = Path(__file__).parent / "boards" / "football.md"


@pytest.fixture(scope="module")
def board() -> dict[str, Any]:
    """The board as it is imported."""
    _, written = convert(FOOTBALL.read_text(encoding="utf-8"), "football.md", "board.yaml", {})
    content: dict[str, Any] = yaml.safe_load(written)
    return content


def criteria(board: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All criteria by their ids."""
    return {each["id"]: each for task in board["tasks"] for each in task["criteria"]}


def test_all_criteria_come_out_and_most_are_measured(board: dict[str, Any]) -> None:
    """Sixty criteria in ten tasks; fifty have a probe, all others are to be attested."""
    boxes = FOOTBALL.read_text(encoding="utf-8").count("\n- [ ] ")
    named = criteria(board)
    assert (len(board["tasks"]), len(named), boxes) == (10, 60, 60)
    assert sum("attest" not in each for each in named.values()) >= 50


def test_a_task_keeps_what_is_said_of_it(board: dict[str, Any]) -> None:
    """Priority, estimate, risk, problem, steps, details and dependencies are the board's own."""
    task = board["tasks"][1]
    assert (task["id"], task["title"], task["priority"]) == ("T2", "MyPy类型错误清理", "P0")
    assert (task["estimate"], task.get("owner")) == ("1-2天", None)
    assert task["risk"] == "高 - 影响代码质量和开发效率"
    assert task["problem"] == "当前系统存在1029个MyPy类型错误，严重影响代码质量和开发体验。"
    assert task["steps"][0] == "分析错误类型，按模块优先级排序"
    assert "mypy src --strict" in task["details"]
    assert [each["priority"] for each in board["tasks"]] == [
        *("P0", "P0", "P0", "P1", "P1", "P1", "P2", "P2", "P3", "P3")
    ]
    assert board["tasks"][8]["depends_on"] == ["T4", "T5", "T6"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("T2.1", {"check": "mypy", "measure": "errors", "expect": "< 50", "baseline": 1029}),
        ("T3.1", {"check": "pip-audit", "measure": "high", "baseline": 16}),
        ("T4.1", {"check": "coverage", "expect": ">= 50 %", "baseline": 22.53}),
        ("T5.3", {"check": "prometheus", "measure": "healthy", "expect": ">= 20"}),
        ("T7.2", {"check": "load", "measure": "p95", "expect": "< 500 ms"}),
        ("T7.4", {"check": "load", "measure": "users_without_errors", "expect": "> 100"}),
        ("T1.1", {"check": "importable", "with": {"paths": "src/database/migrations/versions"}}),
        ("T1.2", {"check": "make-target", "with": {"target": "db-migrate"}}),
        ("T2.6", {"check": "ci-make", "with": {"target": "type-check"}}),
        ("T4.3", {"check": "coverage", "with": {"neutral": "true", "below": "src/services"}}),
    ],
)
def test_what_the_board_names_is_measured(
    name: str, wanted: dict[str, object], board: dict[str, Any]
) -> None:
    """Limits, units, directions and starts are its own, and so is what is looked at."""
    assert wanted.items() <= criteria(board)[name].items()


def test_what_no_check_measures_stays_open(board: dict[str, Any]) -> None:
    """Training, guides without a path, and a limit that nobody has named are a person's word."""
    for name in ("T9.6", "T10.1", "T10.4"):
        assert criteria(board)[name]["attest"] == {}


def test_the_rest_of_the_board_comes_along(board: dict[str, Any]) -> None:
    """Score, days, milestones and key figures are in the new board too."""
    assert (board["target"], board["baseline"]) == (8.0, 5.5)
    assert (str(board["created"]), board["review"]) == ("2025-10-23", "每日进度检查，每周全面评估")
    assert [(each["id"], str(each["due"]), each["requires"]) for each in board["milestones"]] == [
        ("M1", "2025-10-30", {"priority": "P0"}),
        ("M2", "2025-11-13", {"priority": "P1"}),
        ("M3", "2025-12-04", {"score": 8.0}),
    ]
    assert board["key_figures"] == {
        "T4.1": "测试覆盖率",
        "T2.1": "MyPy错误数",
        "T3.1": "安全漏洞数",
    }
