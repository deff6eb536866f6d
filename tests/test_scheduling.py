"""Runs are divided so that no process waits long for another, and two of them do not meet."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.durations import (
    Name,
    durations_text,
    read_durations,
    recorded_name,
    refreshed,
    seconds_of_junit,
    shared_fixtures,
)
from tests.support.program import ROOT
from tests.support.scheduling import ALONE_FROM_MS, longest_first, unit

A, B = "tests/a/test_a.py", "tests/b/test_b.py"
ROW = Name(A, "test_row", "x[1]-y")
RECORD = {
    Name(A, "test_one", ""): 220,
    ROW: 2500,
    Name(B, "Group::test_two", ""): 200,
}


def an_item(nodeid: str, scope: str = "function") -> Any:
    """Make a test with one fixture of a scope."""
    fixtures = {"made": [SimpleNamespace(scope=scope)], "request": []}
    return SimpleNamespace(nodeid=nodeid, _fixtureinfo=SimpleNamespace(name2fixturedefs=fixtures))


@pytest.mark.parametrize("name", RECORD)
def test_a_name_is_that_of_a_node_id(name: Name) -> None:
    """A row's name may hold brackets."""
    row = f"[{name.row}]" if name.row else ""
    assert Name.of(f"{name.path}::{name.family}{row}") == name


def test_a_record_is_read_as_it_was_written() -> None:
    """And is in order, one test function a line."""
    text = durations_text(dict(reversed(RECORD.items())))
    assert read_durations(text) == RECORD
    assert text == durations_text(RECORD)
    assert '  "test_row": {"x[1]-y": 2500}\n' in text


def test_a_refresh_replaces_the_files_that_ran() -> None:
    """What hardly moved keeps its record; what is quick now, or gone, loses it."""
    cheap = {Name(A, "test_cheap", row): 0.02 for row in "abc"}
    assert refreshed(RECORD, {ROW: 2.61, Name(A, "test_new", ""): 0.7777, **cheap}) == {
        ROW: 2500,
        Name(A, "test_new", ""): 780,
        Name(A, "", ""): 60,
        Name(B, "Group::test_two", ""): 200,
    }
    assert refreshed(RECORD, {ROW: 4.0})[ROW] == 4000
    assert refreshed(RECORD, {ROW: 0.05}) == {
        Name(A, "", ""): 50,
        Name(B, "Group::test_two", ""): 200,
    }


JUNIT = """\
<testsuites><testsuite name="pytest">
<testcase classname="tests.a.test_a" name="test_row[x[1]-y]" time="2.5" />
<testcase classname="tests.b.test_b.Group" name="test_two" time="0.1" />
<testcase classname="tests.a.test_a" name="test_gone" time="7" />
<testcase classname="tests.a.test_a" name="test_left" time="0"><skipped /></testcase>
</testsuite></testsuites>
"""


def test_a_record_can_be_made_of_a_junit_file(tmp_path: Path) -> None:
    """Of tests that are there, and were not skipped."""
    (tmp_path / "run.xml").write_text(JUNIT)
    nodeids = [f"{A}::test_row[x[1]-y]", f"{B}::Group::test_two", f"{A}::test_left"]
    seconds = seconds_of_junit(str(tmp_path / "run.xml"), map(an_item, nodeids))
    assert seconds == {ROW: 2.5, Name(B, "Group::test_two", ""): 0.1}


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        ("function", ROW),
        ("session", ROW),
        ("module", Name(A, "", "made")),
        ("class", Name(A, "", "made")),
    ],
)
def test_tests_that_share_a_fixture_have_one_record(scope: str, name: Name) -> None:
    """What is made for a session is made in each process anyway."""
    item = an_item(f"{A}::test_row[x[1]-y]", scope)
    assert recorded_name(item.nodeid, shared_fixtures(item)) == name


@pytest.mark.parametrize(
    ("nodeid", "expected"),
    [
        (f"{A}::test_one", A),
        (f"{A}::test_row[x]", f"{A}::test_row[x]"),
        (f"{A}::test_row[y]", A),
        (f"{A}::test_unknown", A),
    ],
)
def test_what_takes_long_and_shares_nothing_is_a_unit_of_its_own(
    nodeid: str, expected: str
) -> None:
    """All else runs with its file."""
    durations = {
        Name(A, "test_one", ""): 900,
        Name(A, "test_row", "x"): ALONE_FROM_MS,
        Name(A, "", "made"): 9000,
    }
    assert unit(nodeid, durations) == expected


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
