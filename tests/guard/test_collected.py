"""Tests that are collected under the base's rules, and no longer by the head's."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from readiness.guard.changes import Change, Direction, Kind
from readiness.guard.collected import Case, gone, missing
from readiness.guard.findings import Findings
from readiness.guard.states import States
from tests.support.guarded import in_folders
from tests.support.loosening import (
    Loosening,
    assert_innocent,
    assert_told,
    board,
    guarded,
    rows,
)
from tests.support.program import Project
from tests.support.repositories import write

AT, ELSEWHERE = "tests/test_a.py", "tests/test_b.py"
BODY = "    assert f() == 1\n"


def case(name: str, path: str = AT, *, skipped: bool = False) -> Case:
    """A collected test."""
    return Case(path=path, id=name, function=name.partition("[")[0], skipped=skipped)


BEFORE = {case("test_a"), case("test_n[1]"), case("test_n[2]")}
TEXT = f"def test_a():\n{BODY}\n\ndef test_n(n):\n    assert n\n"
GONE = [
    pytest.param({case("test_a"), case("test_n[1]")}, TEXT, [("test_n[2]", "")], id="a value"),
    pytest.param({case("test_a")}, TEXT, [("test_n[1], test_n[2]", "")], id="all values"),
    pytest.param(
        {case("test_a", skipped=True), case("test_n[1]"), case("test_n[2]")},
        TEXT,
        [("", "test_a")],
        id="skipped",
    ),
    pytest.param(set(), TEXT, [("test_a, test_n[1], test_n[2]", "")], id="nothing is seen"),
    pytest.param(
        {case("test_z"), case("test_n[1]"), case("test_n[2]")},
        TEXT.replace("test_a", "test_z").replace("== 1", "== 2"),
        [("test_a", "")],
        id="another one",
    ),
]
KEPT = [
    pytest.param(BEFORE, TEXT, id="the same"),
    pytest.param({*BEFORE, case("test_more")}, TEXT, id="one more"),
    pytest.param({case("test_a"), case("test_n[8]"), case("test_n[9]")}, TEXT, id="other values"),
    pytest.param({case(kept.id, ELSEWHERE) for kept in BEFORE}, TEXT, id="moved"),
    pytest.param(
        {case("test_z"), case("test_n[1]"), case("test_n[2]")},
        TEXT.replace("test_a", "test_z"),
        id="renamed",
    ),
]


def states(tmp_path: Path, after: str) -> States:
    """A project whose tests are in one file."""
    write(tmp_path / "base", {AT: TEXT})
    write(tmp_path / "head", {AT: after})
    return in_folders(tmp_path)


@pytest.mark.parametrize(("after", "text", "shown"), GONE)
def test_what_is_no_longer_collected_is_named(
    after: set[Case], text: str, shown: list[tuple[str, str]], tmp_path: Path
) -> None:
    """By its id; as skipped where it is still there."""
    found = list(gone(missing(BEFORE, after, states(tmp_path, text))))
    assert [(each.before, each.after) for each in found] == shown
    assert {(each.path, each.direction) for each in found} == {(AT, Direction.LOOSENED)}


@pytest.mark.parametrize(("after", "text"), KEPT)
def test_what_is_renamed_or_moved_is_the_same(after: set[Case], text: str, tmp_path: Path) -> None:
    """So are other values of a parameter, as long as they are as many."""
    assert list(gone(missing(BEFORE, after, states(tmp_path, text)))) == []


def test_what_was_read_is_not_told_again(tmp_path: Path) -> None:
    """A test that is deleted in the text is known to be gone."""
    read = Change(
        subject=AT, kind=Kind.TEST, direction=Direction.LOOSENED, before="test_a", path=AT
    )
    after = {each for each in BEFORE if each.id != "test_a"}
    assert list(gone(missing(BEFORE, after, states(tmp_path, TEXT)), [read])) == []


@pytest.mark.parametrize(
    ("kind", "path", "direction"),
    [
        (Kind.TEST, AT, Direction.NEUTRAL),
        (Kind.SKIP, AT, Direction.NEUTRAL),
        (Kind.TEST, ELSEWHERE, Direction.LOOSENED),
        (Kind.SKIP, "tests/marks.py", Direction.LOOSENED),
        (Kind.TEST, "unit/test_c.py", Direction.LOOSENED),
    ],
)
def test_what_a_runner_collects_is_not_gone(kind: Kind, path: str, direction: Direction) -> None:
    """Whatever reading makes of it: another test does it now, or the mark is for other platforms.

    What a runner misses, or never told of, is as reading has it.
    """
    missed = frozenset({(ELSEWHERE, ""), (ELSEWHERE, "test_a")})
    findings = Findings(
        collected=frozenset({AT, ELSEWHERE}), missing=missed, reached=lambda _: True
    )
    change = Change(subject=path, kind=kind, direction=Direction.LOOSENED, path=path, unsure=True)
    named = replace(change, before="test_a") if kind is Kind.TEST else change
    assert findings.judged(named).direction is direction


RUN = {"run": "python -m pytest -q tests"}
APP = {"board.yaml": board(RUN), "app.py": "def f(n=1):\n    return n\n"}
INI = {"pytest.ini": "[pytest]\npythonpath = .\n"}
PARAMETERS = (
    "import pytest\n\nfrom app import f\n\nVALUES = [1, 2, 3]\nSLOW = False\n\n\n"
    "@pytest.mark.skipif(SLOW, reason='slow')\n@pytest.mark.parametrize('n', VALUES)\n"
    "def test_n(n):\n    assert f(n) == n\n\n\ndef test_f():\n    assert f() == 1\n"
)
CHOSEN = (
    "def chosen(item):\n    return True\n\n\n"
    "def pytest_collection_modifyitems(items):\n    items[:] = [i for i in items if chosen(i)]\n"
)
BASE = {**APP, **INI, "tests/test_n.py": PARAMETERS, "conftest.py": CHOSEN}


def edited(old: str, new: str) -> dict[str, str | None]:
    """The tests, edited."""
    assert old in PARAMETERS
    return {"tests/test_n.py": PARAMETERS.replace(old, new)}


HERE_NOT = "@pytest.mark.skipif(sys.platform == 'win32', reason='')\n"
ELSEWHERE_TOO = {
    "tests/test_n.py": "import sys\n" + PARAMETERS.replace("[1, 2, 3]", "[7, 8, 9]").replace(
        "def test_f", f"{HERE_NOT}def test_f"
    ),
    "tests/marks.py": f"import sys\n\nimport pytest\n\nX = {HERE_NOT[1:]}",
}  # fmt: skip
MORE = edited("[1, 2, 3]", "[1, 2, 3, 4]")
ROWS = [
    Loosening("values of a parameter", BASE, edited("[1, 2, 3]", "[1]"), "test_n[2]", MORE),
    Loosening(
        "a condition that holds now",
        BASE,
        edited("SLOW = False", "SLOW = True"),
        "skipped test added",
        ELSEWHERE_TOO,
    ),
    Loosening(
        "what a hook leaves",
        BASE,
        {"conftest.py": CHOSEN.replace("True", "item.name == 'test_f'")},
        "test_n[1], test_n[2], test_n[3]",
        {"conftest.py": CHOSEN.replace("True", "bool(item)")},
    ),
    Loosening(
        "where tests are looked for",
        {**BASE, "board.yaml": board({"run": "python -m pytest -q"}), "unit/test_u.py": PARAMETERS},
        {"conftest.py": f"{CHOSEN}\n\ndef pytest_ignore_collect(collection_path):\n"
                        "    return collection_path.name == 'unit' or None\n"},
        "unit/test_u.py",
        {"conftest.py": f"{CHOSEN}\n\ndef pytest_report_header():\n    return 'x'\n",
         "pytest.ini": f"{INI['pytest.ini']}testpaths = tests unit\n"
                       "filterwarnings = ignore:x\n"},
    ),
]  # fmt: skip


@rows(*ROWS)
def test_a_test_that_is_left_out_is_told(row: Loosening, project: Project) -> None:
    """Though nothing fails and no test was deleted."""
    assert_told(project, row)


@rows(*ROWS)
def test_a_test_that_is_run_otherwise_is_none(row: Loosening, project: Project) -> None:
    """More of them, other values, another way to the same choice."""
    assert_innocent(project, row)


def test_a_runner_that_tells_nothing_is_named(project: Project) -> None:
    """Then tests are compared by reading alone, and that is said."""
    start = "import unittest\n\n\nclass T(unittest.TestCase):\n"
    test = f"{start}    def test_f(self):\n        self.assertTrue(abs(1))\n"
    files = {"board.yaml": board({"run": "python -m unittest discover tests"})}
    more = test.replace("test_f", "test_g")
    ended = guarded(
        project, {**files, "tests/test_u.py": test}, {"tests/test_v.py": more.replace("T(", "U(")}
    )
    assert ended.status == 0, ended
    assert "T1.1: the runner did not say which tests it collects" in ended.out


def test_a_run_whose_time_is_over_takes_no_test_for_gone(project: Project) -> None:
    """What the head would have collected is not known, and that is said."""
    text = json.loads(board({"run": "python -m pytest -q tests"})) | {"run_timeout": "10s"}
    waits = "import time\n\n\ndef pytest_sessionstart():\n    time.sleep(600)\n"
    base = {**BASE, "board.yaml": json.dumps(text), "conftest.py": CHOSEN}
    ended = guarded(project, base, {"conftest.py": f"{CHOSEN}\n\n{waits}"})
    assert ended.status == 0, ended
    assert "T1.1: the runner did not say which tests it collects" in ended.out
