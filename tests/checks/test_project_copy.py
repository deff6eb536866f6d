"""Where the copies lie in which targets and tests are tried, and that they go."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from checks.in_project.common import Params
from checks.project_copy import copy_project
from readiness.project import room
from readiness.run.scratch import scratch_folder
from tests.support.program import ROOT
from tests.support.repositories import commit

MEMORY = Path(room.MEMORY)
COPYING = """
import os
from checks.in_project.common import Params
from checks.project_copy import copy_project
from readiness.project import room
room.PLENTY = 0
copy = copy_project(Params(os.environ))
print(copy.folder, *sorted(os.listdir(copy.folder)))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A committed project, with a file that Git does not know yet."""
    commit(tmp_path / "project", {"src/a.py": "A = 1\n"})
    (tmp_path / "project/new").write_text("new\n")
    return tmp_path / "project"


def variables(scratch: Path, **more: str) -> dict[str, str]:
    """What a probe knows of a run's folder, and of its own."""
    (scratch / "1").mkdir(parents=True, exist_ok=True)
    return {"READINESS_TMP": str(scratch / "1"), "READINESS_SCRATCH": str(scratch), **more}


def test_a_copy_is_as_the_project_is(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Modes, times to the nanosecond, links that lead anywhere; not what is gone."""
    (project / "run.sh").write_text("true\n")
    (project / "run.sh").chmod(0o751)
    os.utime(project / "run.sh", ns=(1_000_000_001, 2_000_000_002))
    (project / "link").symlink_to("nowhere")
    (project / "src/a.py").unlink()
    monkeypatch.chdir(project)
    copied = Path(copy_project(Params(variables(tmp_path / "readiness-of-none"))).folder)
    status = (copied / "run.sh").stat()
    assert (status.st_mode & 0o7777, status.st_mtime_ns) == (0o751, 2_000_000_002)
    assert (copied / "run.sh").read_text() == "true\n"
    assert os.readlink(copied / "link") == "nowhere"
    assert not (copied / "src/a.py").exists()


@pytest.mark.skipif(
    bool(os.statvfs(MEMORY).f_flag & os.ST_NOEXEC), reason=f"nothing can be run from {MEMORY}"
)
def test_a_copy_in_memory_goes_with_the_process_that_made_it(project: Path, tmp_path: Path) -> None:
    """Until then it has all that Git knows, and all that it would add."""
    scratch = tmp_path / f"readiness-{tmp_path.parent.parent.name}"
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **variables(scratch)}
    code = [sys.executable, "-c", COPYING]
    ended = subprocess.run(code, cwd=project, env=env, capture_output=True, text=True, check=True)
    folder, *names = ended.stdout.split()
    assert Path(folder).parent.parent == MEMORY
    assert Path(folder).parent.name.startswith(f"{scratch.name}-")
    assert names == [".git", "new", "src"]
    assert not Path(folder).parent.exists()


def test_a_copy_lies_in_the_tmpdir_that_is_in_memory(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it does in a trial, whose own files go all at once; where the run lies there, within."""
    monkeypatch.chdir(project)
    monkeypatch.setattr(room, "MEMORY", str(tmp_path))
    monkeypatch.setattr(room, "PLENTY", 0)
    own = tmp_path / "own"
    own.mkdir()
    params = Params(variables(tmp_path / "readiness-run", TMPDIR=str(own)))
    assert Path(copy_project(params).folder).parent.parent == own
    params = Params(variables(own / "readiness-run", TMPDIR=str(own)))
    assert copy_project(params).folder == os.path.join(params.tmp, "copy")


@pytest.mark.parametrize(
    ("free", "more"), [(0, {}), (1 << 40, {"TMPDIR": "/var/tmp"})], ids=["little room", "TMPDIR"]
)
def test_else_a_copy_lies_in_the_folder_of_its_probe(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    free: int,
    more: dict[str, str],
) -> None:
    """That is so too for whoever names a place for temporary files."""
    monkeypatch.chdir(project)
    monkeypatch.setattr(room, "free_memory", lambda: free)
    params = Params(variables(tmp_path / "readiness-own", **more))
    assert copy_project(params).folder == os.path.join(params.tmp, "copy")


def test_what_a_killed_probe_leaves_in_memory_goes_with_the_run(tmp_path: Path) -> None:
    """It is known by the name of the run's folder; what others have there stays."""
    with scratch_folder({"TMPDIR": str(tmp_path)}) as scratch:
        left = MEMORY / f"{Path(scratch).name}-left"
        others = MEMORY / f"{Path(scratch).name[:-1]}-other"
        for folder in (left, others):
            (folder / "copy").mkdir(parents=True)
            (folder / "copy/file").touch()
    assert not left.exists()
    assert (others / "copy/file").exists()
    (others / "copy/file").unlink()
    (others / "copy").rmdir()
    others.rmdir()
