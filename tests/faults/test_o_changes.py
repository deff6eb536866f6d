"""Ordinary work, part C: changes that loosen nothing, several upon one project at a time."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.few_programs import few_own_programs
from tests.support.program import Project, a_board
from tests.support.repositories import commit, git, write

Files = Mapping[str, str | None]


class Row(NamedTuple):
    """A row of the list: texts of files that are replaced, or files that come in place of others.

    `swaps` are a file, a text in it and what takes its place; `files` are written whole.
    """

    row: int
    swaps: tuple[tuple[str, str, str], ...] = ()
    files: Files = {}  # noqa: RUF012 - never changed


CART = '''\
"""A cart."""

from shop.prices import price


def total(items: list[str]) -> int:
    """Add up what items cost."""
    return sum(price(item) for item in items)


def count(items: list[str]) -> int:
    """Count items."""
    return len(items)


def _old(items: list[str]) -> int:
    return len(items) * 2
'''
PRICES = '''\
"""What things cost."""

import json
from pathlib import Path

PRICES = {"tea": 3, "cup": 5}


def price(item: str) -> int:
    """Look a price up."""
    if item not in PRICES:
        raise ValueError(item)  # type: ignore[misc]
    return PRICES[item]


def half(amount: int) -> int:
    """Halve an amount."""
    return amount // 2


def listed() -> str:
    """List the prices."""
    return json.dumps(PRICES, indent=1)


def load(path: Path) -> dict[str, int]:
    """Load prices."""
    return json.loads(path.read_text())  # type: ignore[no-any-return]
'''
TEST_CART = """\
from shop.cart import _old, count, total


def test_total() -> None:
    assert total(["tea", "cup"]) == 8


def test_count() -> None:
    assert count(["tea"]) == 1


def test_count_none() -> None:
    assert count([]) == 0


def test_old() -> None:
    assert _old(["tea"]) == 2
"""
TEST_PRICES = """\
import unittest
from pathlib import Path
from unittest import mock

import pytest

from shop import prices

GOLDEN = Path(__file__).parent / "data" / "prices.json"


class TestPrices(unittest.TestCase):
    def test_price(self) -> None:
        self.assertEqual(prices.price("tea"), 3)

    def test_unknown(self) -> None:
        with self.assertRaises(ValueError):
            prices.price("car")


@pytest.fixture
def amount() -> int:
    return 5


def test_half(amount: int) -> None:
    assert prices.half(amount) == 2


def test_listed() -> None:
    assert prices.listed() == GOLDEN.read_text().strip()


def test_load() -> None:
    path = mock.Mock()
    path.read_text.return_value = "{}"
    assert prices.load(path) == {}
"""
PYPROJECT = """\
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.9"
dependencies = ["requests>=2"]
classifiers = ["Programming Language :: Python :: 3.9"]

[tool.ruff]
line-length = 100

[tool.ruff.lint]
select = ["E", "F", "I"]

[tool.mypy]
strict = true
warn_unused_ignores = false
files = ["src"]

[tool.pytest.ini_options]
pythonpath = ["src"]
testpaths = ["tests"]

"""
MAKEFILE = """\
.PHONY: lint docs
lint:
\truff check src tests

docs:
\tmkdocs build
"""
CI = ".github/workflows/ci.yml"
WORKFLOW = """\
name: ci
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python: ["3.9", "3.12"]
    steps:
      - uses: actions/checkout@v4
      - name: install
        run: pip install -r requirements.txt readiness
      - name: gate
        run: readiness check --base origin/main
      - uses: actions/upload-artifact@v4
        with: {name: page, path: page.html}
"""
HOOKS = """\
repos:
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.5.0
    hooks: [{id: ruff}]
