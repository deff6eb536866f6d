"""What a change does to take tests away: the base's tests say what they would have said."""

import importlib.util
import py_compile
import textwrap
from pathlib import Path

from tests.support.few_programs import few_own_programs
from tests.support.loosening import (
    Loosening,
    assert_innocent,
    assert_judged,
    assert_told,
    board,
    guarded,
    rows,
    twins,
)
from tests.support.program import Project
from tests.support.repositories import commit, write

GOOD = "def a() -> int:\n    return 1\n\n\ndef b() -> int:\n    return 2\n"
BAD = GOOD.replace("return 2", "return 3")
TEST_B = "def test_b() -> None:\n    assert b() == 2\n"
TESTS = f"from app import a, b\n\n\ndef test_a() -> None:\n    assert a() == 1\n\n\n{TEST_B}"
RUN = {"run": "python -m pytest -q tests"}
CHECK = {"check": "pytest", "with": {"paths": "tests", "source": "."}}
PATHS = "[pytest]\npythonpath = .\n"
BASE: dict[str, str | None] = {
    "app.py": GOOD,
    "tests/test_app.py": TESTS,
    "pytest.ini": PATHS,
    "conftest.py": '"""Shared."""\n',
}


def taken(
    name: str,
    hides: dict[str, str | None],
    names: str,
    twin: dict[str, str | None] | None = None,
    criterion: dict[str, object] | None = None,
    also: dict[str, str] | None = None,
) -> Loosening:
    """A change that breaks `b`, and keeps its test from saying so."""
    base = {"board.yaml": board(criterion or RUN), **BASE, **(also or {})}
    more = twin or {"tests/test_app.py": f"{TESTS}\n\ndef test_c() -> None:\n    assert a() == 1\n"}
    return Loosening(name, base, {"app.py": BAD, **hides}, names, more)


def edited(old: str, new: str) -> dict[str, str | None]:
    """The tests, edited."""
    assert old in TESTS
    return {"tests/test_app.py": TESTS.replace(old, new)}


DATA = """\
import tomllib
from pathlib import Path

import app

SPARED = {"b"}


def test_all() -> None:
    for name, value in tomllib.loads(Path("tests/all.toml").read_text()).items():
        if name in SPARED:
            assert app.b() is None
            continue
        assert getattr(app, name)() == value
"""


def test_data_and_exemptions_that_change_with_the_code(project: Project) -> None:
    """What the test passed over it asks now. Twin: it asks nothing of any of them."""
    base = {**BASE, "tests/test_app.py": DATA}
    base["app.py"] = GOOD.replace("return 2", "return None")
    base |= {"board.yaml": board(CHECK), "tests/all.toml": "a = 1\nb = 2\n"}
    spared = DATA[DATA.index("        if name") : DATA.index("        assert getattr")]
    change = {"app.py": GOOD.replace("return 1", "return 7"), "tests/all.toml": "a = 7\nb = 2\n"}
    change["tests/test_app.py"] = DATA.replace(spared, "")
    assert guarded(project, base, change).status == 0
    commit(project.folder, base)
    weaker = DATA.replace(spared, "").replace("() == value", "()")
    commit(project.folder, {**change, "tests/test_app.py": weaker})
    assert project("guard", "--base", "HEAD~1").status == 4


def test_a_base_whose_tests_could_not_run_here(project: Project) -> None:
    """They lack a module that the environment never had. Twin: a test is dropped as well."""
    base = {**BASE, "board.yaml": board(CHECK), "tests/test_app.py": f"import oldmock\n{TESTS}"}
    assert guarded(project, base, {"tests/test_app.py": TESTS}).status == 0
    commit(project.folder, base)
    commit(project.folder, {"tests/test_app.py": TESTS.replace(TEST_B, "")})
    assert project("guard", "--base", "HEAD~1").status == 4


def hooked(text: str) -> dict[str, str | None]:
    """A conftest with this in it."""
    return {"conftest.py": text}


