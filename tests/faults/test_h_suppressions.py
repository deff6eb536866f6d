"""Family B5 of part 2: the check suppressions counts each way to keep a tool silent."""

from typing import NamedTuple

import pytest

from tests.faults.rows import passes, tried
from tests.support.checking import build, run_check
from tests.support.program import Project, a_board

pytestmark = pytest.mark.usefixtures("nothing_outlives_a_run")

CRITERION = {"check": "suppressions", "with": {"paths": "."}}


WORDS = 'x = "# ruff: disable[F401]"\n'
ROWS = {
    3501: ("# ruff: disable[F401]\nimport os\n", WORDS),
    3503: ("x = 1  # pragma no cover\n", "x = 1  # pragmatic: no covering letter\n"),
    3505: (
        "# mypy: no-warn-return-any, ignore-errors\n",
        "# mypy: warn-return-any, ignore-errors=False\n",
    ),
    3507: ("# mypy: disallow-untyped-defs=False\n", "# mypy: disallow-untyped-defs\n"),
    3509: (
        "import unittest\n\n\ndef test_a():\n    raise unittest.SkipTest\n",
        "import unittest\n\n\ndef test_a():\n    raise unittest.TestCase.failureException\n",
    ),
    3511: (
        "from pytest import skip\n\n\ndef test_a():\n    skip('x')\n",
        "def skip(x):\n    return x\n\n\ndef test_a():\n    assert skip('x')\n",
    ),
    3513: (
        "from pytest import mark\n\nm = mark\n\n\n@m.skip\ndef test_a():\n    assert 0\n",
        "from pytest import mark\n\nm = mark\n\n\n@m.slow\ndef test_a():\n    assert 1\n",
    ),
    3515: ("# ruff: file-ignore[F401]\nimport os\n", "# ruff: a linter, files to ignore\n"),
    3517: (
        "class TestA:\n    def test_a(self):\n        self.skipTest('x')\n",
        "class TestA:\n    def test_a(self):\n        self.skip_testing = 'x'\n",
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_3501_to_3517_each_is_counted(project: Project, twin: Project, row: int) -> None:
    """It fails with one suppression. Twin: what only looks like one is none."""
    for checked, text in zip((project, twin), ROWS[row], strict=True):
        build(str(checked.folder), {"test_a.py": text})
    run = tried(project, a_board(CRITERION)).run
    assert [(checked.verdict, checked.value) for checked in run.criteria()] == [("fail", 1)]
    passes(twin, CRITERION)


class Way(NamedTuple):
    """A text, and how many suppressions it has."""

    text: str
    count: int


WAYS = {
    "imported as": Way("from pytest import skip as s\ns('x')\n", 1),
    "module as": Way("import pytest as p\n@p.mark.xfail\ndef test_a(): pass\n", 1),
    "unittest": Way("from unittest import skip, TestCase\n@skip('x')\ndef test_a(): pass\n", 1),
    "exception": Way("from unittest.case import SkipTest\nraise SkipTest\n", 1),
    "outcome": Way("from _pytest.outcomes import Skipped\nraise Skipped('x')\n", 1),
    "star": Way("from pytest import *\nxfail('x')\n", 1),
    "twice renamed": Way("import pytest\nm = pytest.mark\nn = m\n@n.skipif(1)\ndef t(): pass\n", 1),
    "ruff ignore": Way("import os  # ruff: ignore[F401]\n", 1),
    "ruff enable": Way("# ruff: enable[F401]\n", 0),
    "mypy underscores": Way("# mypy: disallow_untyped_defs = false\n", 1),
    "mypy second": Way("# mypy: strict-equality, allow-untyped-defs\n", 1),
    "mypy strict": Way("# mypy: strict-equality, disallow-any-generics\n", 0),
    "mypy forbids": Way("# mypy: allow-untyped-defs=False, no-implicit-optional\n", 0),
    "no branch": Way("if 1:  # PRAGMA: NO BRANCH\n    pass\n", 1),
    "own name": Way("class T:\n    def skip(self): ...\n\nT().skip()\n", 0),
    "parametrized": Way("import pytest\n@pytest.mark.parametrize('a', [1])\ndef t(a): ...\n", 0),
}


@pytest.mark.parametrize("way", WAYS)
def test_3501_neighbours_are_counted_once(project: Project, way: str) -> None:
    """By whatever name, with whatever spelling the tools take; and nothing else is."""
    folder = build(str(project.folder), {"a.py": WAYS[way].text})
    assert run_check("suppressions", folder, {"paths": "."}).value() == WAYS[way].count