"""
SCRIPT = "#!/bin/bash\nset -euo pipefail\npython -m compileall -q src\n"
LOCK = "requests==2.32.0\nurllib3==2.2.1\n"
BOARD = a_board(
    {"run": "make lint"},
    {"check": "ruff", "with": {"paths": "src tests"}},
    {"check": "mypy", "with": {"paths": "src"}},
    {"check": "pytest", "with": {"paths": "tests", "source": "src"}},
    {"run": "bash scripts/check.sh"},
    {"check": "coverage", "with": {"paths": "tests", "source": "src"}, "expect": ">= 50"},
)
TEMPLATE: dict[str, str | None] = {
    "board.yaml": json.dumps(BOARD, indent=1),
    ".gitignore": ".readiness\n__pycache__\n.coverage\n.*_cache\n",
    "pyproject.toml": PYPROJECT,
    "Makefile": MAKEFILE,
    CI: WORKFLOW,
    ".pre-commit-config.yaml": HOOKS,
    "requirements.txt": LOCK,
    "setup.cfg": "[coverage:report]\nfail_under = 50\n",
    "scripts/check.sh": SCRIPT,
    "README.md": "# Shop\n",
    "src/shop/__init__.py": '"""A shop."""\n',
    "src/shop/cart.py": CART,
    "src/shop/prices.py": PRICES,
    "tests/test_cart.py": TEST_CART,
    "tests/test_prices.py": TEST_PRICES,
    "tests/data/prices.json": '{\n "tea": 3,\n "cup": 5\n}\n',
}


def part(text: str, begins: str, ends: str = "") -> str:
    """The part of a text from one word to another, or to its end, without blank lines there."""
    return text[text.index(begins) : text.index(ends) if ends else None].rstrip("\n")


AT, OF_PRICES, SETTINGS = "tests/test_cart.py", "tests/test_prices.py", "pyproject.toml"
CODE, CART_FILE, BOARD_FILE = "src/shop/prices.py", "src/shop/cart.py", "board.yaml"
HOOKS_FILE = ".pre-commit-config.yaml"
CLASS = part(TEST_PRICES, "class TestPrices", "@pytest.fixture")
COUNT = part(CART, "def count", "def _old")
COUNTS = part(TEST_CART, "def test_count()", "def test_old")
FUNCTIONS = """def test_price() -> None:
    assert prices.price("tea") == 3


def test_unknown() -> None:
    with pytest.raises(ValueError):
        prices.price("car")"""
CASES = """@pytest.mark.parametrize(("items", "expected"), [(["tea"], 1), ([], 0)])
def test_count(items: list[str], expected: int) -> None:
    assert count(items) == expected"""
MOCKED = part(TEST_PRICES, "    path = mock")
REAL = '    assert prices.load(GOLDEN) == {"tea": 3, "cup": 5}'
UPLOAD = "      - uses: actions/upload-artifact@v4\n"
IMPORTS = "import unittest\n\nfrom shop import prices\n\n\n"
SHARPER = "    assert total([]) == 0\n"
HELPER = "def same(a: object, b: object) -> None:\n    assert a == b\n"
MORE_CODES = 'enable_error_code = ["ignore-without-code"]'
LIMIT = "fail_under = 50"
DOCS = "  docs:\n    runs-on: ubuntu-latest\n    steps: [{run: make docs}]\n"
NIGHTLY = """\
on: {schedule: [{cron: 0 3 * * *}]}
jobs:
  try:
    continue-on-error: true
    runs-on: ubuntu-latest
    steps: [{run: pytest}]
