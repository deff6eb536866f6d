"""Boards in other styles: tables, nested lists, emoji, fields in lists, exports, and templates."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from readiness.importing.convert import convert
from readiness.load import load_board_text
from readiness.model.errors import UsageError
from readiness.propose.new_board import NewProbe

BOARDS = Path(__file__).parent / "boards"
NAMES = sorted(path.stem for path in BOARDS.glob("*.said"))


def summary(text: str) -> str:
    """A board in a few lines: its tasks with what is known of them, and how each is measured."""
    board, written = convert(text, "board.md", "board.yaml", {})
    load_board_text(written.encode(), "board.yaml", profile=None, environ={})
    lines = []
    for task, draft in zip(yaml.safe_load(written)["tasks"], board.tasks, strict=True):
        facts = map(task.get, ("id", "priority", "title", "owner", "estimate", "risk"))
        after = [f"after {on}" for on in task.get("depends_on", [])]
        lines.append(" | ".join([*filter(None, facts), *after]))
        lines += [f"  {each.title} -> {described(each.probe)}" for each in draft.criteria]
    return "\n".join(lines)


def described(probe: NewProbe | None, *names: str) -> str:
    """What a criterion is measured by, with its parameters of these names."""
    if probe is None:
        return "attest"
    if probe.run:
        return f"run {' && '.join(probe.run.splitlines())}"
    named = [f"{name}={probe.params[name]}" for name in names if name in probe.params]
    target = "" if names else probe.params.get("target", "")
    start = f"from {probe.baseline}" if probe.baseline else ""
    return " ".join(filter(None, [probe.check, *named, probe.measure, target, probe.expect, start]))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "dos"])
def test_a_board_of_another_style_says_the_same(name: str, ending: str) -> None:
    """Tasks, what is said of them and their criteria are found, with either end of lines."""
    text = (BOARDS / f"{name}.md").read_text(encoding="utf-8")
    said = (BOARDS / f"{name}.said").read_text(encoding="utf-8")
    assert summary(text.replace("\n", ending)) == said.rstrip("\n")


def test_all_boards_are_looked_at() -> None:
    """Beside each board stands what comes of it; one has a test of its own."""
    assert {path.stem for path in BOARDS.glob("*.md")} == {*NAMES, "football"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# A title\n\nand prose\n",
        "```\n- [ ] a template\n```\n",
        "<!-- - [ ] no -->\n",
        "| Name | Price |\n|---|---|\n| tea | 2 |\n",
        "# A title\n\n- [a part](#b)\n\n## B\n\nand prose\n",
    ],
)
def test_what_holds_no_criterion_is_no_board(text: str) -> None:
    """Prose, templates, comments, other tables and lists make no criteria."""
    with pytest.raises(UsageError, match="no tasks or criteria found"):
        convert(text, "notes.md", "board.yaml", {})


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("- Backend\n  [ ] tests pass\n  [ ] mypy passes\n", ["tests pass", "mypy passes"]),
        ("- [ ] a\n- ✅ b\n", ["a", "b"]),
        ("- [ ] a\n\n# Notes\n- ✅ supported\n", ["a"]),
        ("- [ ] 第一行\n  第二行\n", ["第一行第二行"]),
        ("| Check | OK |\n|---|---|\n| a - b | [ ] |\n", ["a - b"]),
    ],
)
def test_boxes_are_where_people_put_them(text: str, titles: list[str]) -> None:
    """Also in the lines of an item; a sign is one beside them, and none where it stands alone."""
    board, _ = convert(text, "a.md", "board.yaml", {})
    assert [criterion.title for criterion in board.criteria] == titles


def test_a_ticked_box_is_no_pass() -> None:
    """Ticked or not, a criterion comes out as the same one, without an attestation given."""
    _, ticked = convert("- [x] Team trained\n- [X] mypy passes\n", "a.md", "board.yaml", {})
    _, plain = convert("- [ ] Team trained\n- [ ] mypy passes\n", "a.md", "board.yaml", {})
    assert ticked == plain
    assert "attest: {}" in ticked


def test_milestones_are_those_that_ask_for_something() -> None:
    """A day that is named or counted, and a priority or a score; what asks for neither is named."""
    text = (BOARDS / "milestones.md").read_text(encoding="utf-8")
    board, _ = convert(text, "a.md", "board.yaml", {})
    first, second = board.milestones
    assert (first["due"], first["requires"]) == ("2025-03-01", {"priority": "P0"})
    assert (second["due"], second["requires"]) == ("2025-01-15", {"score": Decimal("7.5")})
    assert [omission.what for omission in board.left_out] == ["milestone Later: party"]


def test_tasks_never_wait_for_each_other() -> None:
    """Of a circle the last arrow is left out, so that the board is one."""
    text = "".join(
        f"## Task {one}: x\nDepends on: Task {two}\n- [ ] thing {one} is there\n"
        for one, two in ((1, 2), (2, 3), (3, 1))
    )
    board, written = convert(text, "a.md", "board.yaml", {})
    assert [task.depends_on for task in board.tasks] == [["T2"], ["T3"], []]
    load_board_text(written.encode(), "board.yaml", profile=None, environ={})


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("Target score: 8.5", 8.5),
        ("**Target score:** 8.5 / 10", 8.5),
        ("The target score is **8.5**.", 8.5),
        ("Goal: 8 out of 10", 8),
        ("| Target score | 8.5 |", 8.5),
        ("**目标分数**: 8.5", 8.5),
        ("目标评分：8.5分以上", 8.5),
        ("目标：8分（满分10）", 8),
        ("Target score: 85%", 10),
        ("The target score for T2.1: 3", 10),
        ("Target score 8.5 of 12", 10),
        ("Target: 3 errors", 10),
    ],
)
def test_a_target_score_is_read_in_every_spelling(line: str, target: float) -> None:
    """And what is no score of ten is none; the board then asks for all ten."""
    text = f"# Release\n\n{line}\n\n## P0 Tests\n\n- [ ] All tests pass\n"
    _, written = convert(text, "board.md", "board.yaml", {})
    board = load_board_text(written.encode(), "board.yaml", profile=None, environ={})
    assert board.target == target
