"""What `guard` prints of a change that it measured: three columns, and for programs the same."""

import re

from tests.support.loosening import board, guarded
from tests.support.program import Project
from tests.support.repositories import commit

GOOD = "def f(a: int) -> int:\n    return a\n"
COUNT = {
    "run": "sh ci/count.sh",
    "read": {"as": "text", "regex": r"errors: (\d+)", "unit": "errors"},
    "expect": "<= 4",
}
BASE: dict[str, str | None] = {
    "board.yaml": board(COUNT),
    "ci/count.sh": 'set -e\ncount=$(grep -c bad src/a.py)\necho "errors: $count"\n',
    "src/a.py": f"{GOOD}bad = 1\n",
}
CHANGE: dict[str, str | None] = {
    "ci/count.sh": "echo 'errors: 0'\n",
    "src/a.py": GOOD + "bad = 1\n" * 3,
}


def test_the_table_has_three_columns(project: Project) -> None:
    """The base, this change under the base's rules, and this change."""
    ended = guarded(project, BASE, CHANGE)
    assert ended.status == 4, ended
    lines = ended.out.splitlines()
    (row,) = [line for line in lines if line.startswith("T1.1 ")]
    assert re.split(" {2,}", row) == ["T1.1", "pass, 1 error", "pass, 3 errors", "pass, 0 errors"]
    found = project("guard", "--base", "HEAD~1", "--output-format", "json").json
    assert found["measured"] is True
    (compared,) = found["compared"]
    assert (compared["base"], compared["by_base"], compared["by_head"]) == (
        "pass, 1 error", "pass, 3 errors", "pass, 0 errors"
    )  # fmt: skip
    assert compared["files"] == ["ci/count.sh"]


def test_reading_alone_says_that_it_is_the_weaker_way(project: Project) -> None:
    """It runs nothing, and a changed script is loosened whatever it does."""
    commit(project.folder, BASE)
    commit(project.folder, {"ci/count.sh": f"{BASE['ci/count.sh']}touch ran\n"})
    ended = project("guard", "--no-run", "--base", "HEAD~1")
    assert (ended.status, ended.err) == (4, "")
    assert "Read only; nothing was measured" in ended.out
    assert not (project.folder / "ran").exists()
    assert project("guard", "--base", "HEAD~1").status == 0
    assert not (project.folder / "ran").exists()


def test_a_change_of_code_alone_is_measured_once(project: Project) -> None:
    """Nothing more is run for it, by either command."""
    ended = guarded(project, BASE, {"src/a.py": f"{GOOD}bad = 2\n", "README.md": "One.\n"})
    assert (ended.status, ended.err) == (0, "")
    run = project("check", "--base", "HEAD~1")
    assert run.status == 0
    assert run.err.count("✓ T1.1") == 1


def test_what_cannot_be_measured_by_the_base_is_loosened(project: Project) -> None:
    """A base whose own script is broken is told as such, with the reason."""
    broken = {**BASE, "ci/count.sh": "echo nothing\n"}
    ended = guarded(project, broken, {"ci/count.sh": "echo 'errors: 0'\n"})
    assert ended.status == 4, ended
    assert "error:" in ended.out