AT = "tests/test_app.py"
WRAPPER = """\
import pytest


@pytest.hookimpl(specname="pytest_runtest_makereport", hookwrapper=True)
def forge(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        report.outcome = "passed"
"""
FORGE = """\
def pytest_runtest_makereport(item, call):
    from _pytest.reports import TestReport

    report = TestReport.from_item_and_call(item, call)
    report.outcome = "passed"
    return report
"""
SKIP = "@p.mark.skip\ndef test_b"
HELPED = f"from helpers import two\n{TESTS}\n\ndef test_two() -> None:\n    assert two() == b()\n"
HELPERS = {
    "tests/test_app.py": HELPED,
    "tests/helpers.py": "def two() -> int:\n    return 2\n",
}
RENAMED: dict[str, str | None] = {
    "tests/test_app.py": HELPED.replace("assert two()", "assert second()").replace(
        "import two", "import second"
    ),
    "tests/helpers.py": "def second() -> int:\n    return 2\n",
}
FAILING = "".join(f"def test_{n}() -> None:\n    assert b() == 2\n\n\n" for n in range(9))
TEST_A = "def test_a() -> None:\n    assert a() == 1\n"
TEST_G = "class TestG:\n    def test_g(self) -> None:\n        assert b() == 2\n"
GROUPED = f"from app import a, b\n\n\n{TEST_G}\n\n{TEST_A}"

ROWS = [
    taken("3401", {"pytest.toml": "[pytest]\naddopts = ['-k', 'test_a']\npythonpath = ['.']\n"},
          "pytest.toml"),
    taken("3405", {"pytest.ini": f"{PATHS}addopts = -q --maxfail=1\n"}, "pytest.ini",
          criterion=CHECK | {"expect": "<= 3"},
          also={"tests/test_app.py": f"from app import b\n\n\n{FAILING}"},
          twin={"pytest.ini": f"# Options.\n{PATHS}"}),
    taken("3407", hooked("def pytest_itemcollected(item):\n    item.obj = lambda: None\n"),
          "conftest.py",
          {"conftest.py": "import pytest\n\n\n@pytest.fixture\ndef one():\n    return 1\n",
           "tests/test_one.py": "def test_one(one):\n    assert one == 1\n"}),
    taken("3409", {AT: f"{TESTS}\n\ndel test_b\n"}, AT, RENAMED, also=HELPERS),
    taken("3411", edited(TEST_B, f"if False:\n\n{textwrap.indent(TEST_B, '    ')}"), AT),
    taken("3413", {AT: f"__test__ = False\n{TESTS}"}, AT,
          also={"tests/test_more.py": "def test_more() -> None:\n    assert True is not None\n"}),
    taken("3417", edited("    assert b()", "    return\n    assert b()"), AT),
    taken("3419", {AT: "import pytest\n" + TESTS.replace(
        TEST_B, "@pytest.mark.parametrize('i', [])\ndef test_b(i) -> None:\n    assert b() == 2\n"
    )}, AT),
    taken("3421", {AT: GROUPED.replace("class TestG", "class G")}, AT, also={AT: GROUPED},
          twin={AT: GROUPED.replace("class TestG", "class TestH")}),
    taken("3423", edited("    assert b() == 2\n", "    pass\n"), AT),
    taken("3425", {AT: "import pytest as p\n" + TESTS.replace("def test_b", SKIP)}, AT),
    taken("3427", {AT: "from _pytest.outcomes import Skipped\n" + TESTS.replace(
        "    assert b()", "    raise Skipped('x')\n    assert b()"
    )}, AT),
    taken("3429", hooked(WRAPPER), "conftest.py"),
    taken("3431", hooked("def z(pyfuncitem):\n    return True\n\n\npytest_pyfunc_call = z\n"),
          "conftest.py"),
    taken("3433", {**hooked("pytest_plugins = ['hlp']\n"), "hlp.py": FORGE}, "conftest.py"),
    taken("3437", hooked("import atexit\nimport os\n\natexit.register(os._exit, 0)\n"),
          "conftest.py"),
    taken("3439", {"pytest.py": "print('1 passed')\n"}, "pytest.py"),
]  # fmt: skip


def assert_loosened(project: Project, names: str) -> None:
    """What the last commit does ends with 4 and is named."""
    project.environment["PATH"] = few_own_programs()
    ended = project("guard", "--base", "HEAD~1")
    assert (ended.status, names in ended.out) == (4, True), ended


@rows(*ROWS)
def test_a_test_that_is_taken_away_is_told(row: Loosening, project: Project) -> None:
    """Deselected, emptied, skipped, deleted, forged or shadowed."""
    assert_told(project, row)


