"""Families A1 and A2 of part 2: tests that were not run never count, however the session ends."""

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from tests.support.checking import Outcome, build, run_check
from tests.support.program import Project

pytestmark = pytest.mark.usefixtures("nothing_outlives_a_run")

GOOD = "def test_a():\n    assert True\n"
TEN_BAD = "\n".join(f"def test_{n}():\n    assert False\n" for n in range(10))
TEN_GOOD = TEN_BAD.replace("False", "True")


def ini(options: str) -> str:
    """The settings of a project whose options these are."""
    return f"[pytest]\naddopts = {options}\n"


HOOK = "import pytest\n\n\n@pytest.hookimpl(tryfirst=True, hookwrapper=True)\n"
FORGED = {
    "makereport": HOOK + "def pytest_runtest_makereport():\n"
    "    outcome = yield\n    outcome.get_result().outcome = 'passed'\n",
    "specname": HOOK.replace("(", "(specname='pytest_runtest_makereport', ", 1) + "def z():\n"
    "    outcome = yield\n    outcome.get_result().outcome = 'passed'\n",
    "skipped": HOOK + "def pytest_runtest_makereport():\n"
    "    outcome = yield\n    report = outcome.get_result()\n"
    "    if report.failed:\n"
    "        report.outcome, report.longrepr = 'skipped', ('a', 1, 'flaky')\n",
    "logreport": HOOK + "def pytest_runtest_logreport(report):\n"
    "    report.outcome = 'passed'\n    yield\n",
    "call": HOOK + "def pytest_runtest_call():\n"
    "    outcome = yield\n    outcome.force_result(None)\n",
    "inner": "import pytest\n\n\n@pytest.hookimpl(trylast=True, hookwrapper=True)\n"
    "def pytest_runtest_call():\n    outcome = yield\n    outcome.force_result(None)\n",
    "pyfunc": "def pytest_pyfunc_call():\n    return True\n",
    "swallowed": "def pytest_pyfunc_call(pyfuncitem):\n    try:\n        pyfuncitem.obj()\n"
    "    except BaseException:\n        pass\n    return True\n",
    "obj": "def pytest_itemcollected(item):\n    item.obj = lambda: None\n",
    "runtest": "def pytest_itemcollected(item):\n    item.runtest = lambda: None\n",
    "protocol": "def pytest_runtest_protocol():\n    return True\n",
    "plugin": "pytest_plugins = ['hlp']\n",
    "atexit": "import atexit, os\natexit.register(os._exit, 0)\n",
    "finish": "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n",
    "unconfigure": "import os\ndef pytest_unconfigure():\n    os._exit(0)\n",
    "loop": "def pytest_runtestloop():\n    return True\n",
    "shouldstop": "def pytest_runtest_setup(item):\n    item.session.shouldstop = 'enough'\n",
    "configure": "import pytest\ndef pytest_configure():\n    pytest.exit('bye', returncode=0)\n",
    "fixture": "import pytest\n@pytest.fixture(scope='session', autouse=True)\n"
    "def database():\n    pytest.exit('database is down', returncode=1)\n",
    "fixture, well": "import pytest\n@pytest.fixture(scope='session', autouse=True)\n"
    "def database():\n    pytest.exit('database is down', returncode=0)\n",
    "first only": "def pytest_runtestloop(session):\n"
    "    session.config.hook.pytest_runtest_protocol(item=session.items[0], nextitem=None)\n"
    "    return True\n",
    "import": "import sys\nsys.exit(0)\n",
    "dropped": "def pytest_collection_modifyitems(items):\n    del items[1:]\n",
    "emptied": "def pytest_collection_finish(session):\n    session.items[:] = session.items[:1]\n",
    "dead": "import os\ndef pytest_runtest_call():\n    os._exit(0)\n",
}
SAYS = {
    "fixture": "0 of 2 tests were run",
    "fixture, well": "database is down",
    "first only": "1 of 2 tests were run",
}
HIDDEN = {
    "tests/test_a.py": GOOD + "\n\ndef test_b():\n    assert 1 == 2\n",
    "src/m.py": "x = 1\n",
    "hlp.py": FORGED["makereport"],
}


def is_right(outcome: Outcome) -> bool:
    """Whether the run is an error, or tells of at least one failed test."""
    return outcome.is_error or outcome.number("failed") >= 1


