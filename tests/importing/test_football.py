"""The task board of a football prediction service: sixty criteria in Chinese."""

from pathlib import Path

import pytest

from readiness.importing.board import Imported
from readiness.importing.convert import convert
from readiness.propose.new_board import NewProbe

FOOTBALL = Path(__file__).parent / "boards" / "football.md"


@pytest.fixture(scope="module")
def board() -> Imported:
    """The board as it is imported."""
    return convert(FOOTBALL.read_text(encoding="utf-8"), "football.md", "board.yaml", {})[0]


def probe(board: Imported, name: str) -> NewProbe:
    """The probe of a criterion."""
    (criterion,) = [criterion for criterion in board.criteria() if criterion.id == name]
    assert criterion.probe is not None
    return criterion.probe


def test_all_criteria_come_out_and_most_are_measured(board: Imported) -> None:
    """Sixty criteria in ten tasks; at least 45 have a probe, all others are to be attested."""
    criteria = list(board.criteria())
    boxes = FOOTBALL.read_text(encoding="utf-8").count("\n- [ ] ")
    assert (len(board.tasks), len(criteria), boxes) == (10, 60, 60)
    assert sum(each.probe is not None for each in criteria) >= 45
    assert all(each.why for each in criteria if each.probe is None)


def test_a_task_keeps_what_is_said_of_it(board: Imported) -> None:
    """Priority, estimate, risk, problem, steps, details and dependencies are the board's own."""
    task = board.tasks[1]
    assert (task.id, task.draft.title, task.priority) == ("T2", "MyPy类型错误清理", "P0")
    assert (task.draft.estimate, task.draft.owner) == ("1-2天", "")
    assert task.draft.risk == "高 - 影响代码质量和开发效率"
    assert task.draft.problem == ["当前系统存在1029个MyPy类型错误，严重影响代码质量和开发体验。"]
    assert task.draft.steps[0] == "分析错误类型，按模块优先级排序"
    assert "mypy src --strict" in task.draft.details[0]
    assert [each.priority for each in board.tasks] == [
        *("P0", "P0", "P0", "P1", "P1", "P1", "P2", "P2", "P3", "P3")
    ]
    assert board.tasks[8].depends_on == ("T4", "T5", "T6")


@pytest.mark.parametrize(
    ("name", "check", "measure", "expect", "baseline"),
    [
        ("T2.1", "mypy", "errors", "< 50", "1029"),
        ("T3.1", "pip-audit", "high", "", "16"),
        ("T4.1", "coverage", "percent_statements", ">= 50 %", "22.53"),
        ("T5.3", "prometheus", "healthy", ">= 20", ""),
        ("T7.2", "load", "p95", "< 500 ms", ""),
        ("T7.4", "load", "users_without_errors", "> 100", ""),
    ],
)
def test_limits_are_the_boards(
    name: str, check: str, measure: str, expect: str, baseline: str, board: Imported
) -> None:
    """Numbers, units, directions and starting points are those of the text and of its table."""
    own = probe(board, name)
    assert (own.check, own.measure) == (check, measure)
    assert (own.expect, own.baseline) == (expect, baseline)


@pytest.mark.parametrize(
    ("name", "check", "params"),
    [
        ("T1.1", "importable", {"paths": "src/database/migrations/versions"}),
        ("T1.2", "make-target", {"target": "db-migrate"}),
        ("T2.3", "mypy-below", {"below": "src/api"}),
        ("T2.6", "ci-make", {"target": "type-check"}),
        ("T4.3", "coverage", {"below": "src/services"}),
        ("T4.5", "make-target", {"target": "coverage", "at_least": "50"}),
    ],
)
def test_what_the_board_names_is_looked_at(
    name: str, check: str, params: dict[str, str], board: Imported
) -> None:
    """Folders, targets and what CI does are found where the board names them."""
    own = probe(board, name)
    assert own.check == check
    assert params.items() <= own.params.items()


def test_what_no_check_measures_stays_open(board: Imported) -> None:
    """Training, guides without a path, and a limit that nobody has named are a person's word."""
    still_open = {each.id for each in board.criteria() if each.probe is None}
    assert {"T9.6", "T10.1", "T10.4"} <= still_open


def test_the_rest_of_the_board_comes_along(board: Imported) -> None:
    """Score, days, milestones and key figures are in the new board too."""
    draft = board.draft
    assert (draft.target, draft.baseline, draft.created) == ("8.0", "5.5", "2025-10-23")
    assert draft.review == "每日进度检查，每周全面评估"
    assert [(each.id, each.due, each.priority, each.score) for each in board.milestones] == [
        ("M1", "2025-10-30", "P0", ""),
        ("M2", "2025-11-13", "P1", ""),
        ("M3", "2025-12-04", "", "8.0"),
    ]
    assert board.key_figures == {
        "T4.1": "测试覆盖率",
        "T2.1": "MyPy错误数",
        "T3.1": "安全漏洞数",
    }
