"""Code that moves to where its tools do not look, tried with faults in its place."""

import pytest

from tests.support.loosening import board, guarded
from tests.support.program import Project

CODE = "def double(a: int) -> int:\n    return 2 * a\n\n\ndef half(a: int) -> int:\n    return a\n"
OTHER = "def none() -> None:\n    return None\n"
Files = dict[str, str | None]

BASE: Files = {
    "src/a.py": CODE,
    "src/b.py": OTHER,
    "tests/test_b.py": "from b import none\n\n\ndef test_none():\n    assert none() is None\n",
    "board.yaml": board({"run": "ruff check src"}, {"run": "mypy src"}, {"run": "bandit -qr src"}),
}


def moved(*places: str) -> Files:
    """The code at other places in place of its own."""
    return {"src/a.py": None, **dict.fromkeys(places, CODE)}


@pytest.mark.parametrize(
    ("change", "criterion"),
    [
        pytest.param(moved("src/dist/a.py"), "T1.1", id="a folder that ruff passes over"),
        pytest.param(moved("src/a"), "T1.1", id="no ending"),
        pytest.param(moved("lib/a.py"), "T1.2", id="another folder"),
        pytest.param(moved("src/exportCVS.py"), "T1.3", id="a name that bandit passes over"),
    ],
)
def test_code_that_tools_no_longer_look_at_is_told(
    change: Files, criterion: str, project: Project
) -> None:
    """By a fault that they noticed where it was."""
    ended = guarded(project, BASE, change)
    assert ended.status == 4, ended
    assert criterion in ended.out
    assert "it rejects the faults planted" in ended.out


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(moved("src/deep/a.py"), id="a folder below"),
        pytest.param(moved("src/doubles.py"), id="another name"),
        pytest.param(moved("tests/doubles.py"), id="a helper of tests"),
        pytest.param({"src/a.py": None, "lib/a.py": OTHER}, id="other code elsewhere"),
        pytest.param({"src/a.py": None}, id="no such code any more"),
    ],
)
def test_code_that_moves_in_sight_loosens_nothing(change: Files, project: Project) -> None:
    """Nor does what goes, or comes anew."""
    ended = guarded(project, BASE, change)
    assert ended.status == 0, ended
