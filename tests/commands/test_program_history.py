"""What the program keeps, and what its reports may not replace."""

import json
import os
import re

import pytest

from tests.support.program import Project, a_board, number


@pytest.fixture
def with_checks(project: Project) -> Project:
    """A project with a check of its own, a script beside it, and a history."""
    scripts = project.folder / "checks" / "scripts"
    scripts.mkdir(parents=True)
    (scripts / "c.sh").write_text("true\n")
    (project.folder / "checks" / "c.yaml").write_text(
        "summary: x\nrun: sh $READINESS_CHECK_DIR/scripts/c.sh\n"
    )
    (project.folder / "checks" / "unused.yaml").write_text("summary: x\nrun: 'test -d .'\n")
    project.write(a_board({"check": "c"}))
    assert project("check", "-q", "--history", "h.db").status == 0
    return project


@pytest.mark.parametrize(
    "target",
    [
        "board.yaml", "./checks/../board.yaml", "checks/c.yaml", "checks/unused.yaml",
        "checks/scripts/c.sh", "h.db", "h.db-wal", "h.db-shm", "h.db-journal",
    ],
)  # fmt: skip
def test_no_report_takes_the_place_of_what_the_gate_lives_on(
    with_checks: Project, target: str
) -> None:
    """The board by any name, its checks, the history: it is told before anything is run."""
    folder = with_checks.folder
    kept = {path: path.read_bytes() for path in folder.rglob("*.[yj]*") if path.is_file()}
    kept[folder / "checks" / "scripts" / "c.sh"] = b"true\n"
    ended = with_checks("check", "--history", "h.db", "--report", f"json={target}",
                        "--report", "json=good.json")  # fmt: skip
    assert (ended.status, ended.out) == (2, ""), ended
    assert target in ended.err
    assert {path: path.read_bytes() for path in kept} == kept
    assert not (folder / "good.json").exists()
    listed = with_checks("history", "--verify", "--history", "h.db")
    assert (listed.status, "1 entry, 1 chained" in listed.out) == (0, True), listed


def test_a_report_over_another_name_of_the_board_leaves_the_board(with_checks: Project) -> None:
    """A report is a new file in the place of the name."""
    folder = with_checks.folder
    os.link(folder / "board.yaml", folder / "twin.json")
    kept = (folder / "board.yaml").read_bytes()
    assert with_checks("check", "--history", "h.db", "--report", "json=twin.json").status == 0
    assert (folder / "board.yaml").read_bytes() == kept
    assert json.loads((folder / "twin.json").read_text())["gate"]["decision"] == "ready"


def test_reports_beside_checks_that_lie_beside_the_board(project: Project) -> None:
    """A report there is replaced as anywhere; a check is not."""
    (project.folder / "c.yaml").write_text("summary: x\nrun: 'test -d .'\n")
    project.write(a_board({"check": "c"}, checks=["."]))
    for _ in range(2):
        assert project("check", "--report", "json=run.json").status == 0
    assert project("check", "--report", "json=c.yaml").status == 2


def test_a_run_remembers_the_last_one(project: Project) -> None:
    """Each criterion knows what it was before; durations order the next run."""
    project.write(a_board(number("cat n"), {"run": "sleep 0.3"}))
    (project.folder / "n").write_text("errors: 9")
    project("check", "-q")
    (project.folder / "n").write_text("errors: 2")
    ended = project("check", "--output-format", "json", "-j", "1")
    first = next(iter(ended.run.criteria()))
    assert first.previous is not None
    assert (first.previous.verdict, first.previous.value) == ("fail", 9)
    assert re.search(r"\[1/2\] ✓ T1\.2 ", ended.err), "the longest comes first"