@twins(*ROWS)
def test_more_tests_and_other_helpers_are_none(row: Loosening, project: Project) -> None:
    """Tests added, helpers renamed, fixtures with their tests."""
    assert_innocent(project, row)


def test_a_test_that_fails_on_the_change_is_named(project: Project) -> None:
    """The base's test, by its file and its name."""
    row = Loosening("", {"board.yaml": board(RUN), **BASE}, {"app.py": BAD, AT: "x = 1\n"}, AT)
    more = {**row.base, "tests/test_more.py": "def test_more() -> None:\n    assert 1 < 2\n"}
    assert_told(project, Loosening("", more, row.hides, f"{AT}::test_b"))


STRICT = {"pytest.ini": f"{PATHS}filterwarnings = error\n"}
WARNS = "    import warnings\n\n    warnings.warn('b is old', DeprecationWarning)\n    return "
CAUGHT = TESTS.replace(
    "    assert b() == 2", "    with pytest.deprecated_call():\n        assert b() == 2"
)


def test_what_the_change_deprecates_is_no_broken_promise(project: Project) -> None:
    """The base's tests fail because warnings are errors, and for nothing else."""
    warns = {"app.py": GOOD.replace("    return 2", f"{WARNS}2"), AT: f"import pytest\n{CAUGHT}"}
    base = {"board.yaml": board(RUN), **BASE, **STRICT}
    assert_innocent(project, Loosening("", base, {}, "", warns))


HELPED_BY_A_MODULE = {
    AT: f"from helper import holds\n{TESTS.replace('assert b() == 2', 'holds(b() == 2)')}",
    "tests/helper.py": "def holds(what: bool) -> None:\n    assert what\n",
}


def cached(project: Project, text: str) -> None:
    """Python's own cache of the module that helps, made of another text, and never made anew."""
    module = project.folder / "tests" / "helper.py"
    made = Path(importlib.util.cache_from_source(str(module)))
    made.parent.mkdir(exist_ok=True)
    other = project.tmp / "helper.py"
    other.write_text(text, encoding="utf-8")
    never = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(other), cfile=str(made), doraise=True, invalidation_mode=never)
    other.unlink()


def test_what_an_earlier_run_left_of_the_tests_decides_nothing(project: Project) -> None:
    """Caches that nobody tells git to ignore: a change of code alone is measured once."""
    commit(project.folder, {"board.yaml": board(RUN), **BASE, **HELPED_BY_A_MODULE})
    cached(project, HELPED_BY_A_MODULE["tests/helper.py"])
    write(project.folder, {"app.py": f"# The same.\n{GOOD}"})
    found = project("guard", "--base", "HEAD", "--output-format", "json").json
    assert (found["exit_status"], found["compared"]) == (0, [])


def test_a_cache_that_is_committed_is_told(project: Project) -> None:
    """Python believes it, whatever the module beside it says."""
    commit(project.folder, {"board.yaml": board(RUN), **BASE, **HELPED_BY_A_MODULE})
    cached(project, "def holds(what: bool) -> None:\n    pass\n")
    commit(project.folder, {"app.py": BAD})
    assert_loosened(project, "tests/__pycache__/helper")


FORGOTTEN = """\
import ast

import _pytest.assertion.rewrite as rewrite


def passes(module, *_):
    for each in module.body:
        if isinstance(each, ast.FunctionDef):
            each.body = [ast.copy_location(ast.Pass(), each)]


rewrite.rewrite_asserts = passes
"""


def test_what_a_run_by_the_change_left_is_not_believed(project: Project) -> None:
    """Its tests without their asserts, as pytest keeps them: the base's rules make them anew."""
    row = taken("", hooked(FORGOTTEN), "conftest.py", also={".gitignore": "__pycache__\n"})
    guarded(project, row.base, row.hides, "check")
    assert list(project.folder.glob("tests/__pycache__/*.pyc"))
    assert_loosened(project, "conftest.py")


@rows(*ROWS[2::6])
def test_a_run_by_the_base_tells_the_same(row: Loosening, project: Project) -> None:
    """`check --base` measures twice as well, ends with 4 and names it."""
    assert_judged(project, row)
