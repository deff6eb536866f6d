"""What is recorded of the revision, by real repositories."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from readiness.project.git import Asking, GitError, ask, closest, head_of, nearest, parse
from readiness.record.origin import Git
from tests.support.repositories import git


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


def test_a_clean_work_tree(repository: Path, tmp_path: Path) -> None:
    """Its commit, its branch, if it has one; also from a folder below, where links lead too."""
    clean = Git(commit=git(repository, "rev-parse", "HEAD"), branch="trunk", dirty=False)
    assert asked(repository) == clean
    (repository / "below" / "deep").mkdir(parents=True)
    below = msgspec.structs.replace(clean, folder="below/deep")
    assert asked(repository / "below" / "deep") == below
    (tmp_path / "link").symlink_to(repository / "below" / "deep")
    assert asked(tmp_path / "link") == below
    git(repository, "checkout", "-q", "--detach")
    assert asked(repository) == msgspec.structs.replace(clean, branch="")


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


def test_what_git_says_is_read() -> None:
    """Of a renamed file both names; a branch and a path with odd bytes are what they are."""
    assert parse(b"") == ({}, [], set())
    status = (
        b"# branch.oid abc\0# branch.head a b\0? x y\n\xff\0"
        b"1 .M N... 100644 100644 100644 1 2 a b\0"
        b"2 R. N... 100644 100644 100644 1 2 R100 new name\0old name\0"
        b"u UU N... 100644 100644 100644 100644 1 2 3 both\0"
    )
    headers, changed, untracked = parse(status)
    assert untracked == {b"x y\n\xff"}
    assert headers == {"branch.oid": "abc", "branch.head": "a b"}
    assert changed == [b"x y\n\xff", b"a b", b"new name", b"old name", b"both"]


# --- which dirty state it is --------------------------------------------------------------------


def state(folder: Path) -> str:
    """The digest of what differs."""
    revision = asked(folder)
    assert revision is not None
    assert revision.dirty == bool(revision.worktree)
    return revision.worktree


def test_two_dirty_states_can_be_told_apart(repository: Path) -> None:
    """By content, name, kind and right; the same state has the same digest, staged or not."""
    (repository / "more").mkdir()
    assert state(repository) == ""

    def after(change: Callable[[], object]) -> str:
        change()
        return state(repository)

    file, new = repository / "file", repository / "more" / "new\nname"
    states = [
        after(lambda: file.write_text("two\n")),
        after(lambda: file.write_text("2wo\n")),
        after(lambda: file.chmod(0o755)),
        after(file.unlink),
        after(lambda: file.symlink_to("one")),
        after(lambda: new.write_text("x")),
        after(lambda: new.write_text("y")),
        after(lambda: new.rename(repository / "more" / "other")),
    ]
    assert len(set(states)) == len(states)
    assert all(each.startswith("sha256:") for each in states)
    git(repository, "add", ".")
    assert state(repository) == states[-1]
    git(repository, "commit", "-qm", "two")
    assert state(repository) == ""


def test_ignored_files_within_new_folders_do_not_count(repository: Path) -> None:
    """What tools leave beside new code changes from run to run."""
    (repository / ".gitignore").write_text("*.tmp\n")
    (repository / "new").mkdir()
    (repository / "new" / "code").touch()
    before = state(repository)
    (repository / "new" / "x.tmp").write_text("1")
    assert state(repository) == before


def test_what_is_too_large_to_read_is_told_apart_too(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its size and the time of its last change."""
    monkeypatch.setattr("readiness.project.worktree.MAX_BYTES", 10)
    large = repository / "large"
    large.write_text("x" * 20)
    before = state(repository)
    large.write_text("y" * 20)
    os.utime(large, ns=(1, 1))
    assert state(repository) != before


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_was_told_to_overlook_is_seen(repository: Path, flag: str) -> None:
    """`git status` says that all is well."""
    git(repository, "update-index", flag, "file")
    assert state(repository) == ""
    (repository / "file").write_text("two\n")
    assert git(repository, "status", "--porcelain") == ""
    first = state(repository)
    (repository / "file").write_text("three\n")
    assert "" != first != state(repository) != ""
    (repository / "file").write_text("one\n")
    assert state(repository) == ""
    (repository / "file").unlink()
    assert bool(state(repository)) == (flag == "--assume-unchanged"), "left out of the checkout"


def test_other_line_ends_are_no_edit(repository: Path) -> None:
    """Where git would make them those of the commit again."""
    (repository / ".gitattributes").write_text("file text eol=crlf\n")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "crlf")
    git(repository, "update-index", "--assume-unchanged", "file")
    (repository / "file").write_bytes(b"one\r\n")
    assert state(repository) == ""


def test_a_commit_is_found_by_its_name(repository: Path, tmp_path: Path) -> None:
    """And nothing else is."""
    assert head_of(str(repository)) == head_of(str(repository), "trunk")
    assert head_of(str(repository)) == git(repository, "rev-parse", "HEAD")
    for folder, name in ((repository, "nowhere"), (repository, "--all"), (tmp_path, "HEAD")):
        assert head_of(str(folder), name) == ""


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


@pytest.mark.parametrize(
    ("wanted", "ancestor"),
    [
        ("d", "d"),
        ("a", "a"),
        ("ab", "b"),
        ("ac", "c"),
        ("bc", "b"),
        ("az", "a"),
        ("z", ""),
        ("", ""),
    ],
)
def test_the_closest_of_several_ancestors(wanted: str, ancestor: str) -> None:
    """By steps, through merges too; the first parent's side where both are as near."""
    parents = {"d": ["b", "c"], "b": ["a"], "c": ["a"], "a": []}
    assert closest(parents, "d", wanted) == ancestor


def test_the_nearest_ancestor_is_no_descendant_and_no_neighbour(repository: Path) -> None:
    """Only what the commit is made of counts, and nothing where git cannot tell."""
    first = git(repository, "rev-parse", "HEAD")
    git(repository, "commit", "-q", "--allow-empty", "-m", "two")
    second = git(repository, "rev-parse", "HEAD")
    git(repository, "checkout", "-q", "-b", "side", first)
    git(repository, "commit", "-q", "--allow-empty", "-m", "aside")
    aside = git(repository, "rev-parse", "HEAD")

    assert nearest(str(repository), second, {first, aside}) == first
    assert nearest(str(repository), second, {first, second}) == second
    assert nearest(str(repository), second, {aside}) == ""
    assert nearest(str(repository), first, {second}) == ""
    assert nearest(str(repository), "0" * 40, {first}) == ""
    assert nearest("/", second, {first}) == ""
