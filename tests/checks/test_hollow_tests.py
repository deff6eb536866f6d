"""Hollow tests: they pass whatever the code answers, or are always skipped."""

from textwrap import indent

from tests.support.checking import Outcome, build, run_check
from tests.support.heard import heard

SUMS = """\
import contextlib
import functools

CACHE = {}


def add(a, b):
    if a == 0:
        return b
    return a + b + 0


def nothing(a):
    return None


def remember(key, value, kept=True):
    if kept:
        CACHE[key] = value


def scaled(a):
    return 1.5 * a + 0.0 * len(str(a))


def halved(a):
    return a / 1.5


def upper(text):
    return text.strip().upper()


@functools.lru_cache
def kept(name):
    return [name]


def even(number):
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number


def parts(text):
    return dict(part.split("=") for part in text.split(" "))


@contextlib.contextmanager
def opened(name):
    yield name.upper()


class Counter:
    def __init__(self):
        self.number = 0

    async def count(self):
        self.number += 1
        return self.number
"""

HEAD = """\
import asyncio
import contextlib
import math
import os
import sys
import unittest
from unittest import mock

import pytest

from sums import CACHE, Counter, add, even, halved, kept, nothing, opened, parts, remember
from sums import scaled, upper


def holds(x):
    assert x


@contextlib.contextmanager
def quiet():
    try:
        yield
    except AssertionError:
        pass


@pytest.fixture
def three():
    return add(1, 2)


@pytest.fixture(autouse=True)
def forgotten():
    CACHE.clear()
"""

HOLLOW = {
    "nothing_asserted": "print(add(1, 2))",
    "true": "add(1, 2)\nassert True",
    "itself": "assert add(1, 2) == add(1, 2)",
    "swallowed_broadly": "try:\n    assert add(1, 2) == 3\nexcept Exception:\n    pass",
    "alias": "same = add(1, 2)\nother = same\nassert same == other",
    "constants": "add(1, 2)\nexpected = got = 3\nassert expected == got",
    "of_a_mock": "m = mock.Mock(return_value=add(1, 2))\nassert m() == m()",
    "called_by_itself": "m = mock.Mock()\nm(add(1, 2))\nm.assert_called_once()",
    "any_text": "assert repr(add(1, 2))",
    "any_kind": "x = add(1, 2)\nassert isinstance(x, type(x))",
    "raises_something": "x = add(1, 2)\nwith pytest.raises(Exception):\n    ad(x)",
    "raises_by_itself": "with pytest.raises(AssertionError):\n    holds(add(1, 2) and False)",
    "swallowed": "with quiet():\n    assert add(1, 2) == 3",
    "no_case": "add(1, 2)\ncases = []\nfor each in cases:\n    assert each == 3",
    "another_day": "x = add(1, 2)\nif sys.argv[0] == 'release':\n    assert x == 3",
    "given_up": "if add(1, 2) != 3:\n    pytest.skip('later')\nassert True is not add",
    "whatever_tolerance": "assert add(1, 2) == pytest.approx(3, abs=1e9)",
    "whatever_closeness": "assert math.isclose(scaled(2), 3, abs_tol=1e9)",
    "whatever_distance": "x = add(1, 2)\nassert abs(x - 3) < 1e6",
    "with_itself": "x = add(1, 2)\nassert x <= x",
    "far_from_what_it_could_be": "assert add(1, 2) != 1e99",
    "sides_alike": "assert sorted([scaled(2)]) == [scaled(2)]",
    "in_itself": "assert scaled(2) in [scaled(2)]",
    "later": "x = add(1, 2)\ncheck = lambda: holds(x == 3)\nassert check",
}

CONSTANT = {
    "what_a_mock_was_told": "m = mock.Mock(return_value=3)\nassert m() == 3",
    "how_a_mock_was_called": "m = mock.Mock()\nm.go(1)\nm.go.assert_called_once_with(1)",
    "empty": "pass",
    "a_constant": "assert True",
    "numbers": "assert 2 + 2 == 4",
}
"""Tests that run no code of the project, and that are the same whatever becomes of it."""

