"""Tests that ask less of what no function of the code answers, such as what `exec` has made."""

import ast
from pathlib import Path
from typing import Any

import pytest

from checks.in_project.held import functions_of, swap
from checks.in_project.operands import READ, Questioner
from tests.support.loosening import board, guarded
from tests.support.program import Project

CODE = '''\
"""Functions that are made of text, and a list that does not let itself be copied."""

exec("def twice(item): return [item, item + 1]")
exec("def total(items): return sum(items)")
exec("def none(): return None")


class Kept(dict):
    def __setitem__(self, *_):
        raise TypeError("kept")


def tell(items, listener):
    listener("told", tuple(items))
'''
TESTS = """\
import code_of


def test_twice():
    items = code_of.twice(41)
    assert items == [41, 42]


def test_total():
    first = code_of.total([1, 2])
    assert first == 3
    assert code_of.total([]) == 0


def test_kept():
    kept = code_of.Kept(a=11, b=22)
    assert sorted(kept.values()) == [11, 22]
    assert kept["a"] == 11


def test_listener():
    calls = []
    code_of.tell([1, 2], lambda *given: calls.append(given))
    assert calls == [("told", (1, 2))]


def test_same():
    wanted = [7, 8]
    assert wanted == code_of.twice(7)


def test_none():
    answer, other = code_of.none(), None
    assert answer is None
    print(other)


def test_emptied():
    pair = code_of.twice(61)
    assert pair == [61, 62]
    pair[:] = []
    pair.append(5)
    assert pair == [5]
"""
AT = "tests/test_code.py"
BASE: dict[str, str | None] = {
    "code_of.py": CODE,
    AT: TESTS,
    "pytest.ini": "[pytest]\npythonpath = .\n",
    "board.yaml": board({"check": "pytest", "with": {"paths": "tests", "source": "code_of.py"}}),
}
WEAKER = [
    pytest.param("items == [41, 42]", "sorted(items) == [41, 42]", "test_twice", id="order"),
    pytest.param("items == [41, 42]", "len(items) == 2", "test_twice", id="length"),
    pytest.param("pair == [61, 62]", "61 in pair", "test_emptied", id="emptied behind it"),
    pytest.param("assert items ==", "assert items or items ==", "test_twice", id="or"),
    pytest.param("assert first == 3", "assert first >= 3", "test_total", id="a number"),
    pytest.param(
        "wanted == code_of.twice(7)",
        "sorted(wanted) == sorted(code_of.twice(7))",
        "test_same",
        id="two of one value",
    ),
    pytest.param(
        "sorted(kept.values()) == [11, 22]", "len(kept.values()) == 2", "test_kept", id="a view"
    ),
    pytest.param(
        'calls == [("told", (1, 2))]', 'calls[0][0] == "told"', "test_listener", id="deep"
    ),
]
AS_MUCH = [
    pytest.param("pair[:] = []", "pair.clear()", id="emptied in another way"),
    pytest.param("items", "pair", id="another name"),
    pytest.param(
        "    assert items == [41, 42]",
        "    first, second = items\n    assert items\n    assert (first, second) == (41, 42)",
        id="taken apart",
    ),
    pytest.param("items == [41, 42]", "[*map(int, items)] == [41, 42]", id="given to a function"),
    pytest.param(
        "    assert first == 3",
        "    wanted = 3\n    assert first == wanted",
        id="an expectation with a name",
    ),
    pytest.param("assert answer is None", 'assert repr(answer) == "None"', id="words"),
    pytest.param("assert answer is None", 'assert f"{answer}" == "None"', id="in a text"),
    pytest.param(
        "    assert items == [41, 42]\n",
        "    assert items\n\n\ndef test_pair():\n    assert code_of.twice(41) == [41, 42]\n",
        id="in a test of its own",
    ),
    pytest.param(
        "    assert items == [41, 42]\n",
        "    same(items)\n\n\ndef same(given):\n    assert given == [41, 42]\n",
        id="in a helper",
    ),
    pytest.param("kept.values()", "dict(kept).values()", id="a view of a copy"),
]


def weaker(project: Project, old: str, new: str) -> list[tuple[str, str]]:
    """Return what an edit of the tests loosens."""
    assert old in TESTS
    change: dict[str, str | None] = {AT: TESTS.replace(old, new)}
    ended = guarded(project, BASE, change, "guard", "--output-format", "json")
    assert ended.status in (0, 4), ended
    return [(each["subject"], each["kind"]) for each in ended.json["loosened"]]


@pytest.mark.parametrize(("old", "new", "name"), WEAKER)
def test_what_an_assertion_reads_is_altered(
    old: str, new: str, name: str, project: Project
) -> None:
    """Where the test reads it, for nothing in the code could answer otherwise."""
    assert weaker(project, old, new) == [(f"{AT}::{name}", "weaker test")]


@pytest.mark.parametrize(("old", "new"), AS_MUCH)
def test_what_is_read_may_be_asserted_otherwise(old: str, new: str, project: Project) -> None:
    """Wherever the test reads the same, it may notice that it is another."""
    assert weaker(project, old, new) == []


def test_the_fault_names_what_is_read(project: Project) -> None:
    """By the words of the test, with what it is and could be."""
    change: dict[str, str | None] = {AT: TESTS.replace("first == 3", "first >= 3")}
    ended = guarded(project, BASE, change, "guard", "--output-format", "json")
    (found,) = ended.json["loosened"]
    assert found["fault"] == [
        f"@ {AT}::test_total",
        "- first is 3",
        "+ first is 4",
        "  assert first >= 3",
    ]


LEFT_ALONE = """\
@decorated(by)
def test(given=default):
    value: kind = 1
    match value:
        case code.NAME:
            del value
    lambda: value
"""


def test_what_is_no_value_is_not_asked() -> None:
    """Decorators, defaults, types, patterns, and what is evaluated somewhere else."""
    tree = Questioner().visit(ast.parse(LEFT_ALONE))
    asked = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == READ]
    assert len(asked) == 1, ast.unparse(tree)


LAMBDAS = "def kept(pair=(lambda: 1, lambda: 2)):\n    return pair\n"


def test_two_lambdas_of_one_line_are_not_taken_for_each_other(tmp_path: Path) -> None:
    """They have one name and one line; what cannot be told apart keeps its own code."""
    path = tmp_path / "pair.py"
    path.write_text(LAMBDAS, encoding="utf-8")
    names: dict[str, Any] = {}
    exec(compile(LAMBDAS, str(path), "exec"), names)
    held = functions_of([str(tmp_path)], ["pair.py"])
    swap({str(path): Questioner().visit(ast.parse(LAMBDAS))}, [str(tmp_path)], held)
    assert [each() for each in names["kept"].__defaults__[0]] == [1, 2]
