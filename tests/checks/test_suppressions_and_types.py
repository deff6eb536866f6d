"""What silences tools, and what is typed, counted in small real projects."""

import json
from collections import Counter
from textwrap import dedent

import pytest

from checks.python.mypy_neutral import without_comments
from tests.support.checking import build, run_check
from tests.support.projects import service


@pytest.mark.parametrize(
    ("written", "kinds"),
    [
        ("import unittest\nraise unittest.SkipTest\n", ["skipped-test"]),
        ("def f(self):\n    self.skipTest('slow')\n", ["skipped-test"]),
        ("import pytest\npytest.exit()\n", ["skipped-test"]),
        ("import pytest\n@pytest.mark.skipif(True)\ndef test(): ...\n", ["skipped-test"]),
        ("# ruff: noqa\n# flake8: noqa\n", ["noqa", "noqa"]),
        ("import os  # noqa: F401  # ruff: noqa: E501\n", ["noqa"]),
        ("# Type: Ignore the first column.\nx = 1\n", []),
        ("x = 1  # a type that is ignored\nself.skip = 1\n", []),
        ("import queue\nqueue.skip()\nqueue.exit()\n", []),
        ("{% if skip %}\nraise SystemExit\n{% endif %}\n", []),
    ],
)
def test_what_silences_a_tool_is_what_the_table_says(
    project: str, written: str, kinds: list[str]
) -> None:
    """Every row of the table with a kind is counted, once for a comment; likenesses are not."""
    build(project, service(sums=written))
    outcome = run_check("suppressions", project)
    assert [found["rule"] for found in outcome.findings] == kinds


WAYS = {
    "ruff-disable": ("# ruff: disable[F401]\nimport os\n", 1),
    "in-a-string": ('x = "# ruff: disable[F401]"\n', 0),
    "no-cover": ("x = 1  # pragma no cover\n", 1),
    "pragmatic": ("x = 1  # pragmatic: no covering letter\n", 0),
    "mypy-ignore-errors": ("# mypy: no-warn-return-any, ignore-errors\n", 1),
    "mypy-errors-kept": ("# mypy: warn-return-any, ignore-errors=False\n", 0),
    "mypy-allows": ("# mypy: disallow-untyped-defs=False\n", 1),
    "mypy-disallows": ("# mypy: disallow-untyped-defs\n", 0),
    "skip-raised": ("import unittest\n\n\ndef test_a():\n    raise unittest.SkipTest\n", 1),
    "failure-raised": ("import unittest as u\n\nraise u.TestCase.failureException\n", 0),
    "skip-imported": ("from pytest import skip\n\n\ndef test_a():\n    skip('x')\n", 1),
    "own-skip": ("def skip(x): ...\n\n\ndef test_a():\n    assert skip('x')\n", 0),
    "mark-renamed": ("from pytest import mark\nm = mark\n\n@m.skip\ndef test_a(): ...\n", 1),
    "mark-that-runs": ("from pytest import mark\nm = mark\n\n@m.slow\ndef test_a(): ...\n", 0),
    "ruff-file": ("# ruff: file-ignore[F401]\nimport os\n", 1),
    "ruff-in-prose": ("# ruff: a linter, files to ignore\n", 0),
    "skip-by-method": ("class TestA:\n    def test_a(self): self.skipTest('x')\n", 1),
    "skip-as-attribute": ("class TestA:\n    def test_a(self): self.skip_testing = 'x'\n", 0),
    "imported-as": ("from pytest import skip as s\ns('x')\n", 1),
    "module-as": ("import pytest as p\n@p.mark.xfail\ndef test_a(): pass\n", 1),
    "unittest": ("from unittest import skip, TestCase\n@skip('x')\ndef test_a(): pass\n", 1),
    "exception": ("from unittest.case import SkipTest\nraise SkipTest\n", 1),
    "outcome": ("from _pytest.outcomes import Skipped\nraise Skipped('x')\n", 1),
    "star": ("from pytest import *\nxfail('x')\n", 1),
    "twice-renamed": ("import pytest\nm = pytest.mark\nn = m\n@n.skipif(1)\ndef t(): pass\n", 1),
    "ruff-ignore": ("import os  # ruff: ignore[F401]\n", 1),
    "ruff-enable": ("# ruff: enable[F401]\n", 0),
    "mypy-underscores": ("# mypy: disallow_untyped_defs = false\n", 1),
    "mypy-second": ("# mypy: strict-equality, allow-untyped-defs\n", 1),
    "mypy-strict": ("# mypy: strict-equality, disallow-any-generics\n", 0),
    "mypy-forbids": ("# mypy: allow-untyped-defs=False, no-implicit-optional\n", 0),
    "no-branch": ("if 1:  # PRAGMA: NO BRANCH\n    pass\n", 1),
    "own-name": ("class T:\n    def skip(self): ...\n\nT().skip()\n", 0),
    "nosonar": ("x = 1  # NOSONAR\n", 1),
    "sonar-in-prose": ("x = 1  # no sonar here\n", 0),
    "ty": ("x: int = ''  # ty: ignore[invalid-assignment]\n", 1),
    "pyrefly": ("x: int = ''  # pyrefly: ignore\n", 1),
    "pyright-basic": ("# pyright: basic\n", 1),
    "pyright-report": ("# pyright: strict, reportUnusedImport=false\n", 1),
    "pyright-strict": ("# pyright: strict\n", 0),
    "pylint": ("import os  # pylint: disable=unused-import\n", 1),
    "marked-by-name": ("def f(item):\n    item.add_marker('skip')\n", 1),
    "marked-slow": ("def f(item):\n    item.add_marker('slow')\n", 0),
    "no-tests": ("__test__ = False\n\n\ndef test_a(): ...\n", 1),
    "no-test-class": ("class TestClient:\n    __test__ = False\n\n    def get(self): ...\n", 0),
    "parametrized": ("import pytest\n@pytest.mark.parametrize('a', [1])\ndef t(a): ...\n", 0),
}