UNKNOWN = {
    "a_command": "os.system('true')",
    "an_import": "import colorsys",
    "of_python": "assert len('a') == 1",
    "of_a_fixture": "'It is enough that three can be made.'",
}
"""Tests that run no code of the project themselves, and may well do so in another process."""

SERIOUS = {
    "sum": "assert add(1, 2) == 3",
    "does_not_raise": "assert scaled(2) is not None",
    "kind": "x = scaled(2)\nassert type(x) == float",
    "at_most": "assert scaled(2) < 100",
    "tolerance": "assert scaled(2) == pytest.approx(3, abs=0.5)",
    "closeness": "assert math.isclose(scaled(2), 3, abs_tol=0.5)",
    "there_and_back": "assert halved(scaled(2)) == 2",
    "twice_the_same": "assert upper(upper('a')) == upper('a')",
    "alike": "assert upper('a ') == upper(' a')",
    "unlike": "assert upper('a') != upper('b')",
    "kept": "assert kept('a') is kept('a')",
    "raised": "with pytest.raises(ValueError, match='odd'):\n    even(1)",
    "raised_at_all": "with pytest.raises(Exception):\n    even(1)",
    "of_a_part": "assert parts('a=b c=d')['c'].upper() == 'D'",
    "helper": "holds(add(1, 2) == 3)",
    "handed_on": "list(map(lambda x: holds(x == 3), [add(1, 2)]))",
    "mock": "m = mock.Mock()\nm(add(1, 2))\nm.assert_called_once_with(3)",
    "unittest": "unittest.TestCase().assertEqual(add(1, 2), 3)",
    "caught": "try:\n    holds(add(1, 2) == 3)\nexcept AssertionError:\n    print(1)\n    raise",
    "text": "assert str(add(1, 2)) == '3'",
    "is_none": "assert remember('a', 1) is None",
    "not_done": "remember('a', 1, kept=False)\nassert CACHE == {}",
    "done": "remember('a', 1)\nassert CACHE == {'a': 1}",
    "context": "with opened('a') as name:\n    assert name == 'A'",
    "coroutine": "assert asyncio.run(Counter().count()) == 1",
    "only_made": "assert Counter().number == 0",
    "raises": "with pytest.raises(TypeError):\n    add(None, 1)",
    "of_what_a_fixture_did": "assert three == 3",
    "of_a_constant": "assert CACHE == {}",
    "nothing": "nothing(1)\nassert CACHE == {}",
    "endless": "while add(1, 2) != 3:\n    pass\nassert add(2, 2) == 4",
    "patient": (
        "while True:\n"
        "    with contextlib.suppress(Exception):\n"
        "        return holds(add(1, 2) == 3)"
    ),
}

NEVER_FAILING = """
@pytest.mark.skip("later")
def test_skipped():
    assert add(1, 2) == 3


@pytest.mark.parametrize("number", [])
def test_without_cases(number):
    assert add(1, number) == 3


@pytest.mark.xfail(strict=False)
def test_that_may_fail():
    assert add(1, 2) == 3
"""

RUN_ELSEWHERE = """
@pytest.mark.skipif(sys.platform == "linux", reason="for another system")
def test_of_another_system():
    assert add(1, 2) == 3


@pytest.mark.parametrize("number", [1, pytest.param(2, marks=pytest.mark.skip)])
def test_some_cases(number):
    assert add(number, 1) == number + 1


@pytest.mark.xfail(strict=True)
def test_a_known_fault():
    assert add(1, 2) == 4
"""

OF_UNITTEST = """


class TestSums(unittest.TestCase):
    def test_of_unittest(self):
        self.assertEqual(scaled(2), 3.0)

    def test_hollow_of_unittest(self):
        self.assertEqual(scaled(2), scaled(2))
"""

SKIPS_ITSELF = """
import pytest

pytest.importorskip("no_such_package")


def test_of_a_package():
    assert 1 == int("1")
"""


def write_tests(bodies: dict[str, str]) -> str:
    """Write a test for each body, by its name."""
    return HEAD + "".join(
        f"\n\ndef test_{name}({'three' if 'three' in text else ''}):\n{indent(text, '    ')}\n"
        for name, text in bodies.items()
    )