"""

GROUPS = {
    "moved": [
        Row(77, ((AT, "_old, count, total", "_old, total\nfrom shop.counting import count"),
                 (CART_FILE, f"{COUNT}\n\n\n", "")),
            {"src/shop/counting.py": f'"""Counts."""\n\n\n{COUNT}\n'}),
        Row(77, ((OF_PRICES, f"{CLASS}\n\n\n", ""), (OF_PRICES, "import unittest\n", "")),
            {"tests/unit/test_price.py": f"{IMPORTS}{CLASS}\n"}),
        Row(78, ((AT, "def test_total() -> None:\n", f"def test_sum() -> None:\n{SHARPER}"),
                 (OF_PRICES, "amount", "money"))),
        Row(79, ((CART_FILE, part(CART, "\n\ndef _old"), ""), (AT, "_old, ", ""),
                 (AT, part(TEST_CART, "\n\ndef test_old"), ""))),
        Row(81, ((AT, "count([]) == 0\n", f"count([]) == 0\n{SHARPER}"),)),
    ],
    "merged": [
        Row(77, (), {AT: None, CART_FILE: None, "src/shop/basket.py": CART,
                     "tests/unit/test_basket.py": "import pytest\n\n"
                     + TEST_CART.replace("cart", "basket").replace(COUNTS, CASES)}),
        Row(78, ((OF_PRICES, CLASS, FUNCTIONS), (OF_PRICES, "import unittest\n", ""))),
        Row(79, ((OF_PRICES, "assert prices.half(amount) == 2", "same(prices.half(amount), 2)"),
                 (OF_PRICES, "from shop", "from helpers import same\nfrom shop"))),
        Row(81, ((OF_PRICES, MOCKED, REAL), (OF_PRICES, "from unittest import mock\n", ""))),
        Row(96, (), {"tests/conftest.py": '"""Shared."""\n', "tests/helpers.py": HELPER}),
    ],
    "behaviour": [
        Row(80, ((CODE, "amount // 2", "-(-amount // 2)"), (OF_PRICES, "ount) == 2", "ount) == 3"),
                 (CODE, "raise ValueError(item)", "raise KeyError(item)"),
                 (OF_PRICES, "assertRaises(ValueError)", "assertRaises(KeyError)"))),
        Row(80, ((CART_FILE, "def count", "async def count"),
                 (AT, 'count(["tea"])', 'asyncio.run(count(["tea"]))'),
                 (AT, "count([])", "asyncio.run(count([]))"),
                 (AT, "from shop", "import asyncio\n\nfrom shop"))),
        Row(95, ((CODE, "indent=1", "indent=2"), (CODE, '"cup": 5', '"cup": 6'),
                 (AT, "== 8", "== 9")),
            {"tests/data/prices.json": '{\n  "tea": 3,\n  "cup": 6\n}\n'}),
    ],
    "golden": [
        Row(80, ((CODE, "indent=1", "indent=2"),),
            {"tests/data/prices.json": '{\n  "tea": 3,\n  "cup": 5\n}\n'}),
    ],
    "tools": [
        Row(82, ((SETTINGS, "line-length = 100", "line-length = 88"),
                 (SETTINGS, '"I"]', '"I", "B"]\nextend-select = ["UP"]'))),
        Row(83, ((SETTINGS, "strict = true", f"strict = true\n{MORE_CODES}"),
                 (CODE, "  # type: ignore[misc]", ""))),
        Row(84, ((SETTINGS, "[tool.mypy]", f"[tool.coverage.report]\n{LIMIT}\n\n[tool.mypy]"),),
            {"setup.cfg": None}),
        Row(91, ((CODE, "no-any-return]", "no-any-return, unused-ignore]"),)),
        Row(96, ((SETTINGS, "testpaths", 'markers = ["slow: takes long"]\ntestpaths'),)),
    ],
    "files": [
        Row(82, ((SETTINGS, "line-length = 100", "line-length = 120"),
                 (CODE, '"""List the prices."""', f'"""List {"all " * 22}the prices."""'))),
        Row(85, (("requirements.txt", "2.32.0", "2.32.3"), (SETTINGS, '"requests>=2"', '"rich"'),
                 ("requirements.txt", "urllib3==2.2.1", "rich==14.0.0"))),
        Row(86, ((HOOKS_FILE, "v0.5.0", "v0.6.0"),
                 (HOOKS_FILE, "{id: ruff}", "{id: ruff}, {id: ruff-format}"))),
        Row(87, ((CI, UPLOAD, f"{UPLOAD}        continue-on-error: true\n"),
                 (CI, "checkout@v4", f"checkout@{'a' * 40}  # v4"), (CI, '"3.9", ', ""),
                 (SETTINGS, ">=3.9", ">=3.12"), (SETTINGS, ":: 3.9", ":: 3.12"),
                 (CI, "- name: gate", "- name: the gate\n        id: gate"),
                 (CI, "name: install", "name: set up"), (CI, "jobs:\n", f"jobs:\n{DOCS}")),
            {".github/workflows/nightly.yml": NIGHTLY}),
        Row(88, (("Makefile", "\tmkdocs build\n", "\tmkdocs build || true\n\nfmt:\n\ttrue\n"),)),
        Row(89, (("scripts/check.sh", "set -euo", "# All.\nset -euo"), ("README.md", "S", "The s"),
                 (CODE, "Halve an amount.", "Halve an amount, rounded down."),
                 (CODE, "PRICES = {", "PRICES: dict[str, int] = {")), {"CHANGELOG.md": "# C\n"}),
        Row(90, (), {"src/shop/ship.py": '"""Ships."""\n\n\ndef ship() -> int:\n    return 1\n'}),
        Row(92, ((SETTINGS, "[tool.mypy]", "[tool.black]\nline-length = 120\n\n[tool.mypy]"),),
            {"Dockerfile": "FROM python\n", ".vscode/settings.json": "{}\n",
             ".devcontainer/devcontainer.json": "{}\n"}),
        Row(93, ((BOARD_FILE, '">= 50"', '">= 60"'), (BOARD_FILE, '"T1",', '"T1", "owner": "li",'),
                 (BOARD_FILE, '"criteria": [', '"criteria": [{"id": "T1.9", "run": "make -v"},'))),
    ],
}  # fmt: skip


def changed(rows: list[Row]) -> dict[str, str | None]:
    """The files of the template that these rows change, after their changes."""
    files: dict[str, str | None] = {}
    for row in rows:
        for path, old, new in row.swaps:
            text = files.get(path, TEMPLATE[path]) or ""
            assert old in text, (row.row, path, old)
            files[path] = text.replace(old, new)
        files |= row.files
    return files


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that holds the template."""
    folder = tmp_path_factory.mktemp("template") / "project"
    commit(folder, TEMPLATE)
    return folder


