"""What tools complain of under the base's rules, and no longer by the head's."""

from pathlib import Path

import pytest

from readiness.guard.complaints import Complaints
from readiness.record.document import FindingRecord
from tests.support.guarded import in_folders
from tests.support.loosening import Loosening, assert_innocent, assert_told, board
from tests.support.program import Project
from tests.support.repositories import write

TEST = "def test_b():\n    assert b() == 2\n"
AT, ELSEWHERE = "tests/test_a.py", "tests/test_b.py"
CASES = [
    pytest.param({}, (AT, "test_b", 1), False, id="the same"),
    pytest.param({AT: TEST.replace("test_b", "test_c")}, (AT, "test_c", 1), False, id="renamed"),
    pytest.param({AT: None, ELSEWHERE: f"\n{TEST}"}, (ELSEWHERE, "test_b", 2), False, id="moved"),
    pytest.param({AT: TEST.replace("2", "3")}, (AT, "test_b", 1), False, id="fails otherwise"),
    pytest.param({AT: f"x = 1\n{TEST}"}, (AT, "test_b", 2), False, id="further below"),
    pytest.param(
        {AT: TEST.replace("test_b", "test_c").replace("2", "3")},
        (AT, "test_c", 1),
        True,
        id="another",
    ),
    pytest.param({AT: TEST.replace("2", "3")}, None, True, id="passes"),
    pytest.param({AT: None}, None, True, id="gone"),
]


@pytest.mark.parametrize(("change", "place", "hidden"), CASES)
def test_a_test_is_known_by_what_it_does(
    change: dict[str, str | None], place: tuple[str, str, int] | None, hidden: bool, tmp_path: Path
) -> None:
    """Not by its name, its line or its file: what fails by both sides' rules hides nothing."""
    write(tmp_path / "base", {AT: TEST})
    write(tmp_path / "head", {AT: TEST})
    write(tmp_path / "head", change)
    complaints = Complaints(in_folders(tmp_path), "")
    places = {"base": (AT, "test_b", 1), "head": place}
    for criterion, test in places.items():
        if test is not None:
            path, rule, line = test
            record = FindingRecord(
                criterion=criterion, path=path, line=line, rule=rule, message="assert"
            )
            complaints.add([record], lambda each: each.path)
    assert complaints.hides("head", "base") is hidden


RED = {
    "board.yaml": board({"check": "ruff", "with": {"paths": "src"}}),
    "src/a.py": f"import os\n\nx = 1 == None\ny = '{'-' * 90}'\n",
    "ruff.toml": "line-length = 88\nlint.extend-select = ['E501']\n",
}


def test_a_gate_that_is_red_by_both_rules_is_not_loosened(project: Project) -> None:
    """Lines may be as long as the change lets them; all other complaints are the same."""
    twin: dict[str, str | None] = {"ruff.toml": "line-length = 99\nlint.extend-select = ['E501']\n"}
    assert_innocent(project, Loosening("", RED, {}, "", twin))


def test_a_red_gate_that_complains_of_less_is_loosened(project: Project) -> None:
    """It is still red, and hides something all the same."""
    ignored = "line-length = 99\nlint.per-file-ignores = {'src/a.py' = ['F401']}\n"
    less: dict[str, str | None] = {"ruff.toml": f"{ignored}lint.extend-select = ['E501']\n"}
    assert_told(
        project,
        Loosening("", RED, less, "2 findings in 1 file under the base's rules → fail, 1 finding"),
    )
