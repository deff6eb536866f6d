"""Whether tests assert something: what cannot fail is no assertion, and what can is one."""

from textwrap import indent

import pytest

from tests.support.checking import Outcome, build, run_check

CANNOT_FAIL = {
    "true": "assert True",
    "text": "assert 'works'",
    "equal-constants": "assert 1 == 1",
    "sum-of-constants": "assert 2 + 2 == 4",
    "itself": "assert answer == answer",
    "attribute-of-itself": "assert answer.x is answer.x",
    "at-most-itself": "assert answer <= answer",
    "tuple": "assert (answer == 3, 'three')",
    "list": "assert [answer == 3]",
    "or-true": "assert answer == 3 or True",
    "true-or": "assert True or answer == 3",
    "either-way": "assert answer == 3 or answer != 3",
    "or-not": "assert answer or not answer",
    "not-false": "assert not False",
    "not-of-nothing": "assert not []",
    "length": "assert len([answer]) >= 0",
    "length-turned": "assert 0 <= len(str(answer))",
    "an-object": "assert isinstance(answer, object)",
    "among-itself": "assert answer in (answer, 3)",
    "either-branch": "assert True if answer else 'x'",
    "lambda": "assert (lambda: answer == 3)",
    "generator": "assert (each == 3 for each in [answer])",
    "function": "assert add",
    "function-of-this-file": "assert holds",
    "any-of-true": "assert any([answer == 3, True])",
    "after-return": "return\nassert answer == 3",
    "after-raise-expected": "with pytest.raises(ValueError):\n    raise ValueError",
    "after-skip": "pytest.skip('later')\nassert answer == 3",
    "after-endless": "while True:\n    return\nassert answer == 3",
    "if-false": "if False:\n    assert answer == 3",
    "if-nothing": "if 0:\n    assert answer == 3",
    "else-of-true": "if True:\n    pass\nelse:\n    assert answer == 3",
    "loop-over-nothing": "for each in []:\n    assert each == 3",
    "while-false": "while False:\n    assert answer == 3",
    "both-return": "if answer:\n    return\nelse:\n    return\nassert answer == 3",
    "swallowed": "try:\n    assert answer == 3\nexcept AssertionError:\n    pass",
    "swallowed-broadly": "try:\n    assert answer == 3\nexcept Exception as e:\n    print(e)",
    "swallowed-bare": "try:\n    assert answer == 3\nexcept:\n    pass",
    "swallowed-among": "try:\n    holds(answer)\nexcept (ValueError, AssertionError):\n    pass",
    "return-in-finally": "try:\n    assert answer == 3\nfinally:\n    return",
    "suppressed": "with contextlib.suppress(AssertionError):\n    assert answer == 3",
    "helper-swallowed": "try:\n    holds(answer == 3)\nexcept Exception:\n    pass",
    "never-called": "def check():\n    assert answer == 3",
    "never-called-class": "class Check:\n    def run(self):\n        assert answer == 3",
    "false-and": "False and holds(answer)",
    "hollow-helper": "check_nothing(answer)",
    "hollow-helper-elsewhere": "verify_nothing(answer)",
    "code-under-test": "verify_sum(1, 2)",
    "mock": "mock.called_once_with(answer)",
    "unittest-true": "unittest.TestCase().assertTrue(True)",
    "unittest-equal": "unittest.TestCase().assertEqual(answer, answer)",
}