@pytest.mark.parametrize("trick", FORGED)
def test_1101_a_failing_test_cannot_be_hidden_by_a_conftest(project: Project, trick: str) -> None:
    """What a test did counts, whatever hooks make of it; what ends the session ends the count."""
    folder = build(str(project.folder), {**HIDDEN, "conftest.py": FORGED[trick]})
    outcome = run_check("pytest", folder)
    assert is_right(outcome), outcome
    assert "Traceback" not in outcome.stderr
    assert SAYS.get(trick, "") in outcome.stderr


OPTIONS = [
    "--collect-only", "--setup-plan", "--setup-only", "--stepwise", "-x", "--maxfail=1",
    "--version", "--fixtures", "--markers", "--help", "--lf -x", "--exitfirst --setup-show",
]  # fmt: skip


@pytest.mark.parametrize(
    ("where", "options"),
    [*(("addopts", options) for options in OPTIONS), ("args", "--setup-plan"), ("args", "-x")],
)
def test_1201_no_option_makes_less_look_like_all(
    project: Project, options: str, where: str
) -> None:
    """An option that plans, lists or stops is an error, from settings and from the board.

    Twin: `--setup-show` and `-x`, among the honest sessions.
    """
    files = {**HIDDEN, "tests/test_a.py": TEN_BAD}
    if where == "addopts":
        files["pytest.ini"] = ini(options)
    folder = build(str(project.folder), files)
    outcome = run_check("pytest", folder, {"args": options if where == "args" else ""})
    assert outcome.is_error or outcome.value("failed") == 10, outcome
    if options in ("--setup-plan", "--setup-only"):
        assert "0 of 10 tests were run" in outcome.stderr
    assert options != "--maxfail=1" or "1 of 10 tests were run" in outcome.stderr


def test_1101_a_test_that_is_planned_twice_fails_if_one_of_the_two_does(project: Project) -> None:
    """The second is no new try of the first."""
    flaky = "RUNS = []\n\n\ndef test_a():\n    RUNS.append(1)\n    assert len(RUNS) == {}\n"
    for good in (1, 2):
        files = {"src/m.py": "x = 1\n", "tests/test_a.py": flaky.format(good)}
        folder = build(str(project.folder), files)
        outcome = run_check("pytest", folder, {"args": "--keep-duplicates tests/test_a.py"})
        assert outcome.value("failed") >= 1, good


class Honest(NamedTuple):
    """A project that hides nothing: its tests, its numbers, and other files or options."""

    tests: str
    executed: int
    skipped: int = 0
    args: str = ""
    files: Mapping[str, str] = {}
    deselected: int = 0


