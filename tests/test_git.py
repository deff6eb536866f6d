"""What is recorded of the revision, by real repositories."""

from pathlib import Path

import msgspec
import pytest

from readiness.document import Git
from readiness.git import Asking, GitError, ask, parse
from tests.repositories import git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit, on the branch `trunk`."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "trunk")
    (folder / "file").write_text("one\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    return folder


def asked(folder: Path) -> Git | None:
    """What git says of a folder."""
    return Asking(str(folder)).answer()


def test_a_clean_work_tree(repository: Path) -> None:
    """Its commit, its branch; also from a folder below."""
    clean = Git(commit=git(repository, "rev-parse", "HEAD"), branch="trunk", dirty=False)
    assert asked(repository) == clean
    (repository / "below" / "deep").mkdir(parents=True)
    below = msgspec.structs.replace(clean, folder="below/deep")
    assert asked(repository / "below" / "deep") == below


def test_the_folder_is_where_links_lead(repository: Path, tmp_path: Path) -> None:
    """A project that is reached through a link lies where it really lies."""
    (repository / "below").mkdir()
    (tmp_path / "link").symlink_to(repository / "below")
    found = asked(tmp_path / "link")
    assert found is not None
    assert found.folder == "below"


@pytest.mark.parametrize("name", ["file", "new", "ünïcode =x"])
def test_a_changed_or_new_file_makes_it_dirty(repository: Path, name: str) -> None:
    """What was measured is not that commit then."""
    (repository / name).write_text("two\n")
    found = asked(repository)
    assert found is not None
    assert found.dirty
    git(repository, "add", ".")
    found = asked(repository)
    assert found is not None
    assert found.dirty


def test_ignored_files_do_not(repository: Path) -> None:
    """The history beside the board is one."""
    (repository / ".readiness").mkdir()
    (repository / ".readiness" / ".gitignore").write_text("*\n")
    (repository / ".readiness" / "history.db").write_text("x")
    found = asked(repository)
    assert found is not None
    assert not found.dirty


def test_a_detached_head_has_no_branch(repository: Path) -> None:
    """It has its commit all the same."""
    git(repository, "checkout", "-q", "--detach")
    found = asked(repository)
    assert found is not None
    assert (found.branch, len(found.commit)) == ("", 40)


def test_without_repository_or_commit_there_is_no_revision(tmp_path: Path) -> None:
    """Nor with a folder that only looks like one."""
    assert asked(tmp_path) is None
    git(tmp_path, "init", "-q")
    assert asked(tmp_path) is None
    odd = tmp_path / "odd"
    odd.mkdir()
    (odd / ".git").write_text("gitdir: nowhere\n")
    assert asked(odd) is None


def test_variables_do_not_mislead(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIT_DIR of another repository is not believed."""
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q", "-b", "wrong")
    before = asked(repository)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", "x")
    assert asked(repository) == before


def test_without_git_there_is_no_revision(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no failure."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert asked(repository) is None


def test_asking_writes_nothing(repository: Path) -> None:
    """Not even the index, which others may be locking; nor does it run a monitor of theirs."""
    git(repository, "config", "core.fsmonitor", "touch pwned; false")
    index = (repository / ".git" / "index").stat().st_mtime_ns
    (repository / "file").touch()
    assert asked(repository) is not None
    assert (repository / ".git" / "index").stat().st_mtime_ns == index
    assert not (repository / "pwned").exists()


def test_other_words_are_no_revision() -> None:
    """A branch's name with odd bytes is one."""
    assert parse("") is None
    assert parse("# branch.oid (initial)\n# branch.head trunk\n") is None
    assert parse("# branch.oid abc\n# branch.head a b\n? x\n") == Git(
        commit="abc", branch="a b", dirty=True
    )


def test_an_object_is_read_by_its_own_hash(repository: Path) -> None:
    """A replacement that somebody pushed, or a probe made, does not take its place."""
    old = git(repository, "rev-parse", "HEAD:file")
    (repository / "file").write_text("two\n")
    new = git(repository, "hash-object", "-w", "file")
    git(repository, "replace", old, new)
    assert git(repository, "cat-file", "blob", old) == "two"
    assert ask(str(repository), "cat-file", "blob", old) == b"one\n"


def test_what_git_refuses_is_told_in_its_words(repository: Path, tmp_path: Path) -> None:
    """One line of them."""
    with pytest.raises(GitError, match="Needed a single revision"):
        ask(str(repository), "rev-parse", "--verify", "no-such")
    with pytest.raises(GitError, match="not a git repository"):
        ask(str(tmp_path), "rev-parse", "HEAD")
