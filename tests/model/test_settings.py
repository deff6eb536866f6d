"""Where the board and its history are."""

import os
from pathlib import Path

import pytest

from readiness.model.errors import UsageError
from readiness.model.settings import BoardSettings, RunSettings, find_board, history_path


def board_from(folder: Path, board: str | None = None, **environ: str) -> str:
    """The board that is found from a folder."""
    return find_board(BoardSettings(board=board), environ, str(folder))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with folders in it."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "a" / "b").mkdir(parents=True)
    return tmp_path


def test_what_is_named_counts_and_is_not_looked_for(tree: Path) -> None:
    """The option before the variable."""
    (tree / "board.yaml").touch()
    assert board_from(tree, "x.yaml", READINESS_BOARD="y.yaml") == "x.yaml"
    assert board_from(tree, READINESS_BOARD="y.yaml") == "y.yaml"
    assert board_from(tree, READINESS_BOARD="") == "board.yaml"


def test_the_nearest_board_counts(tree: Path) -> None:
    """Here, or in a parent folder up to the repository's root, and not above it."""
    (tree / "board.yaml").touch()
    assert board_from(tree / "a" / "b") == str(tree / "board.yaml")
    (tree / "a" / "board.yaml").touch()
    assert board_from(tree / "a" / "b") == str(tree / "a" / "board.yaml")
    assert board_from(tree / "a") == "board.yaml"
    (tree / "a" / "b" / ".git").touch()
    with pytest.raises(UsageError, match="--board"):
        board_from(tree / "a" / "b")


@pytest.mark.parametrize("name", ["readiness.yaml", "shop.readiness.yaml"])
def test_boards_have_other_names_too(tree: Path, name: str) -> None:
    """Where there is one; board.yaml beside it comes first."""
    (tree / name).touch()
    (tree / "other.yaml").touch()
    assert board_from(tree) == name
    assert board_from(tree / "a") == str(tree / name)
    (tree / "board.yaml").touch()
    assert board_from(tree) == "board.yaml"


def test_of_several_boards_one_has_to_be_named(tree: Path) -> None:
    """Neither is taken in silence; a readiness.yaml is the one."""
    (tree / "cart.readiness.yaml").touch()
    (tree / "pay.readiness.yaml").touch()
    with pytest.raises(UsageError, match=r"cart\.readiness\.yaml, pay\.readiness\.yaml"):
        board_from(tree)
    (tree / "readiness.yaml").touch()
    assert board_from(tree) == "readiness.yaml"


def test_pyproject_may_name_it(tree: Path) -> None:
    """Relative to itself; it wins over a board.yaml beside it."""
    (tree / "board.yaml").touch()
    (tree / "pyproject.toml").write_text('[tool.readiness]\nboard = "gates/release.yaml"\n')
    assert board_from(tree) == os.path.join("gates", "release.yaml")
    assert board_from(tree / "a") == str(tree / "gates" / "release.yaml")


@pytest.mark.parametrize(
    "text",
    ["", "[tool.other]\nx = 'readiness'\n", "tool = 'readiness'\n", "[tool]\nreadiness = 3\n"],
)
def test_a_pyproject_without_a_board_is_passed_over(tree: Path, text: str) -> None:
    """Whatever else is in it."""
    (tree / "board.yaml").touch()
    (tree / "pyproject.toml").write_text(text)
    assert board_from(tree) == "board.yaml"


@pytest.mark.parametrize("text", ["[tool.readiness]\nboard = 3\n", "[tool.readiness\n"])
def test_a_pyproject_that_is_wrong_is_told(tree: Path, text: str) -> None:
    """With its path."""
    (tree / "pyproject.toml").write_text(text)
    with pytest.raises(UsageError, match=r"pyproject\.toml"):
        board_from(tree)


def test_the_history_is_beside_the_board(tree: Path) -> None:
    """Unless it is named; an empty name is none."""
    board = str(tree / "board.yaml")
    assert history_path(RunSettings(), board) == str(tree / ".readiness" / "history.db")
    assert history_path(RunSettings(history="x.db"), board) == "x.db"
    assert history_path(RunSettings(history=""), board) == ""
