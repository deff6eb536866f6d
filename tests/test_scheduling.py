"""Runs are divided so that no process waits long for another, and two of them do not meet."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.support.durations import Name
from tests.support.program import ROOT
from tests.support.scheduling import longest_first

A, B = "tests/a/test_a.py", "tests/b/test_b.py"


def an_item(nodeid: str, scope: str = "function") -> Any:
    """Make a test with one fixture of a scope."""
    fixtures = {"made": [SimpleNamespace(scope=scope)], "request": []}
    return SimpleNamespace(nodeid=nodeid, _fixtureinfo=SimpleNamespace(name2fixturedefs=fixtures))


def test_the_longest_unit_comes_first() -> None:
    """A file counts with all its tests; within a unit the order stays."""
    nodeids = [f"{A}::test_z", f"{B}::test_long", f"{A}::test_a", f"{B}::test_b", f"{B}::test_a"]
    durations = {
        Name(A, "test_z", ""): 400,
        Name(A, "test_a", ""): 500,
        Name(B, "test_long", ""): 5000,
        Name(B, "", ""): 100,
    }
    ordered = longest_first(map(an_item, nodeids), durations)
    assert [item.nodeid for item in ordered] == [nodeids[index] for index in (1, 0, 2, 3, 4)]
    shared = [an_item(nodeids[1]), an_item(nodeids[2]), an_item(nodeids[0], "module")]
    assert longest_first(shared, {Name(A, "", "made"): 9000, **durations}) == [
        shared[1],
        shared[2],
        shared[0],
    ]


SHARING = """\
import os, pathlib, pytest

@pytest.fixture(scope="module")
def shared(): return os.getpid()

@pytest.mark.parametrize("row", range(6))
def test_share(row, shared, tmp_path):
    assert "readiness" not in tmp_path.name
    pathlib.Path("seen", f"{row} {shared}").write_text(str(tmp_path))

def test_bad(): assert 0
"""
PLUGINS = ("-p", "tests.support.durations", "-p", "tests.support.scheduling")


def test_a_run_is_divided_by_files_in_a_folder_of_its_own(tmp_path: Path) -> None:
    """What is shared is made once, reports name tests as they are, and the folder is removed."""
    (tmp_path / "test_sharing.py").write_text(SHARING)
    (tmp_path / "test_other.py").write_text("def test_other(): pass\n")
    (tmp_path / "seen").mkdir()
    command = (sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--rootdir", ".")
    done = subprocess.run(
        [*command, *PLUGINS, "-c", "/dev/null"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 7 passed" in done.stdout, done.stdout + done.stderr
    assert "FAILED test_sharing.py::test_bad - assert 0" in done.stdout
    seen = list((tmp_path / "seen").iterdir())
    assert len({path.name.split()[1] for path in seen}) == 1
    folders = [Path(path.read_text()) for path in seen]
    assert not any(folder.exists() or folder.parents[2].exists() for folder in folders)
