"""Functions ask what they may answer, so that faults can be tried without editing any code."""

import ast

from checks.in_project.answers import asking

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
