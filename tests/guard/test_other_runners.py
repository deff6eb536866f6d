"""Tests that no known runner runs: a script, a program of the project, a runner put together."""

import pytest

from tests.support.loosening import Files, board, guarded
from tests.support.program import Project

TWICE = "echo $(($1 * 2))\n"
THRICE = "echo $(($1 * 3))\n"
SHELL = """\
[ "$(sh src/twice.sh 2)" = 4 ] || exit 1
[ "$(sh src/twice.sh 0)" = 0 ] || exit 1
"""
LESS = '[ "$(sh src/twice.sh 0)" = 0 ] || exit 1\n'
HALF = '[ "$(sh src/half.sh 4)" = 2 ] || exit 1\n'
SH: Files = {"src/twice.sh": TWICE, "tests/check.sh": SHELL}

JS = "exports.twice = (a) => a * 2\n"
JS_MORE = f"{JS}exports.half = (a) => a / 2\n"
RUN = "require(require('path').resolve(process.argv[2]))\n"
JS_TEST = """\
const assert = require('assert')
const m = require('../src/m.js')
assert.strictEqual(m.twice(0), 0)
assert.strictEqual(m.twice(2), 4)
"""
NODE: Files = {
    "Makefile": "check:\n\tnode ci/run.js tests/m.js\n",
    "ci/run.js": RUN,
    "src/m.js": JS,
    "tests/m.js": JS_TEST,
}
BROKEN_JS = {"src/m.js": JS.replace("* 2", "* 3")}

UNIT = """\
import importlib

unit = importlib.import_module("unit" + "test")
found = unit.defaultTestLoader.discover("tests", pattern="check_*.py")
raise SystemExit(not unit.TextTestRunner().run(found).wasSuccessful())
"""
CASE = """\
import sys
import unittest

sys.path.insert(0, "src")
from b import h


class B(unittest.TestCase):
    def test_h(self):
        self.assertEqual(h(1), 2)

    def test_big(self):
        self.assertGreater(h(10), 1)
"""
PY: Files = {"ci/t.py": UNIT, "src/b.py": "def h(a):\n    return a + 1\n", "tests/check_b.py": CASE}
BROKEN_PY = {"src/b.py": "def h(a):\n    return a + 2\n"}

SH_RUN, JS_RUN, PY_RUN = "sh tests/check.sh", "make check", "python ci/t.py"

ASKS_LESS: dict[str, tuple[str, Files, Files]] = {
    "shell": (SH_RUN, SH, {"tests/check.sh": LESS, "src/twice.sh": THRICE}),
    "a helper of it": (
        SH_RUN,
        {"src/twice.sh": TWICE, "tests/lib.sh": 'is() { [ "$1" = "$2" ] || exit 1; }\n',
         "tests/check.sh": '. tests/lib.sh\nis "$(sh src/twice.sh 2)" 4\n'},
        {"src/twice.sh": THRICE, "tests/lib.sh": 'is() { [ "$1" = "$2" ] || return 0; }\n'},
    ),
    "named in a recipe": (
        JS_RUN, NODE, {"tests/m.js": JS_TEST.replace("twice(2), 4", "twice(0), 0"), **BROKEN_JS}
    ),
    "ends early": (
        JS_RUN, NODE, {"tests/m.js": f"process.exit(0)\n{JS_TEST}", **BROKEN_JS}
    ),
    "runner put together": (
        PY_RUN, PY, {"tests/check_b.py": CASE.replace("def test_h", "def xtest_h"), **BROKEN_PY}
    ),
}  # fmt: skip

FOLLOWS: dict[str, tuple[str, Files, Files]] = {
    "shell, other values": (
        SH_RUN, SH, {"tests/check.sh": SHELL.replace("= 4", "= 6"), "src/twice.sh": THRICE}
    ),
    "shell, repaired": (SH_RUN, {**SH, "src/twice.sh": THRICE}, {"src/twice.sh": TWICE}),
    "shell, gone with the code": (
        SH_RUN,
        {**SH, "src/half.sh": "echo $(($1 / 2))\n", "tests/check.sh": f"{SHELL}{HALF}"},
        {"src/half.sh": None, "tests/check.sh": SHELL},
    ),
    "named, other values": (
        JS_RUN, NODE, {"tests/m.js": JS_TEST.replace("(2), 4", "(2), 6"), **BROKEN_JS}
    ),
    "named, gone with the code": (
        JS_RUN,
        {**NODE, "src/m.js": JS_MORE, "tests/m.js": f"{JS_TEST}assert(m.half(4) === 2)\n"},
        {"src/m.js": JS, "tests/m.js": JS_TEST},
    ),
    "gone with the code, by another name": (
        SH_RUN,
        {**SH, "src/half.sh": "echo $(($1 / 2))\n",
         "tests/check.sh": f'half=$(sh src/half.sh 4)\n[ "$half" = 2 ] || exit 1\n{SHELL}'},
        {"src/half.sh": None, "tests/check.sh": SHELL},
    ),
    "a file gone with the code": (
        "for f in tests/*.sh; do sh $f || exit 1; done",
        {**SH, "src/half.sh": "echo $(($1 / 2))\n", "tests/half.sh": HALF},
        {"src/half.sh": None, "tests/half.sh": None},
    ),
    "named, more": (JS_RUN, NODE, {"tests/m.js": f"{JS_TEST}assert(m.twice(3) === 6)\n"}),
    "runner put together, other values": (
        PY_RUN, PY, {"tests/check_b.py": CASE.replace("(1), 2", "(1), 3"), **BROKEN_PY}
    ),
    "runner put together, renamed": (
        PY_RUN,
        PY,
        {"tests/check_b.py": CASE.replace("h(1", "g(1").replace("h(10", "g(10")
         .replace("import h", "import g"), "src/b.py": "def g(a):\n    return a + 1\n"},
    ),
}  # fmt: skip


def based(command: str, files: Files) -> Files:
    """A project with a criterion of this command."""
    return {**files, "board.yaml": board({"run": command})}


@pytest.mark.parametrize("name", ASKS_LESS)
def test_what_the_tests_of_the_base_notice_is_told(project: Project, name: str) -> None:
    """They run over the change's code, and so do the change's own."""
    command, base, change = ASKS_LESS[name]
    ended = guarded(project, based(command, base), change)
    assert ended.status == 4, ended
    assert "T1.1  verdict changed (tests/" in ended.out


@pytest.mark.parametrize("name", FOLLOWS)
def test_tests_that_change_with_their_code_loosen_nothing(project: Project, name: str) -> None:
    """The base's own code does not meet them, or what they were about is gone."""
    command, base, change = FOLLOWS[name]
    ended = guarded(project, based(command, base), change)
    assert ended.status == 0, ended
