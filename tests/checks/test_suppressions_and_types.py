"""What silences tools, and what is typed, counted in small real projects."""

from textwrap import dedent

import pytest

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
    ],
)
def test_what_silences_a_tool_is_what_the_table_says(
    project: str, written: str, kinds: list[str]
) -> None:
    """Every row of the table with a kind is counted, once for a comment; likenesses are not."""
    build(project, service(sums=written))
    outcome = run_check("suppressions", project)
    assert [found["rule"] for found in outcome.findings] == kinds


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
    settings = dedent("""\
        [tool.ruff.lint]
        ignore = ["E501"]
        [tool.coverage.run]
        omit = ["src/old/*"]
        """)
    build(project, service(sums=code, settings=settings, tests="import pytest\npytest.skip()\n"))
    outcome = run_check("suppressions", project)
    kinds = [found["rule"] for found in outcome.findings]
    assert kinds == [
        *("mypy-off", "noqa", "nosec", "type-ignore", "no-cover", "skipped-test"),
        *("ruff-settings", "coverage-settings"),
    ]
    assert outcome.findings[1]["line"] == 3
    assert outcome.value("total") == 8


def test_functions_are_typed_as_mypy_asks(project: str) -> None:
    """`self`, `cls` and the result of a typed `__init__` need no type; the rest does."""
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
    build(project, {"src/a.py": code})
    outcome = run_check("typed", project)
    assert (outcome.value("functions"), outcome.value("untyped")) == (6, 3)
    assert [found["line"] for found in outcome.findings] == [6, 7, 9]