CAN_FAIL = {
    "equal": "assert answer == 3",
    "determined": "assert add(1, 2) == add(1, 2)",
    "not-to-be-reached": "try:\n    add(0, 1)\nexcept KeyError:\n    pass\nelse:\n    assert False",
    "raises": "with pytest.raises(TypeError):\n    add(None, 1)",
    "raises-later": "with pytest.raises(TypeError):\n    x = None\n    add(x, 1)",
    "after-other-catch": "try:\n    assert answer == 3\nexcept TypeError:\n    pass",
    "caught-and-raised": "try:\n    holds(answer)\nexcept AssertionError:\n    print(1)\n    raise",
    "caught-and-failed": "try:\n    holds(answer)\nexcept Exception as e:\n    pytest.fail(str(e))",
    "after-try": "try:\n    x = add(1, 2)\nexcept Exception:\n    x = 0\nassert x == 3",
    "else-of-if": "if answer == 4:\n    return\nassert answer == 3",
    "called-within": "def check():\n    assert answer == 3\ncheck()",
    "handed-on": "def check(x):\n    assert x == 3\nlist(map(check, [answer]))",
    "helper": "holds(answer == 3)",
    "helper-elsewhere": "same(answer, 3)",
    "helper-through-another": "all_same([answer], 3)",
    "module-of-helpers": "helpers.same(answer, 3)",
    "of-a-library": "numpy_testing.assert_allclose(answer, 3)",
    "raise-a-failure": "if answer != 3:\n    raise AssertionError('no sum')",
    "length": "assert len([answer]) >= 1",
    "some-branch": "assert (answer == 3) if answer else True",
    "with-file": "with open(__file__) as f:\n    assert f.read()",
    "with-file-and-return": "with open(__file__) as f:\n    f.read()\nassert answer == 3",
    "loop": "for each in [answer]:\n    assert each == 3",
    "while-true": "while True:\n    break\nassert answer == 3",
    "variable-like-a-function": "holds = answer == 3\nassert holds",
    "unittest": "unittest.TestCase().assertEqual(answer, 3)",
    "mock": "mock.assert_called_once_with(answer)",
    "fixture-of-conftest": "agreed(answer)",
    "match": "match answer:\n    case 3:\n        assert answer == 3",
}

FILES = {
    "sums.py": (
        "def add(a, b):\n    return a + b\n\n\n"
        "def verify_sum(a, b):\n    if a + b < 0:\n        raise ValueError\n    return True\n"
    ),
    "tests/helpers.py": (
        "def same(a, b):\n    assert a == b\n\n\n"
        "def all_same(many, b):\n    for each in many:\n        same(each, b)\n\n\n"
        "def verify_nothing(a):\n    print(a)\n"
    ),
    "tests/conftest.py": (
        "import pytest\n\n\n@pytest.fixture\ndef agreed():\n"
        "    def check(x):\n        assert x == 3\n    return check\n"
    ),
}

HEAD = """\
import contextlib
import unittest
from unittest import mock

import pytest

from sums import add, verify_sum
from tests import helpers
from tests.helpers import all_same, same, verify_nothing


def holds(x):
    assert x


def check_nothing(x):
    print(x)


def test_it(agreed):
    answer = add(1, 2)
"""


def quality(project: str, tests: str) -> Outcome:
    """Look at one file of tests."""
    build(project, {**FILES, "tests/test_sums.py": tests})
    return run_check("test-quality", project)


def written(cases: dict[str, str]) -> str:
    """Write a test for each case, the case's name on it."""
    head, _, start = HEAD.rpartition("def test_it(agreed):\n")
    return head + "\n\n".join(
        f"def test_{name.replace('-', '_')}(agreed):\n{start}{indent(text, '    ')}"
        for name, text in cases.items()
    )


def told(outcome: Outcome) -> set[str]:
    """Name the tests that assert nothing."""
    return {
        found["message"].split()[0].removeprefix("test_").replace("_", "-")
        for found in outcome.findings
    }


def test_what_cannot_fail_is_no_assertion(project: str) -> None:
    """Neither what is always true, nor what is not reached, nor what is swallowed, is one."""
    outcome = quality(project, written(CANNOT_FAIL))
    assert told(outcome) == set(CANNOT_FAIL)


def test_what_can_fail_is_an_assertion(project: str) -> None:
    """However it is written, and wherever it stands."""
    assert told(quality(project, written(CAN_FAIL))) == set()


ONE = "def test_a():\n    assert f() == 1\n"
NESTED = "def test_a():\n    def test_b():\n        pass\n    assert f(test_b)\n"


@pytest.mark.parametrize(
    ("tests", "without"),
    [
        (f"{ONE}\n\n{ONE}", 1),
        (f"if x:\n{indent(ONE, '    ')}else:\n{indent(ONE, '    ').replace('_a', '_b')}", 0),
        (f"class TestA:\n{indent(ONE.replace('()', '(self)', 1), '    ')}\n\n{ONE}", 0),
        (NESTED, 0),
    ],
)
def test_of_two_tests_of_one_name_one_is_never_run(project: str, tests: str, without: int) -> None:
    """The second takes the first one's place; in a class or another branch it does not."""
    build(project, {"tests/test_names.py": tests})
    assert run_check("test-quality", project).value("without") == without