def try_tests(project: str, tests: str) -> Outcome:
    """Try a file of tests."""
    settings = '[tool.pytest.ini_options]\npythonpath = ["src"]\n'
    files = {"pyproject.toml": settings, "src/sums.py": SUMS, "tests/test_sums.py": tests}
    build(project, files)
    return run_check("test-quality", project, {"seconds": "400"})


def hollow(outcome: Outcome) -> set[str]:
    """Name the tests that show nothing."""
    messages = [finding["message"] for finding in outcome.findings]
    return {message.split()[0].removeprefix("test_") for message in messages}


def test_what_passes_whatever_the_code_answers_is_hollow(project: str) -> None:
    """However it is written: it is tried, not read. Where it runs no code, only constants are."""
    outcome = try_tests(project, write_tests({**HOLLOW, **CONSTANT, **UNKNOWN}))
    assert hollow(outcome) == {*HOLLOW, *CONSTANT}
    assert outcome.value("without") == len(HOLLOW) + len(CONSTANT)
    assert outcome.value("tests") == len(HOLLOW) + len(CONSTANT) + len(UNKNOWN)


def test_what_some_answer_or_fault_makes_fail_is_not_hollow(project: str) -> None:
    """Wherever it asserts, also that nothing is done."""
    assert hollow(try_tests(project, write_tests(SERIOUS))) == set()


def test_a_test_that_ends_the_process_keeps_no_other_from_being_tried(project: str) -> None:
    """It noticed the other answer, in its way; the next is tried in another process."""
    ends = {"ends": "if add(1, 2) != 3:\n    os._exit(1)\nassert add(2, 2) == 4"}
    tests = {**ends, "any_text": HOLLOW["any_text"], **SERIOUS}
    assert hollow(try_tests(project, write_tests(tests))) == {"any_text"}


def test_what_is_skipped_or_may_fail_is_hollow(project: str) -> None:
    """Whatever keeps it from being run here would do so anywhere."""
    names = {part.partition("(")[0] for part in NEVER_FAILING.split("def test_")[1:]}
    outcome = try_tests(project, write_tests({"sum": SERIOUS["sum"]}) + NEVER_FAILING)
    assert hollow(outcome) == names


def test_what_is_run_elsewhere_or_in_part_is_not_hollow(project: str) -> None:
    """A condition, one case that is left out, a known fault."""
    tests = write_tests({"sum": SERIOUS["sum"]}) + RUN_ELSEWHERE
    assert hollow(try_tests(project, tests)) == set()


def test_what_unittest_raises_is_noticed_too(project: str) -> None:
    """It tells pytest in its own way. Twin: a hollow one beside it."""
    tests = write_tests({"sum": SERIOUS["sum"]}) + OF_UNITTEST
    assert hollow(try_tests(project, tests)) == {"hollow_of_unittest"}


def test_a_file_that_skips_itself_is_for_another_machine(project: str) -> None:
    """It needs a package that is not here. Twin: the other file's test is hollow."""
    build(project, {"tests/test_elsewhere.py": SKIPS_ITSELF})
    tests = write_tests({"any_text": HOLLOW["any_text"]})
    assert hollow(try_tests(project, tests)) == {"any_text"}


def test_what_tests_compare_is_heard_while_they_are_run_as_they_are(project: str) -> None:
    """Only what fails for being heard is run anew, which tells what it is."""
    with heard() as log:
        says = f"import socket\nwith socket.create_connection(('127.0.0.1', {log.port})) as s:"
        counted = {"sum": f"{says}\n    s.sendall(b'.\\n')\n    s.recv(9)\n{SERIOUS['sum']}"}
        alone = {"alone": "assert not hasattr(scaled(2), 'compared_in')"}
        sizes = []
        for more in ({}, {"kind": SERIOUS["kind"], **alone}):
            tests = write_tests({**counted, **more})
            assert hollow(try_tests(project, tests)) == {*more} - {"kind"}
            sizes.append(len(log.words()))
    assert sizes == [3, 3]