@pytest.fixture
def shop(template: Path, project: Project) -> Project:
    """A clone of the template, with the tools that its board asks for."""
    shutil.copytree(template, project.folder, dirs_exist_ok=True)
    project.environment["PATH"] = few_own_programs()
    project.longest = 300
    return project


@pytest.mark.parametrize("group", GROUPS)
def test_changes_loosen_nothing(group: str, shop: Project) -> None:
    """Guard ends with 0; of behaviour that changed with its tests it says so."""
    write(shop.folder, changed(GROUPS[group]))
    ended = shop("guard", "--base", "HEAD", "--output-format=json")
    assert (ended.status, ended.json["loosened"]) == (0, []), ended
    verdicts = [change for change in ended.json["neutral"] if change["kind"] == "verdict"]
    assert [change["subject"] for change in verdicts] == (
        [] if group in ("tools", "files") else ["T1.4"]
    )


def test_94_ways_to_bring_a_branch_up_to_date_loosen_nothing(project: Project) -> None:
    """A merge, a cherry-pick, a revert and a squash. Twin: what the branch does is seen."""
    board = {BOARD_FILE: json.dumps(a_board({"run": "test -f a"})), ".gitignore": ".readiness\n"}
    commit(project.folder, {**board, "a": ""})
    git(project.folder, "checkout", "-q", "-b", "topic")
    commit(project.folder, {"b.py": "B = 1\n"})
    git(project.folder, "checkout", "-q", "main")
    commit(project.folder, {"tests/test_b.py": "def test_b():\n    assert 2 < 3\n"})
    picked = commit(project.folder, {"c.py": "C = 1\n"})
    git(project.folder, "checkout", "-q", "topic")
    for words in (
        ["cherry-pick", picked],
        ["merge", "-q", "--no-edit", "main"],
        ["revert", "--no-edit", "HEAD~1"],
        ["reset", "-q", "--soft", "main"],
    ):
        git(project.folder, *words)
        for base in ("main", "HEAD"):
            ended = project("guard", "--base", base)
            assert ended.status == 0, (words, base, ended)
    commit(project.folder, {"tests/test_b.py": None})
    assert project("guard", "--base", "main").status == 4
