"""What a change does to tests, as guard reads it."""

from pathlib import Path

import pytest

from readiness.guard.changes import Direction, Kind
from readiness.guard.project.reading import compare_projects
from tests.support.guarded import (
    CODE,
    LOOSE,
    SAME,
    TESTS,
    TIGHT,
    brief,
    compared,
    edited,
    in_folders,
)
from tests.support.repositories import write

OF_TESTS = [
    ("def test_one", "def check_one", "tests/test_a.py:4", Kind.TEST),
    ("    def test_two(self):\n        assert f(2) == 2\n", "", "tests/test_a.py:9", Kind.TEST),
    ("def test_one", "@pytest.mark.skip\ndef test_one", "tests/test_a.py:4", Kind.SKIP),
    (
        "    assert f(1) == 1",
        "    pytest.skip('later')\n    assert f(1) == 1",
        "tests/test_a.py:5",
        Kind.SKIP,
    ),
    ("    assert f(1) == 1", "    assert True", "tests/test_a.py:5", Kind.ASSERTION),
    ("    assert f(1) == 1", "    assert f(1) == 1 or True", "tests/test_a.py:5", Kind.ASSERTION),
    (
        "    assert f(1) == 1",
        "    try:\n        assert f(1) == 1\n    except AssertionError:\n        pass",
        "tests/test_a.py:5",
        Kind.ASSERTION,
    ),
    ("    assert f(1) == 1", "    assert (f(1), 1)", "tests/test_a.py:5", Kind.ASSERTION),
    (
        "import pytest\n",
        "from pytest import mark, skip as s\ns('x', allow_module_level=True)\nimport pytest\n",
        "tests/test_a.py:2",
        Kind.SKIP,
    ),
    (
        "        assert f(2) == 2\n",
        "        self.skipTest('x')\n        assert f(2) == 2\n",
        "tests/test_a.py:10",
        Kind.SKIP,
    ),
    ("import pytest\n", "import pytest (\n", "tests/test_a.py:4", Kind.TEST),
]


@pytest.mark.parametrize(("old", "new", "place", "kind"), OF_TESTS)
def test_a_test_less_is_told(old: str, new: str, place: str, kind: Kind, tmp_path: Path) -> None:
    """Deleted, renamed out of sight, skipped, or emptied."""
    found = brief(compared(tmp_path, edited("tests/test_a.py", old, new)))
    assert (place, kind, LOOSE) in found
    assert {each[1] for each in found if each[2] is LOOSE} <= {kind, Kind.TEST}


def test_one_of_two_tests_of_a_name_is_missed(tmp_path: Path) -> None:
    """Names are counted."""
    before = {"tests/test_b.py": TESTS}
    found = brief(compared(tmp_path, {"tests/test_b.py": None}, before))
    assert [each[1:] for each in found] == [(Kind.TEST, LOOSE)] * 3


def test_a_file_that_no_test_runner_looks_at_has_no_tests(tmp_path: Path) -> None:
    """Whatever its functions are called."""
    changes = brief(compared(tmp_path, {"tests/test_a.py": None, "tests/old_a.py": TESTS}))
    assert [each[1:] for each in changes] == [(Kind.TEST, LOOSE)] * 3


WAITING = """
def test_soon():
    for _ in range(9):
        try:
            assert f(1) == 1
            break
        except AssertionError:
            pass
    else:
        raise TimeoutError
"""


def test_waiting_for_what_is_asserted_is_no_empty_assertion(tmp_path: Path) -> None:
    """It fails where that never holds."""
    changes = compared(tmp_path, {"tests/test_a.py": f"{TESTS}\n{WAITING}"})
    assert [each.kind for each in changes if each.direction is LOOSE] == []


def test_a_new_test_is_tightened(tmp_path: Path) -> None:
    """It is shown as such."""
    changes = brief(
        compared(tmp_path, {"tests/test_a.py": f"{TESTS}\n\ndef test_new():\n    f(9)\n"})
    )
    assert changes == [("tests/test_a.py:17", Kind.TEST, TIGHT)]


def test_a_function_that_yields_is_no_test(tmp_path: Path) -> None:
    """No runner calls what is in it. Twin: a test becomes such a function."""
    text = "def test_all():\n    for n in range(9):\n        yield check, n\n"
    assert compared(tmp_path / "a", {"tests/test_b.py": None}, {"tests/test_b.py": text}) == []
    before = {"tests/test_b.py": text.replace("yield check, n", "check(n)")}
    (change,) = compared(tmp_path / "b", {"tests/test_b.py": text}, before)
    assert (change.before, change.direction) == ("test_all", LOOSE)


