"""What is measured, before and after: each edit of a project is told with its place."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from readiness.guard.changes import Change, Direction, Kind
from readiness.guard.project import compare_projects
from tests.support.repositories import write

LOOSE, TIGHT, SAME = Direction.LOOSENED, Direction.TIGHTENED, Direction.NEUTRAL

CODE = "def f(a):\n    return a\n\n\ndef g(b):\n    return b\n"
TESTS = """\
import pytest


def test_one():
    assert f(1) == 1


class TestMore:
    def test_two(self):
        assert f(2) == 2

    @pytest.mark.parametrize("n", [1, 2])
    async def test_three(self, n):
        assert f(n) == n
"""
PYPROJECT = """\
[project]
name = "shop"
dependencies = ["requests", "rich"]

[tool.mypy]
strict = true
files = ["src", "tests"]
pretty = true

[tool.ruff]
line-length = 100

[tool.ruff.lint]
select = ["E", "F", "S"]
ignore = ["E501"]

[tool.ruff.lint.per-file-ignores]
"tests/*" = ["S101"]

[tool.coverage.run]
branch = true
source = ["src"]

[tool.coverage.report]
fail_under = 80

[tool.pytest.ini_options]
addopts = "-q --strict-markers --cov-fail-under=80"
testpaths = ["tests"]
xfail_strict = true

[tool.bandit]
exclude_dirs = ["docs"]
"""
MAKEFILE = """\
.PHONY: lint
lint: prepare
\truff check src
\tmypy src

prepare:
\tpip install -q ruff

docs:
\tsphinx docs
"""
CI = ".github/workflows/ci.yml"
WORKFLOW = """\
name: ci
on: push
jobs:
  test:
    runs-on: ubuntu
    steps:
      - uses: actions/checkout@v4
      - name: lint
        run: make lint
      - name: audit
        run: |
          pip install pip-audit
          pip-audit -r requirements.lock
"""
LOCK = """\
certifi==2025.1.1 \\
    --hash=sha256:aa
requests==2.32.0 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
rich==14.0  # via shop
urllib3==2.4.0 \\
    --hash=sha256:dd
