"""Which commit work is a change of, and whether anything of it has changed since."""

import os
from pathlib import Path

import pytest

from readiness.project.change import base_of, digest_of, had_board, state_of
from readiness.project.git import Asking
from tests.support.repositories import commit, git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits on main, with a board, and one more on a branch."""
    folder = tmp_path / "work"
    folder.mkdir()
    commit(folder, {"board.yaml": "", "a": "1"})
    commit(folder, {"a": "2"})
    git(folder, "switch", "-q", "-c", "topic")
    commit(folder, {"a": "3"})
    return folder


def at(folder: Path, name: str) -> str:
    """The commit of a name."""
    return git(folder, "rev-parse", name)


def test_a_branch_is_a_change_of_the_default_branch(repository: Path) -> None:
    """From where it left, though that has gone on; and so is a commit of no branch."""
    git(repository, "switch", "-q", "main")
    commit(repository, {"b": "1"})
    git(repository, "switch", "-q", "topic")
    head, left = at(repository, "topic"), at(repository, "main~1")
    assert base_of(str(repository), head, "topic", head) == left
    assert base_of(str(repository), head, "(detached)", "") == left


def test_the_default_branch_is_a_change_of_what_was_published(
    repository: Path, tmp_path: Path
) -> None:
    """Whatever it is called; before, of where the work began."""
    folder, head, began = str(repository), at(repository, "main"), at(repository, "main~1")
    assert base_of(folder, head, "main", began) == began
    assert base_of(folder, head, "main", head) == head
    assert base_of(folder, head, "main", at(repository, "topic")) == head
    assert base_of(folder, head, "main", "") == head
    git(repository, "branch", "-q", "-m", "main", "trunk")
    assert base_of(folder, head, "trunk", began) == began
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "-b", "trunk", folder, str(clone))
    new = commit(clone, {"c": "1"})
    assert base_of(str(clone), new, "trunk", new) == (new if not default(clone) else head)


def default(folder: Path) -> str:
    """What a clone takes for the default branch."""
    return git(folder, "for-each-ref", "refs/remotes/origin/HEAD")


def test_without_a_commit_there_is_no_base(tmp_path: Path) -> None:
    """Nor one without a repository that can be asked."""
    assert base_of(str(tmp_path), "", "main", "") == ""
    assert base_of(str(tmp_path), "f" * 40, "main", "") == "f" * 40


def test_a_state_is_known_again(repository: Path) -> None:
    """Until a file is written, made or removed, or another commit is compared with."""

    def state(base: str = "base") -> str:
        return digest_of(state_of(Asking(str(repository)).changed(), base))

    seen = [state()]
    assert state() == seen[0]
    seen.append(state("another"))
    (repository / "new").write_text("1", "utf-8")
    seen.append(state())
    os.utime(repository / "new", (1, 1))
    seen.append(state())
    (repository / "a").unlink()
    seen.append(state())
    commit(repository, {})
    seen.append(state())
    assert len({*seen}) == len(seen)


def test_a_board_of_the_base_is_found_upwards(repository: Path) -> None:
    """Though it is gone now."""
    (repository / "board.yaml").unlink()
    folder = repository / "deep" / "down"
    folder.mkdir(parents=True)
    head = at(repository, "HEAD")
    assert had_board(str(repository), head, str(folder))
    assert not had_board(str(repository), commit(repository, {}), str(folder))
    assert not had_board(str(repository), "nothing", str(folder))