HOOKS = [
    "def pytest_sessionfinish(session, exitstatus):\n    session.exitstatus = 0\n",
    "import os\n\n\ndef pytest_unconfigure():\n    os._exit(0)\n",
    "from os import _exit\n_exit(0)\n",
    "import sys\nsys.exit(0)\n",
    "def pytest_collection_modifyitems(items):\n    items[:] = items[:1]\n",
    "@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport():\n    yield\n",
    "collect_ignore = ['test_a.py']\n",
    "collect_ignore_glob = ['*']\n",
]


@pytest.mark.parametrize("text", HOOKS)
def test_a_hook_that_decides_how_tests_end_is_told(text: str, tmp_path: Path) -> None:
    """In a conftest.py: it has the last word."""
    changes = brief(compared(tmp_path, {"tests/conftest.py": f"import pytest\n{text}"}))
    assert changes
    assert {each[1] for each in changes} <= {Kind.HOOK, Kind.SKIP}
    assert {each[2] for each in changes} == {LOOSE}
    assert brief(compared(tmp_path, {"tests/conftest.py": "import pytest\nX = 1\n"})) == []


def test_a_hook_above_the_folder_of_the_probes_counts(tmp_path: Path) -> None:
    """As settings there do; other code there does not."""
    write(tmp_path / "base", {"service/src/a.py": CODE, "x/b.py": CODE})
    write(tmp_path / "head", {"service/src/a.py": CODE, "x/b.py": f"# noqa\n{CODE}"})
    write(tmp_path / "head", {"conftest.py": HOOKS[0], "x/conftest.py": HOOKS[0]})
    changes = compare_projects(in_folders(tmp_path), workdir="service")
    assert {change.path for change in changes} == {"conftest.py"}


SKIPPING = """\
import pytest


@pytest.mark.skipif(True, reason="not here")
def test_new():
    assert f(9) == 9
"""


def test_a_new_test_may_be_skipped(tmp_path: Path) -> None:
    """Nothing is asked less than before; under another name an old one may not."""
    added = {"tests/test_new.py": SKIPPING}
    assert LOOSE not in {change.direction for change in compared(tmp_path, added)}
    before = {"tests/test_new.py": "def test_old():\n    assert f(9) == 9\n"}
    (found,) = [each for each in compared(tmp_path, added, before) if each.direction is LOOSE]
    assert found.kind is Kind.SKIP


HELPER = """\
class TestNew:
    def zone(self):
        self.skipTest("no zones")

    def days(self):
        return self.zone()

    def test_day(self):
        assert self.days() == 1
"""


@pytest.mark.parametrize(
    ("known", "directions"),
    [("", {TIGHT, SAME}), ("    def days(self):\n        return 1\n", {TIGHT, LOOSE})],
)
def test_a_helper_of_new_tests_may_skip_them(
    known: str, directions: set[Direction], tmp_path: Path
) -> None:
    """What is asked is new. Twin: a helper that other tests had before comes to it."""
    before = {"tests/test_b.py": f"class TestOld:\n    x = 1\n{known}"}
    changes = compared(tmp_path, {"tests/test_b.py": HELPER}, before)
    assert {change.direction for change in changes} == directions


NEW = "import pytest\n\n{}def test_new():\n    assert f(9)\n"
SKIPPED_WHOLE = [
    "import pytest\n\n@pytest.mark.skip\nclass TestNew:\n    def test_new(self):\n        f(9)\n",
    NEW.format("pytestmark = pytest.mark.skip\n"),
    NEW.format("pytest.importorskip('other')\n"),
]


@pytest.mark.parametrize("text", SKIPPED_WHOLE)
def test_a_new_class_or_file_may_be_skipped_whole(text: str, tmp_path: Path) -> None:
    """It hides nothing that was there; with a test that was there before in it, it does."""
    added = {"tests/test_new.py": text}
    assert LOOSE not in {change.direction for change in compared(tmp_path, added)}
    moved = {"tests/test_new.py": text.replace("test_new", "test_two")} | edited(
        "tests/test_a.py", "    def test_two(self):\n        assert f(2) == 2\n", ""
    )
    assert Kind.SKIP in {each.kind for each in compared(tmp_path, moved) if each.direction is LOOSE}


def test_a_class_that_inherits_tests_may_not_be_skipped(tmp_path: Path) -> None:
    """Nobody can read how many tests it has."""
    before = {"tests/test_b.py": "import pytest\n\n\nclass TestB(Shared):\n    pass\n"}
    skipped = before["tests/test_b.py"].replace("class", "@pytest.mark.skip\nclass")
    (found,) = compared(tmp_path, {"tests/test_b.py": skipped}, before)
    assert (found.kind, found.direction) == (Kind.SKIP, LOOSE)