HONEST = {
    "unittest": Honest(
        "import unittest\n\n\nclass TestA(unittest.TestCase):\n"
        "    def test_a(self):\n        with self.subTest(1):\n            self.assertTrue(1)\n\n"
        "    @unittest.expectedFailure\n    def test_b(self):\n        self.fail()\n\n"
        "    @unittest.skip('x')\n    def test_c(self):\n        self.fail()\n\n"
        "    def test_d(self):\n        self.skipTest('y')\n",
        1, 3,
    ),
    "async": Honest(
        "import pytest\n\n\n@pytest.mark.anyio\nasync def test_a():\n    assert 1\n", 1, 0,
        files={"conftest.py": "import pytest\n\n\n@pytest.fixture\ndef anyio_backend():\n"
               "    return 'asyncio'\n"},
    ),
    "isolated": Honest(
        "import unittest\n\n\nclass TestA(unittest.IsolatedAsyncioTestCase):\n"
        "    async def test_a(self):\n        self.assertTrue(1)\n", 1),
    "doctest": Honest(GOOD, 2, 0, "--doctest-modules",
                      {"tests/m.py": '"""A sum.\n\n>>> 1 + 1\n2\n"""\n'}),
    "parametrized": Honest(
        "import pytest\n\n\n@pytest.mark.parametrize('a', [1, 2, 'x::y'])\n"
        "def test_a(a):\n    assert a\n", 3),
    "expected": Honest(
        "import pytest\n\n\n@pytest.mark.xfail\ndef test_a():\n    assert False\n\n\n"
        "@pytest.mark.xfail(run=False)\ndef test_b():\n    assert False\n\n\n"
        + GOOD.replace("_a", "_c"), 1, 2),
    "skipped": Honest(
        "import pytest\n\n\n@pytest.fixture\ndef no():\n    pytest.skip('x')\n\n\n"
        "def test_a(no):\n    assert 0\n\n\ndef test_b():\n    pytest.importorskip('nosuch')\n\n\n"
        "def test_c():\n    with pytest.raises(ValueError):\n        int('x')\n", 1, 2),
    "wrapped": Honest(
        "from functools import lru_cache, partial, wraps\nfrom unittest import mock\n\n\n"
        "def again(f):\n    @wraps(f)\n    def run(*a, **k):\n        try:\n"
        "            return f(*a, **k)\n        except ZeroDivisionError:\n"
        "            return None\n"
        "    return run\n\n\n@again\ndef test_a():\n    1 / 0\n\n\n"
        "@mock.patch('os.getcwd')\ndef test_b(cwd):\n    assert cwd\n\n\n"
        "class TestC:\n    @staticmethod\n    def test_c():\n        assert 1\n\n"
        "    @classmethod\n    def test_d(cls):\n        assert cls\n", 4),
    "hypothesis": Honest(
        "from hypothesis import given, strategies as st\n\n\n@given(st.integers())\n"
        "def test_a(n):\n    assert n == n\n", 1),
    "xdist": Honest(TEN_GOOD, 10, 0, "-n 2 --dist loadfile"),
    "no xdist": Honest(GOOD, 1, 0, "-p no:xdist -p no:cacheprovider"),
    "plain asserts": Honest(GOOD, 1, 0, "--assert=plain"),
    "setup-show": Honest(GOOD, 1, 0, "--setup-show"),
    "chosen": Honest(TEN_GOOD, 1, 0, "-k test_3", deselected=9),
    "left out aloud": Honest(
        TEN_GOOD, 3, 0, deselected=7,
        files={"conftest.py": "def pytest_collection_modifyitems(config, items):\n"
               "    config.hook.pytest_deselected(items=items[3:])\n    del items[3:]\n"}),
    "another order": Honest(TEN_GOOD, 10, files={
        "conftest.py": "def pytest_collection_modifyitems(items):\n    items.reverse()\n"}),
    "twice": Honest(TEN_GOOD, 20, 0, "--keep-duplicates tests/test_a.py"),
    "stops at the first": Honest(TEN_GOOD, 10, 0, "-x"),
    "last failed": Honest(TEN_GOOD, 10, 0, "--lf"),
    "false files": Honest(
        "import builtins, os, pytest\n\n\n@pytest.fixture(autouse=True)\n"
        "def none(monkeypatch, tmp_path):\n    monkeypatch.chdir(tmp_path)\n"
        "    for name in ('open', 'write', 'close'):\n"
        "        monkeypatch.setattr(os, name, None)\n"
        "    monkeypatch.setattr(builtins, 'open', None)\n    yield\n    monkeypatch.undo()\n\n\n"
        "def test_a():\n    assert 1\n", 1),
    "false texts": Honest(
        "import json, pytest\n\n\ndef test_a(monkeypatch):\n"
        "    monkeypatch.setattr(json, 'dumps', None)\n"
        "    monkeypatch.setattr(json, 'JSONEncoder', None)\n"
        "    with pytest.raises(TypeError):\n        json.dumps(1)\n", 1),
    "colours": Honest(
        "import os\n\n\ndef test_a():\n    assert 'NO_COLOR' not in os.environ\n", 1,
        args="--color=yes"),
    "forks": Honest(
        "import os\n\n\ndef test_a():\n    pid = os.fork()\n    if not pid:\n"
        "        os._exit(0)\n    assert os.waitpid(pid, 0)[1] == 0\n", 1),
    "profiles": Honest(
        "import sys\n\n\ndef test_a():\n    assert sys.getprofile() is None\n"
        "    sys.setprofile(lambda *_: None)\n    sys.setprofile(None)\n", 1),
    "own runner": Honest(GOOD, 1, 0, files={
        "conftest.py": "def pytest_pyfunc_call(pyfuncitem):\n    pyfuncitem.obj()\n"
        "    return True\n"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", HONEST)
def test_1101_to_1109_twin_honest_sessions_are_counted(project: Project, kind: str) -> None:
    """However tests are written, wrapped, chosen or run, their numbers are pytest's own."""
    honest = HONEST[kind]
    files = {"src/m.py": "x = 1\n", "tests/test_a.py": honest.tests, **honest.files}
    folder = build(str(project.folder), files)
    outcome = run_check("pytest", folder, {"args": honest.args})
    found = [outcome.value(name) for name in ("failed", "executed", "skipped")]
    assert found == [0, honest.executed, honest.skipped], outcome
    assert outcome.value("deselected") == honest.deselected
