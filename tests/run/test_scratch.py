"""The scratch folder of a run goes, whatever its probes have made of it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from readiness.model.errors import UsageError
from readiness.run.processes import supervise
from readiness.run.scratch import choose, remove, scratch_folder
from tests.support.program import ROOT, Project, a_board


def locked(path: Path) -> None:
    """Make folders that nobody may enter, with something in them."""
    (path / "a" / "b").mkdir(parents=True)
    (path / "a" / "b" / "file").touch()
    (path / "a" / "link").symlink_to("/")
    for folder in ("a/b", "a", "."):
        (path / folder).chmod(0)


SPOILED: dict[str, Callable[[Path], None]] = {
    "as it was": lambda path: path.mkdir(),
    "full": lambda path: (path / "a").mkdir(parents=True),
    "gone": lambda path: None,
    "a file": lambda path: path.touch(),
    "a link": lambda path: path.symlink_to(path.parent / "elsewhere"),
    "a link to itself": lambda path: path.symlink_to(path),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_it_is_removed_and_nothing_else(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    """A link goes, and what it leads to stays."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").touch()
    spoil(tmp_path / "scratch")
    remove(str(tmp_path / "scratch"))
    assert not os.path.lexists(tmp_path / "scratch")
    assert (tmp_path / "elsewhere" / "file").exists()


def test_locked_folders_are_removed_by_their_owner(tmp_path: Path) -> None:
    """`chmod 000` keeps nobody from going but root, whom it does not stop."""
    path = tmp_path / "scratch"
    path.mkdir()
    locked(path)
    code = f"from readiness.run.scratch import remove; remove({str(path)!r})"
    command = [sys.executable, "-c", code]
    if os.geteuid() == 0:
        for each in (tmp_path, *path.rglob("*"), path):
            os.chown(each, 54321, 54321, follow_symlinks=False)
        for parent in [*tmp_path.parents][:-1]:
            parent.chmod(parent.stat().st_mode | 0o005)
        command = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", *command]
    subprocess.run(command, check=True, cwd="/", env={"PYTHONPATH": str(ROOT)})
    assert not os.path.lexists(path)
    assert os.path.exists("/")


def test_its_name_cannot_be_guessed(tmp_path: Path) -> None:
    """It is in TMPDIR, for its owner alone; where it cannot be made, that is said."""
    with scratch_folder({"TMPDIR": str(tmp_path)}) as path:
        assert path != choose({"TMPDIR": str(tmp_path)})
        assert os.stat(path).st_mode & 0o777 == 0o700
    missing = {"TMPDIR": str(tmp_path / "missing")}
    with pytest.raises(UsageError, match="cannot create a scratch folder"), scratch_folder(missing):
        pass


SLOW = """
import os, time, readiness.run.scratch as scratch
remove = scratch.remove
def slowly(path, *, watched=False):
    while not watched and not os.path.exists("go on"):
        time.sleep(0.05)
    remove(path, watched=watched)
scratch.remove = slowly
"""


def test_nobody_waits_for_the_cleaning(project: Project) -> None:
    """The program has ended while what probes have left is being removed."""
    project.write(a_board({"run": "touch $READINESS_TMP/left"}))
    ended = project.end(project.start_patched(SLOW, "check", "--history", ""))
    assert "T1.1" in ended.out
    assert os.listdir(project.tmp)
    (project.folder / "go on").touch()
    while os.listdir(project.tmp):
        time.sleep(0.05)


def test_a_probe_of_another_run_ends_with_its_cleaning(project: Project) -> None:
    """That run would end whatever is left of it, and the folders would stay for ever."""
    project.write(a_board({"run": "touch $READINESS_TMP/left"}))
    project.environment["READINESS_TMP"] = str(project.folder)
    started = project.start_patched(SLOW, "check", "--history", "")
    with pytest.raises(subprocess.TimeoutExpired):
        started.wait(5)
    (project.folder / "go on").touch()
    project.end(started)
    assert os.listdir(project.tmp) == []


def test_a_name_can_be_used_again_in_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was left by one folder is out of the way of the next."""
    monkeypatch.setattr(supervise, "_run_name", "a-run")
    for _ in range(2):
        with scratch_folder({"TMPDIR": str(tmp_path)}, "a-run-tree") as path:
            (Path(path) / "left").touch()
    assert all(name.startswith("readiness-a-run") for name in os.listdir(tmp_path))
