"""Comments for tools that a change adds: which of them are put aside to see what they hide."""

from pathlib import Path

import pytest

from readiness.guard.put_aside import added_directives, put_aside
from readiness.guard.states import States
from tests.support.guarded import in_folders
from tests.support.repositories import write

AT = "src/a.py"
BEFORE = "x = f(1)  # type: ignore\ny = 2  # a word\n"
ADDED = [
    pytest.param("x = f(1)  # type: ignore\ny = 2  # noqa\n", ["# noqa"], id="another"),
    pytest.param(f"{BEFORE}z = f(2)  # type: ignore\n", ["# type: ignore"], id="one more"),
    pytest.param(f"{BEFORE}z = 3  # mylint: off\n", ["# mylint: off"], id="of a tool unknown"),
    pytest.param(f"{BEFORE}z = 3  # fine\n", ["# fine"], id="a word of any tool"),
    pytest.param(f"{BEFORE}z = 3  # in seconds\n", [], id="two words"),
    pytest.param(f"{BEFORE}# Limits\nz = 3\n", [], id="a heading"),
    pytest.param(f"z = 0\n{BEFORE}", [], id="moved"),
    pytest.param("y = 2\nx = f(2)  # type: ignore[arg-type]\n", [], id="narrower, on another line"),
    pytest.param(f"PY2 = 1\nif PY2:\n    z = 3\n{BEFORE}", ["PY2"], id="code not checked"),
    pytest.param(f"MYPY = 0\nif not MYPY:\n    z = 3\n{BEFORE}", ["not MYPY"], id="nor here"),
    pytest.param(f"from a import PY2\nif PY23:\n    z = PY2\n{BEFORE}", [], id="no condition"),
    pytest.param(f"int = t.Any\n{BEFORE}", ["int = t.Any"], id="a type that means anything"),
    pytest.param(f"from t import Any as str\n{BEFORE}", ["Any as str"], id="by an import"),
    pytest.param(f"def end() -> NoReturn:\n    cast(int, 1)\n{BEFORE}", [], id="an end of its own"),
    pytest.param(f"f(int=Any)\nalias = Any\n{BEFORE}", [], id="a name of its own"),
    pytest.param("x = f(1)\n", [], id="gone"),
    pytest.param(f"# Only for people: nothing.\n{BEFORE}", [], id="a plain comment"),
]


def states(tmp_path: Path, after: str, before: str = BEFORE) -> States:
    """A file before and after."""
    write(tmp_path / "base", {AT: before})
    write(tmp_path / "head", {AT: after})
    return in_folders(tmp_path)


PLAIN = [
    pytest.param("PY2 = 1\nif PY2:\n", "PY2 = 1\nif not bool():\n", id="may hold"),
    pytest.param("int = t.Any\n", "int_ = t.Any\n", id="another name"),
    pytest.param("from t import Any as str\n", "from t import Any as str_\n", id="by an import"),
    pytest.param("cast(F[[], t.NoReturn], f)()\n", "cast(F[[], None], f)()\n", id="an end"),
]


@pytest.mark.parametrize(("after", "added"), ADDED)
def test_what_hides_more_is_found(after: str, added: list[str], tmp_path: Path) -> None:
    """Not what moved, and not what is silent about less than one that went."""
    found = added_directives(states(tmp_path, after))
    assert [text for _, _, text in found.get(AT, [])] == added


def test_a_wider_comment_is_found(tmp_path: Path) -> None:
    """It replaces a narrower one."""
    narrow = BEFORE.replace("ignore", "ignore[arg-type]")
    found = added_directives(states(tmp_path, BEFORE, narrow))
    assert [text for _, _, text in found[AT]] == ["# type: ignore"]


@pytest.mark.parametrize(("added", "plain"), PLAIN)
def test_what_keeps_code_from_being_checked_is_put_aside(
    added: str, plain: str, tmp_path: Path
) -> None:
    """What stands below a condition is looked at then, and a type is Python's own again."""
    directives = added_directives(states(tmp_path, added + BEFORE))
    put_aside(str(tmp_path / "head"), directives)
    assert (tmp_path / "head" / AT).read_text() == plain + BEFORE


def test_a_comment_that_is_put_aside_keeps_its_line(tmp_path: Path) -> None:
    """Only the comment is made plain."""
    added = added_directives(states(tmp_path, f"{BEFORE}z = 3  # noqa\n"))
    put_aside(str(tmp_path / "head"), added)
    assert (tmp_path / "head" / AT).read_text() == f"{BEFORE}z = 3  # -\n"
