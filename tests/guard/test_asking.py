"""Functions ask what they may answer, so that faults can be tried without editing any code."""

import ast
from pathlib import Path
from typing import Any

from checks.in_project.answers import Answers, asking

CODE = """\
def twice(function):
    def doubled(*given):
        return 2 * function(*given)

    class Kept:
        def all(self):
            return []

    return doubled
"""


def test_what_a_function_makes_asks_as_well() -> None:
    """A decorator's wrapper and the methods of a class that a factory makes."""
    names = [name for name, _ in asking(ast.parse(CODE))]
    assert names == ["twice", "twice.doubled", "twice.Kept.all"]


HELPED = """\
from code_under_test import total


def same(given, wanted):
    assert total(given) == wanted


def test_total():
    same([1], 1)
    same([2], 2)
"""


def noted(path: Path, start: str) -> list[tuple[int, bool]]:
    """Return for which line of a test answers are noted, and whether they are given to it."""
    code, tests = str(path / "code_under_test.py"), str(path / "test_total.py")
    tree = ast.parse("def total(given):\n    return sum(given)\n")
    answers = Answers(str(path), {code}, {tests})
    answers.names = {(code, line): name for name, line in asking(tree)}
    answers.seen = {}
    space: dict[str, Any] = {}
    exec(compile(tree, code, "exec"), space)
    text = HELPED.partition("\n")[2]
    exec(compile(text, tests, "exec"), space)
    exec(start, space)
    return [(about["at"], about["direct"]) for about in answers.seen.values()]


def test_an_answer_that_a_helper_asks_for_is_for_the_line_of_the_test(tmp_path: Path) -> None:
    """A change of that line is what faults are tried for first."""
    assert {at for at, _ in noted(tmp_path, "test_total()")} == {8, 9}


def test_what_no_test_asks_for_is_given_to_none(tmp_path: Path) -> None:
    """Such as what the runner itself asks, where it is made of the code under test."""
    assert noted(tmp_path, "total([3])") == [(0, False)] * 2
