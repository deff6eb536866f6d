"""The parts of a proof: what a copy is, what can be read of commands."""

import errno
import os
import subprocess
from pathlib import Path

import pytest

from readiness.prove import copying
from readiness.prove.copying import Original, place_of
from readiness.prove.leaves import Leaves
from tests.support.proving import executable

# --- copies ---------------------------------------------------------------------------------------


def git(folder: Path, *words: str) -> str:
    """Run git there, as nobody in particular."""
    committer = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    command = ["git", "-C", str(folder), *committer, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A project in a repository, with a folder that is measured, and all kinds of files."""
    top = tmp_path / "top"
    (top / "app" / "src").mkdir(parents=True)
    (top / "app" / "src" / "a.py").write_text("x = 1\n")
    executable(top / "app" / "run.sh", "#!/bin/sh\n")
    (top / "app" / "inside").symlink_to(top / "app" / "src")
    (top / "app" / "relative").symlink_to("src/a.py")
    (top / "app" / "outside").symlink_to(tmp_path)
    (top / "app" / "dead").symlink_to("nowhere")
    (top / ".gitignore").write_text("data/\n.venv\n*.log\n")
    (top / "app" / "data").mkdir()
    (top / "app" / "data" / "large").write_bytes(b"x" * 3000)
    (top / "app" / "kept.log").write_text("log\n")
    os.mkfifo(top / "app" / "pipe")
    git(tmp_path, "init", "--quiet", "-b", "trunk", str(top))
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--message", "one")
    return top


def copied(top: Path, target: Path) -> tuple[Original, Path]:
    """Copy the project of `app`, without installed programs."""
    original = Original(place_of(str(top / "app"), str(top / "app" / "board.yaml")))
    moved = original.copy(str(target), lambda _folder, _programs: None)
    return original, Path(moved.workdir)


def test_a_copy_is_the_whole_repository_as_it_is(repository: Path, tmp_path: Path) -> None:
    """With what is not committed and what is ignored; links lead into the copy."""
    (repository / "app" / "new.txt").write_text("new\n")
    _, app = copied(repository, tmp_path / "copy")

    assert app == tmp_path / "copy" / "app"
    assert (app / "new.txt").read_text() == "new\n"
    assert (app / "kept.log").read_text() == "log\n"
    assert os.access(app / "run.sh", os.X_OK)
    assert (app / "inside").resolve() == app / "src"
    assert os.readlink(app / "relative") == "src/a.py"
    assert (app / "outside").resolve() == tmp_path
    assert os.readlink(app / "dead") == "nowhere"
    assert not os.path.lexists(app / "pipe")


@pytest.mark.parametrize("worktree", [False, True])
def test_a_copy_has_a_repository_of_its_own(
    repository: Path, tmp_path: Path, worktree: bool
) -> None:
    """History can be read; what is done to it in the copy does not reach the original."""
    (repository / "app" / "inside").unlink()  # it leads into the copy there, and so is changed
    git(repository, "commit", "--all", "--quiet", "--amend", "--no-edit")
    top = repository
    if worktree:
        top = tmp_path / "tree"
        git(repository, "worktree", "add", "--quiet", "-b", "side", str(top))
    (top / "app" / "src" / "a.py").write_text("x = 2\n")
    before = git(top, "status", "--porcelain", "--branch"), git(top, "rev-parse", "HEAD")
    _, app = copied(top, tmp_path / "copy")

    assert git(app, "rev-parse", "--show-toplevel") == str(tmp_path / "copy")
    assert git(app, "status", "--porcelain", "--branch") == before[0]
    assert git(app, "log", "--format=%s") == "one"
    git(app, "config", "user.name", "changed")
    git(app, "commit", "--all", "--quiet", "--message", "two")
    assert (git(top, "status", "--porcelain", "--branch"), git(top, "rev-parse", "HEAD")) == before
    assert "changed" not in git(repository, "config", "--list", "--local")


def test_what_is_ignored_and_large_is_linked_and_named(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would take too long to copy."""
    monkeypatch.setattr(copying, "LINKED_FROM", 2000)
    original, app = copied(repository, tmp_path / "copy")

    assert os.readlink(app / "data") == str(repository / "app" / "data")
    assert original.linked == [str(repository / "app" / "data")]


def test_a_log_that_a_program_appends_to_grows_in_a_copy(repository: Path, tmp_path: Path) -> None:
    """It is linked and named. What is written to in another way, such as a database, is copied."""
    log, data = repository / "app" / "service.log", repository / "app" / "app.db"
    with log.open("a") as service, data.open("w") as database:
        original, app = copied(repository, tmp_path / "copy")
        print("GET /health", file=service, flush=True)
        print("a row", file=database, flush=True)

    assert (app / "service.log").read_text() == "GET /health\n"
    assert (app / "app.db").read_text() == ""
    assert original.linked == [str(log)]


def test_programs_of_a_copy_on_another_disk_have_stand_ins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy in memory has those of the project's own environment, and no link leads there."""

    def no_link(*_: object) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "link", no_link)
    (copy := tmp_path / "bin").mkdir()
    Leaves(str(tmp_path / "programs")).fill(str(copy), {"a": "/usr/bin/a", "b": "/usr/bin/b"})
    assert [os.access(copy / name, os.X_OK) for name in ("a", "b")] == [True, True]


def test_a_copy_has_no_cache_that_a_run_left(repository: Path, tmp_path: Path) -> None:
    """Of Python's, which other rules may have made; one that is committed is the project's own."""
    caches = repository / "app" / "src" / "__pycache__"
    caches.mkdir()
    for name in ("kept", "left"):
        (caches / f"{name}.cpython-311.pyc").write_text(name)
    (caches / "notes.txt").write_text("x\n")
    git(repository, "add", "-f", "app/src/__pycache__/kept.cpython-311.pyc")
    _, app = copied(repository, tmp_path / "copy")
    found = sorted(path.name for path in (app / "src" / "__pycache__").iterdir())
    assert found == ["kept.cpython-311.pyc", "notes.txt"]


@pytest.mark.parametrize(
    ("board", "workdir", "root"),
    [
        ("b/board.yaml", "b", "b"),
        ("b/board.yaml", "b/app", "b"),
        ("b/board.yaml", "c", "c"),
        ("board.yaml", "b/app", "."),
    ],
)
def test_without_a_repository_the_boards_folder_is_the_project(
    tmp_path: Path, board: str, workdir: str, root: str
) -> None:
    """Where the probes run below it; else their own folder."""
    for folder in ("b/app", "c"):
        (tmp_path / folder).mkdir(parents=True)
    place = place_of(str(tmp_path / workdir), str(tmp_path / board))

    assert place.root == str((tmp_path / root).resolve())