def test_each_way_to_keep_a_tool_silent_is_counted_once(project: str) -> None:
    """By whatever name, with whatever spelling the tools take; likenesses are not."""
    build(project, {f"{name}.py": text for name, (text, _) in WAYS.items()})
    outcome = run_check("suppressions", project, {"paths": "."})
    counts = Counter(found["path"].removesuffix(".py") for found in outcome.findings)
    assert {name: counts[name] for name in WAYS} == {name: n for name, (_, n) in WAYS.items()}
    assert outcome.value() == sum(count for _, count in WAYS.values())


def test_comments_in_the_cells_of_a_notebook_are_counted(project: str) -> None:
    """What is no Python there, and no code, has none."""
    cells = [("code", "import os  # noqa: F401\n"), ("code", "%time x\n"), ("markdown", "# noqa")]
    notebook = {"cells": [{"cell_type": kind, "source": [text]} for kind, text in cells]}
    build(project, {"src/a.py": "x = 1\n", "src/n.ipynb": json.dumps(notebook)})
    outcome = run_check("suppressions", project, {"paths": "src"})
    assert [(found["path"], found["rule"]) for found in outcome.findings] == [
        ("src/n.ipynb", "noqa")
    ]


def test_suppressions_are_comments_not_strings(project: str) -> None:
    """Each kind is counted where it works, with its place."""
    code = dedent('''\
        # mypy: ignore-errors
        TEXT = "# noqa"
        import os  # noqa: F401
        x = 1  # nosec
        y = 2  # type: ignore[assignment]
        if x:  # pragma: no cover
            pass
        """# type: ignore"""
        ''')
    build(project, service(sums=code, tests="import pytest\npytest.skip()\n"))
    outcome = run_check("suppressions", project)
    kinds = [found["rule"] for found in outcome.findings]
    assert kinds == ["mypy-off", "noqa", "nosec", "type-ignore", "no-cover", "skipped-test"]
    assert outcome.findings[1]["line"] == 3
    assert outcome.value("total") == 6


def test_functions_are_typed_as_mypy_asks(project: str) -> None:
    """`self`, `cls`, a typed `__init__`'s result and what a stub types need none; the rest does."""
    code = dedent("""\
        class A:
            def __init__(self, x: int): ...
            @classmethod
            def make(cls) -> "A": ...
            @staticmethod
            def plain(x) -> None: ...
            def rest(self, *args, **kwargs: int) -> None: ...
        def f(a: int, *, b: str) -> None: ...
        def g(): ...
        """)
    stub = "def h(x: int) -> None: ...\n"
    build(project, {"src/a.py": code, "src/b.py": "def h(x): ...\n", "src/b.pyi": stub})
    outcome = run_check("typed", project)
    assert (outcome.value("functions"), outcome.value("untyped")) == (7, 3)
    assert [found["line"] for found in outcome.findings] == [6, 7, 9]


def test_a_comment_that_means_nothing_keeps_its_place() -> None:
    """Strings, the head of a file and comments that give types are as they were."""
    text = "#!/bin/sh\n# coding: utf-8\nx = []  # type: list[int]\ny = '# noqa'  # noqa: é E501\n"
    ignored = "z = 1  # type: ignore[assignment]\n"
    plain = text.replace("  # noqa: é E501", "  # xxxx: é x501")
    assert without_comments(text + ignored) == f"{plain}z = 1  # xxxx: xxxxxx[xxxxxxxxxx]\n"