"""
FILES: dict[str, str] = {
    "src/a.py": CODE,
    "tests/test_a.py": TESTS,
    "tests/conftest.py": "import pytest\n",
    "pyproject.toml": PYPROJECT,
    "Makefile": MAKEFILE,
    CI: WORKFLOW,
    "requirements.lock": LOCK,
    "tools/gate.sh": "#!/bin/sh\nset -e\nmake lint\n",
}
USED = ("make lint", "sh tools/gate.sh")


def compared(
    tmp_path: Path, after: Mapping[str, str | None], before: Mapping[str, str] | None = None
) -> list[Change]:
    """Compare a project with what these files make of it; None takes one away."""
    return both(tmp_path, after, before)[0]


def both(
    tmp_path: Path, after: Mapping[str, str | None], before: Mapping[str, str] | None = None
) -> tuple[list[Change], list[str]]:
    """The changes and the remarks."""
    write(tmp_path / "base", FILES | dict(before or {}))
    write(tmp_path / "head", FILES | dict(before or {}))
    write(tmp_path / "head", after)
    return compare_projects(str(tmp_path / "base"), str(tmp_path / "head"), used=USED)


def edited(path: str, old: str, new: str) -> dict[str, str | None]:
    """A file with one text in place of another, which must be there once."""
    assert FILES[path].count(old) == 1, old
    return {path: FILES[path].replace(old, new)}


def told(changes: list[Change]) -> list[tuple[str, Kind, Direction]]:
    """Place, kind and direction of each."""
    return [(change.place, change.kind, change.direction) for change in changes]


COMMENTS = [
    "# type: ignore",
    "# type: ignore[arg-type]",
    "# noqa",
    "# noqa: E501",
    "# NOQA:E501,S101",
    "# nosec",
    "# nosec B101",
    "# pragma: no cover",
    "# pragma: no branch",
    "# pyright: ignore",
    "# pylint: disable=no-member",
    "# a reason  # noqa: S101",
    "# mypy: ignore-errors",
    "# ruff: noqa",
    "# flake8: noqa",
    '# mypy: disable-error-code="arg-type"',
    "# mypy: allow-untyped-defs",
    "# pylint: skip-file",
]


@pytest.mark.parametrize("comment", COMMENTS)
def test_a_suppression_is_told_with_its_line(comment: str, tmp_path: Path) -> None:
    """Behind code as well as on a line of its own; gone, it is tightened."""
    added = edited("src/a.py", "return b\n", f"return b  {comment}\n")
    assert told(compared(tmp_path, added)) == [("src/a.py:6", Kind.SUPPRESSION, LOOSE)]
    alone = {"src/a.py": f"{comment}\n{CODE}"}
    assert told(compared(tmp_path, alone)) == [("src/a.py:1", Kind.SUPPRESSION, LOOSE)]
    gone = compared(tmp_path, {"src/a.py": CODE}, {"src/a.py": f"{comment}\n{CODE}"})
    assert told(gone) == [("src/a.py:1", Kind.SUPPRESSION, TIGHT)]


NO_SUPPRESSIONS = [
    'x = "# type: ignore"\n',
    '"""Write `# noqa` behind it."""\n',
    "x = 1  # ignore the type\n",
    "x = 1  # nosecret\n",
    "noqa = 1  # no such thing\n",
]


@pytest.mark.parametrize("text", NO_SUPPRESSIONS)
def test_what_only_looks_like_one_is_none(text: str, tmp_path: Path) -> None:
    """In a string, in prose, as a name."""
    assert compared(tmp_path, {"src/b.py": text}) == []


def test_a_suppression_that_moves_with_its_line_is_the_same(tmp_path: Path) -> None:
    """Down the file, into another file, and with code that is edited in place."""
    before = {"src/a.py": f"import x  # noqa: F401\n{CODE}"}
    assert compared(tmp_path, {"src/a.py": f"\n\nimport x  # noqa: F401\n{CODE}"}, before) == []
    moved = {"src/a.py": CODE, "src/b.py": "import x  # noqa: F401\n"}
    assert compared(tmp_path, moved, before) == []
    (tmp_path / "head" / "src" / "b.py").unlink()
    renamed = {"src/a.py": f"import xy  # noqa: F401\n{CODE}"}
    assert compared(tmp_path, renamed, before) == []


def test_a_suppression_that_says_more_is_told(tmp_path: Path) -> None:
    """One code becomes all; the other way round nothing is loosened."""
    narrow = {"src/a.py": "x = 1  # type: ignore[arg-type]\n"}
    wide = {"src/a.py": "x = 1  # type: ignore\n"}
    (found,) = compared(tmp_path, wide, narrow)
    assert (found.direction, found.before) == (LOOSE, "# type: ignore[arg-type]")
    assert all(each.direction is not LOOSE for each in compared(tmp_path, narrow, wide))


def test_comments_of_other_languages(tmp_path: Path) -> None:
    """A row of the table each."""
    files = {
        "web/a.ts": "// @ts-ignore\nlet a = 1 // eslint-disable-line\n",
        "b.sh": "# shellcheck disable=SC2086\ntrue\n",
        "c.go": "x := 1 //nolint:errcheck\n",
        "d.rs": "#[allow(dead_code)]\nfn f() {}\n",
    }
    places = [each[0] for each in told(compared(tmp_path, files))]
    assert sorted(places) == ["b.sh:1", "c.go:1", "d.rs:1", "web/a.ts:1", "web/a.ts:2"]


# --- tests ----------------------------------------------------------------------------------------

OF_TESTS = [
    ("def test_one", "def check_one", "tests/test_a.py:4", Kind.TEST),
    ("    def test_two(self):\n        assert f(2) == 2\n", "", "tests/test_a.py:9", Kind.TEST),
    ("def test_one", "@pytest.mark.skip\ndef test_one", "tests/test_a.py:4", Kind.SKIP),
    (
        "def test_one",
        "@pytest.mark.skipif(True, reason='')\ndef test_one",
        "tests/test_a.py:4",
        Kind.SKIP,
    ),
    ("def test_one", "@pytest.mark.xfail\ndef test_one", "tests/test_a.py:4", Kind.SKIP),
    (
        "    assert f(1) == 1",
        "    pytest.skip('later')\n    assert f(1) == 1",
        "tests/test_a.py:5",
        Kind.SKIP,
    ),
    ("    assert f(1) == 1", "    assert True", "tests/test_a.py:5", Kind.ASSERTION),
    ("    assert f(1) == 1", "    assert 1 == 1", "tests/test_a.py:5", Kind.ASSERTION),
    ("    assert f(1) == 1", "    assert f(1) == 1 or True", "tests/test_a.py:5", Kind.ASSERTION),
    ("    assert f(1) == 1", "    assert (f(1), 1)", "tests/test_a.py:5", Kind.ASSERTION),
    (
        "import pytest\n",
        "from pytest import mark, skip as s\ns('x', allow_module_level=True)\nimport pytest\n",
        "tests/test_a.py:2",
        Kind.SKIP,
    ),
    (
        "import pytest\n",
        "import pytest\npytestmark = pytest.mark.skip\n",
        "tests/test_a.py:2",
        Kind.SKIP,
    ),
    (
        "import pytest\n",
        "import pytest\nimport unittest as u\nu.skip('x')\n",
        "tests/test_a.py:3",
        Kind.SKIP,
    ),
    (
        "import pytest\n",
        "import pytest\npytest.importorskip('nothing')\n",
        "tests/test_a.py:2",
        Kind.SKIP,
    ),
    (
        "        assert f(2) == 2\n",
        "        self.skipTest('x')\n        assert f(2) == 2\n",
        "tests/test_a.py:10",
        Kind.SKIP,
    ),
    ("import pytest\n", "import pytest (\n", "tests/test_a.py", Kind.UNREADABLE),
]


@pytest.mark.parametrize(("old", "new", "place", "kind"), OF_TESTS)
def test_a_test_less_is_told(old: str, new: str, place: str, kind: Kind, tmp_path: Path) -> None:
    """Deleted, renamed out of sight, skipped, or emptied."""
    found = told(compared(tmp_path, edited("tests/test_a.py", old, new)))
    assert (place, kind, LOOSE) in found
    assert {each[1] for each in found if each[2] is LOOSE} <= {kind, Kind.TEST}


def test_tests_that_move_or_are_renamed_are_the_same(tmp_path: Path) -> None:
    """The same name elsewhere, or another name for the same body."""
    half = TESTS.index("class TestMore")
    moved = {
        "tests/test_a.py": TESTS[:half],
        "tests/unit/test_b.py": "import pytest\n\n\n" + TESTS[half:],
    }
    assert compared(tmp_path, moved) == []
    (tmp_path / "head" / "tests" / "unit" / "test_b.py").unlink()
    assert compared(tmp_path, edited("tests/test_a.py", "test_one", "test_first")) == []
    assert compared(tmp_path, {"tests/test_a.py": None, "tests/test_z.py": TESTS}) == []


def test_one_of_two_tests_of_a_name_is_missed(tmp_path: Path) -> None:
    """Names are counted."""
    before = {"tests/test_b.py": TESTS}
    found = told(compared(tmp_path, {"tests/test_b.py": None}, before))
    assert [each[1:] for each in found] == [(Kind.TEST, LOOSE)] * 3


def test_a_file_that_no_test_runner_looks_at_has_no_tests(tmp_path: Path) -> None:
    """Whatever its functions are called."""
    found = told(compared(tmp_path, {"tests/test_a.py": None, "tests/old_a.py": TESTS}))
    assert [each[1:] for each in found] == [(Kind.TEST, LOOSE)] * 3


def test_a_new_test_is_tightened(tmp_path: Path) -> None:
    """It is shown as such."""
    found = told(compared(tmp_path, {"tests/test_a.py": f"{TESTS}\n\ndef test_new():\n    f(9)\n"}))
    assert found == [("tests/test_a.py:17", Kind.TEST, TIGHT)]


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
    found = told(compared(tmp_path, {"tests/conftest.py": f"import pytest\n{text}"}))
    assert found
    assert {each[1] for each in found} <= {Kind.HOOK, Kind.SKIP}
    assert {each[2] for each in found} == {LOOSE}
    assert told(compared(tmp_path, {"tests/conftest.py": "import pytest\nX = 1\n"})) == []


def test_a_hook_above_the_folder_of_the_probes_counts(tmp_path: Path) -> None:
    """As settings there do; other code there does not."""
    write(tmp_path / "base", {"service/src/a.py": CODE, "x/b.py": CODE})
    write(tmp_path / "head", {"service/src/a.py": CODE, "x/b.py": f"# noqa\n{CODE}"})
    write(tmp_path / "head", {"conftest.py": HOOKS[0], "x/conftest.py": HOOKS[0]})
    changes, _ = compare_projects(str(tmp_path / "base"), str(tmp_path / "head"), workdir="service")
    assert {change.path for change in changes} == {"conftest.py"}


# --- settings -------------------------------------------------------------------------------------

OF_SETTINGS = [
    (
        "strict = true\nfiles",
        "strict = true\nignore_errors = true\nfiles",
        "mypy ignore_errors",
        LOOSE,
    ),
    ("strict = true\nfiles", "strict = false\nfiles", "mypy strict", LOOSE),
    ("strict = true\nfiles", "files", "mypy strict", LOOSE),
    (
        "strict = true\nfiles",
        "strict = true\nwarn_unreachable = true\nfiles",
        "mypy warn_unreachable",
        TIGHT,
    ),
    (
        "strict = true\nfiles",
        "strict = true\nignore_missing_imports = true\nfiles",
        "mypy ignore_missing_imports",
        LOOSE,
    ),
    ("strict = true\nfiles", "strict = true\nexclude = 'src/old'\nfiles", "mypy exclude", LOOSE),
    (
        "strict = true\nfiles",
        "strict = true\ndisable_error_code = ['misc']\nfiles",
        "mypy disable_error_code",
        LOOSE,
    ),
    (
        "strict = true\nfiles",
        "strict = true\nfollow_imports = 'skip'\nfiles",
        "mypy follow_imports",
        LOOSE,
    ),
    ('files = ["src", "tests"]', 'files = ["src"]', "mypy files", LOOSE),
    ('files = ["src", "tests"]', 'files = ["src", "tests", "tools"]', "mypy files", TIGHT),
    ("pretty = true", "pretty = false", "mypy pretty", SAME),
    (
        "pretty = true\n",
        "pretty = true\n[[tool.mypy.overrides]]\nmodule = 'a'\nignore_errors = true\n",
        "mypy overrides[a].ignore_errors",
        LOOSE,
    ),
    ("line-length = 100", "line-length = 200", "ruff line-length", LOOSE),
    ("line-length = 100", "line-length = 80", "ruff line-length", TIGHT),
    ("line-length = 100", "line-length = 100\nexclude = ['src/old']", "ruff exclude", LOOSE),
    ('["E", "F", "S"]', '["E", "F"]', "ruff lint.select", LOOSE),
    ('["E", "F", "S"]', '["E", "F", "S", "B"]', "ruff lint.select", TIGHT),
    ('["E501"]', '["E501", "F401"]', "ruff lint.ignore", LOOSE),
    ('["E501"]', "[]", "ruff lint.ignore", TIGHT),
    (
        '"tests/*" = ["S101"]',
        '"tests/*" = ["S101"]\n"src/*" = ["F"]',
        "ruff lint.per-file-ignores.src/*",
        LOOSE,
    ),
    (
        '"tests/*" = ["S101"]',
        '"tests/*" = ["S101", "F"]',
        "ruff lint.per-file-ignores.tests/*",
        LOOSE,
    ),
    ("branch = true\n", "", "coverage run.branch", LOOSE),
    ("branch = true", "branch = true\nomit = ['src/old/*']", "coverage run.omit", LOOSE),
    ('source = ["src"]', 'source = ["src/a"]', "coverage run.source", LOOSE),
    ("fail_under = 80", "fail_under = 79.5", "coverage report.fail_under", LOOSE),
    ("fail_under = 80", "fail_under = 81", "coverage report.fail_under", TIGHT),
    ("fail_under = 80\n", "", "coverage report.fail_under", LOOSE),
    (
        "fail_under = 80",
        "fail_under = 80\nexclude_also = ['def f']",
        "coverage report.exclude_also",
        LOOSE,
    ),
    ("-q --strict-markers", "-q", "pytest addopts", LOOSE),
    ("-q --strict-markers", "-q --strict-markers --strict-config", "pytest addopts", TIGHT),
    (
        "-q --strict-markers",
        "-q --strict-markers --ignore=tests/test_a.py",
        "pytest addopts",
        LOOSE,
    ),
    ("-q --strict-markers", "-q --strict-markers -p no:warnings", "pytest addopts", LOOSE),
    ("-q --strict-markers", "-q --strict-markers --deselect x", "pytest addopts", LOOSE),
    ("-q --strict-markers", "-q --strict-markers -k fast", "pytest addopts", LOOSE),
    ("-q --strict-markers", "-vv -ra --strict-markers", "pytest addopts", SAME),
    ("--cov-fail-under=80", "--cov-fail-under=60", "pytest addopts", LOOSE),
    ("--cov-fail-under=80", "--cov-fail-under=90", "pytest addopts", TIGHT),
    ('testpaths = ["tests"]', 'testpaths = ["tests/unit"]', "pytest testpaths", LOOSE),
    ("xfail_strict = true\n", "", "pytest xfail_strict", LOOSE),
    (
        "xfail_strict = true\n",
        "xfail_strict = true\nfilterwarnings = ['ignore']\n",
        "pytest filterwarnings",
        LOOSE,
    ),
    ('exclude_dirs = ["docs"]', 'exclude_dirs = ["docs", "src"]', "bandit exclude_dirs", LOOSE),
    ('exclude_dirs = ["docs"]', 'exclude_dirs = ["docs"]\nskips = ["B101"]', "bandit skips", LOOSE),
    ('exclude_dirs = ["docs"]', "exclude_dirs = []", "bandit exclude_dirs", TIGHT),
]


@pytest.mark.parametrize(("old", "new", "subject", "direction"), OF_SETTINGS)
def test_a_setting_is_told_in_its_direction(
    old: str, new: str, subject: str, direction: Direction, tmp_path: Path
) -> None:
    """By tool and key, and with the line on which it stands."""
    (found,) = compared(tmp_path, edited("pyproject.toml", old, new))
    assert (found.subject, found.kind, found.direction) == (subject, Kind.SETTING, direction)
    assert found.path == "pyproject.toml"


OF_FILES = [
    ("mypy.ini", "[mypy]\n", "mypy strict"),
    (
        ".coveragerc",
        "[run]\nomit = src/*\nbranch = true\nsource = src\n[report]\nfail_under=80\n",
        "coverage run.omit",
    ),
    ("pytest.ini", "[pytest]\naddopts = -q\n", "pytest addopts"),
    ("ruff.toml", "line-length = 100\n", "ruff lint.select"),
    (".bandit", "[bandit]\nexclude_dirs = docs\nskips = B101,B102\n", "bandit skips"),
    (".flake8", "[flake8]\nextend-ignore = E1,W2\n", "flake8 extend-ignore"),
    (".pylintrc", "[MESSAGES CONTROL]\ndisable = all\n", "pylint MESSAGES CONTROL.disable"),
    ("pyrightconfig.json", '{"exclude": ["src"]}', "pyright exclude"),
    (".gitleaks.toml", "[allowlist]\npaths = ['src']\n", "gitleaks allowlist.paths"),
    (".gitleaksignore", "abc:src/a.py:key:1\n", ".gitleaksignore"),
]


@pytest.mark.parametrize(("path", "text", "subject"), OF_FILES)
def test_a_file_that_takes_the_place_of_other_settings(
    path: str, text: str, subject: str, tmp_path: Path
) -> None:
    """A tool obeys the first of its places: what stands in the next ones is gone."""
    found = compared(tmp_path, {path: text})
    assert subject in [each.subject for each in found if each.direction is LOOSE]


def test_settings_that_move_to_another_file_are_the_same(tmp_path: Path) -> None:
    """What takes effect counts."""
    start, end = PYPROJECT.index("[tool.mypy]"), PYPROJECT.index("[tool.ruff]")
    ini = "[mypy]\nstrict = True\nfiles = src, tests\npretty = True\n"
    moved = {"pyproject.toml": PYPROJECT[:start] + PYPROJECT[end:], "mypy.ini": ini}
    assert compared(tmp_path, moved) == []


def test_settings_in_another_order_are_the_same(tmp_path: Path) -> None:
    """Comments, order and quotes are no difference."""
    text = PYPROJECT.replace('["E", "F", "S"]', "[\n  'S', # all\n  'F', 'E',\n]")
    assert compared(tmp_path, {"pyproject.toml": f"# new\n{text}"}) == []


def test_sections_of_modules_in_an_ini_file(tmp_path: Path) -> None:
    """One change a module, whether they share a section or not."""
    before = {"mypy.ini": "[mypy]\nstrict = true\n"}
    after = {"mypy.ini": "[mypy]\nstrict = true\n[mypy-a.*,b]\nignore_errors = True\n"}
    found = compared(tmp_path, after, before)
    assert [(each.subject, each.line) for each in found] == [
        ("mypy overrides[a.*].ignore_errors", 4),
        ("mypy overrides[b].ignore_errors", 4),
    ]


def test_settings_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """No tool can obey them."""
    found = told(compared(tmp_path, {"pyproject.toml": "[tool.mypy\n"}))
    assert ("pyproject.toml", Kind.UNREADABLE, LOOSE) in found


# --- commands -------------------------------------------------------------------------------------

OF_COMMANDS = [
    ("Makefile", "\truff check src", "\truff check src || true", "Makefile:3", Kind.MASK),
    ("Makefile", "\truff check src", "\t-ruff check src", "Makefile:3", Kind.MASK),
    ("Makefile", "\truff check src", "\truff check src || :", "Makefile:3", Kind.MASK),
    ("Makefile", "\truff check src", "\truff check src || echo no", "Makefile:3", Kind.MASK),
    ("Makefile", "\truff check src", "\truff check src; exit 0", "Makefile:3", Kind.MASK),
    ("Makefile", "\tsphinx docs", "\tsphinx docs || true", "Makefile:10", Kind.MASK),
    ("Makefile", ".PHONY: lint\n", ".PHONY: lint\n.IGNORE:\n", "Makefile:2", Kind.MASK),
    ("Makefile", ".PHONY: lint\n", ".PHONY: lint\nMAKEFLAGS += -i\n", "Makefile:2", Kind.MASK),
    ("Makefile", "\truff check src", "\truff check --exit-zero src", "Makefile:3", Kind.FLAG),
    ("Makefile", "\truff check src\n", "", "Makefile:2", Kind.RECIPE),
    ("Makefile", "\tpip install -q ruff", "\techo skipped", "Makefile:6", Kind.RECIPE),
    ("tools/gate.sh", "make lint", "make lint || true", "tools/gate.sh:3", Kind.MASK),
    ("tools/gate.sh", "make lint", "exit 0", "tools/gate.sh", Kind.SCRIPT),
    (CI, "run: make lint", "run: make lint || true", f"{CI}:9", Kind.MASK),
    (CI, "run: make lint", "continue-on-error: true\n        run: make lint", f"{CI}:9", Kind.MASK),
    (CI, "run: make lint", "if: ${{ false }}\n        run: make lint", f"{CI}:9", Kind.MASK),
    (
        CI,
        "pip-audit -r requirements.lock",
        "set +e\n          pip-audit -r requirements.lock\n          true",
        f"{CI}:13",
        Kind.MASK,
    ),
    (
        CI,
        "pip-audit -r requirements.lock",
        "pip-audit --ignore-vuln GHSA-1 -r requirements.lock",
        f"{CI}:13",
        Kind.FLAG,
    ),
]


@pytest.mark.parametrize(("path", "old", "new", "place", "kind"), OF_COMMANDS)
def test_a_command_that_hides_or_leaves_out_is_told(
    path: str, old: str, new: str, place: str, kind: Kind, tmp_path: Path
) -> None:
    """With its line; taken away again, it is tightened."""
    after = edited(path, old, new)
    found = told(compared(tmp_path, after))
    assert (place, kind, LOOSE) in found
    back = compared(tmp_path, {path: FILES[path]}, {path: str(after[path])})
    if kind in (Kind.MASK, Kind.FLAG):
        assert kind in {each.kind for each in back if each.direction is TIGHT}
        assert kind not in {each.kind for each in back if each.direction is LOOSE}


def test_recipes_that_the_board_does_not_reach_may_change(tmp_path: Path) -> None:
    """As may the names of targets and comments."""
    assert compared(tmp_path, edited("Makefile", "sphinx docs", "mkdocs build")) == []
    assert compared(tmp_path, edited("Makefile", "lint: prepare\n", "# x\nlint:  prepare\n")) == []


def test_masks_that_move_are_the_same(tmp_path: Path) -> None:
    """To another line or target."""
    before = {"Makefile": MAKEFILE.replace("sphinx docs", "sphinx docs || true")}
    moved = {"Makefile": f"pages:\n\tsphinx docs || true\n\n{MAKEFILE}"}
    assert compared(tmp_path, moved, before) == []


# --- locks ----------------------------------------------------------------------------------------


def test_a_dropped_lock_entry_is_told(tmp_path: Path) -> None:
    """By name; a new version is none."""
    entry = LOCK[LOCK.index("urllib3") :]
    (found,) = compared(tmp_path, edited("requirements.lock", entry, ""))
    assert (found.kind, found.direction, found.before) == (Kind.LOCK, LOOSE, "urllib3")
    assert compared(tmp_path, edited("requirements.lock", "2.32.0", "2.33.0")) == []


def test_a_dropped_hash_is_told(tmp_path: Path) -> None:
    """Anything could be installed in its place; one of two hashes is enough."""
    hashed = edited(
        "requirements.lock", "urllib3==2.4.0 \\\n    --hash=sha256:dd\n", "urllib3==2.4.0\n"
    )
    (found,) = compared(tmp_path, hashed)
    assert (found.kind, found.direction, found.note) == (Kind.LOCK, LOOSE, "hashes")
    one = edited(
        "requirements.lock", "--hash=sha256:bb \\\n    --hash=sha256:cc", "--hash=sha256:bb"
    )
    assert compared(tmp_path, one) == []


def test_what_nobody_asks_for_any_more_may_go(tmp_path: Path) -> None:
    """Dropped from what is asked for in the same change."""
    after = edited("requirements.lock", "rich==14.0  # via shop\n", "")
    after |= edited("pyproject.toml", '"requests", "rich"', '"requests"')
    assert [each.direction for each in compared(tmp_path, after)] == [SAME]


LOCKS = [
    ("poetry.lock", '[[package]]\nname = "{}"\nversion = "1"\n'),
    ("uv.lock", '[[package]]\nname = "{}"\nversion = "1"\n'),
    ("pylock.toml", '[[packages]]\nname = "{}"\nversion = "1"\n'),
]


@pytest.mark.parametrize(("path", "entry"), LOCKS)
def test_lock_files_of_other_tools(path: str, entry: str, tmp_path: Path) -> None:
    """Tables of packages, by name."""
    before = {path: entry.format("requests") + entry.format("urllib3")}
    (found,) = compared(tmp_path, {path: entry.format("requests")}, before)
    assert (found.kind, found.direction, found.before) == (Kind.LOCK, LOOSE, "urllib3")


def test_a_pipfile_lock(tmp_path: Path) -> None:
    """JSON, by group."""
    before = {"Pipfile.lock": '{"default": {"a": {"hashes": ["x"]}, "b": {}}}'}
    (found,) = compared(tmp_path, {"Pipfile.lock": '{"default": {"a": {"hashes": ["x"]}}}'}, before)
    assert (found.direction, found.before) == (LOOSE, "b")


# --- the whole ------------------------------------------------------------------------------------


def test_the_same_project_is_the_same(tmp_path: Path) -> None:
    """Also with other line ends, and a byte order mark."""
    assert compared(tmp_path, {}) == []
    for path, text in FILES.items():
        (tmp_path / "head" / path).write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    changes, _ = compare_projects(str(tmp_path / "base"), str(tmp_path / "head"), used=USED)
    assert changes == []


def a_package(number: int) -> dict[str, str]:
    """A package with some code in it."""
    body = "".join(f"def f{n}(a, b):\n    return a + b + {n}\n\n\n" for n in range(20))
    return {f"src/shop/part{number}/{name}.py": body for name in ("__init__", "one", "two")}


def test_errors_that_are_silenced_are_called_what_they_are(tmp_path: Path) -> None:
    """Whole packages ignored, hardly a line of code changed: the count falls, the errors stay."""
    packages = {path: text for n in range(8) for path, text in a_package(n).items()}
    modules = "".join(f'  "shop.part{n}.*",\n' for n in range(6))
    override = f"\n[[tool.mypy.overrides]]\nmodule = [\n{modules}]\nignore_errors = true\n"
    silenced: dict[str, str | None] = {
        "pyproject.toml": PYPROJECT + override,
        "src/shop/part0/one.py": packages["src/shop/part0/one.py"].replace("+ 3\n", "+ 4\n"),
    }
    changes, remarks = both(tmp_path, silenced, packages)
    assert [each.subject for each in changes] == [
        f"mypy overrides[shop.part{n}.*].ignore_errors" for n in range(6)
    ]
    assert {each.direction for each in changes} == {LOOSE}
    assert {each.line > 0 for each in changes} == {True}
    (sentence,) = remarks
    assert sentence == (
        "mypy now ignores every error in 6 packages"
        " (shop.part0, shop.part1, shop.part2, shop.part3, shop.part4, shop.part5),"
        " 18 of 27 files, while 1 of their 1458 lines changed:"
        " its count falls because errors are hidden, not because they are fixed."
    )


def test_errors_that_are_fixed_are_not_called_silenced(tmp_path: Path) -> None:
    """The code changes, the settings do not."""
    packages = {path: text for n in range(2) for path, text in a_package(n).items()}
    fixed = {
        path: text.replace("(a, b)", "(a: int, b: int) -> int") for path, text in packages.items()
    }
    assert both(tmp_path, fixed, packages) == ([], [])
