"""A file that a criterion asks for is what is measured: to add, change or remove it is a repair."""

import pytest

from tests.support.loosening import Files, board, guarded
from tests.support.program import Project

MAKE = "license:\n\t@test -f LICENSE\nversion:\n\tls VERSION\n"
SCRIPT = "if test ! -f NOTICE; then exit 1; fi\n"
STRAY: Files = {"a.orig": "x\n", "deep/b.orig": "x\n", "Makefile": MAKE, "ci.sh": SCRIPT}
MENDED: Files = {
    **dict.fromkeys(("LICENSE", "NOTICE", "VERSION", "CHANGES"), "1.1\n"),
    **dict.fromkeys(("a.orig", "deep/b.orig"), None),
}
ASKS = [
    *("test -f LICENSE", "[ -s CHANGES ]", "[[ -f LICENSE ]]", "grep -q 1.1 CHANGES"),
    *(
        "! ls *.orig",
        "test -z \"$(find . -name '*.orig')\"",
        "test -z \"$(git ls-files '*.orig')\"",
    ),
    *("if ! test -e VERSION; then exit 3; fi", "make license", "make version", "sh ci.sh"),
]
TOOL: Files = {"tool.sh": "exit 1\n", "a.orig": "x\n", "known": "y\n"}
LOOSENED = {
    "a file that turns it off": ("test -f OFF || sh tool.sh", {"OFF": "x\n"}),
    "in brackets": ("if [ -f OFF ]; then exit 0; fi; sh tool.sh", {"OFF": "x\n"}),
    "what find starts": ("find . -name '*.orig' -exec sh tool.sh {} +", {"tool.sh": "exit 0\n"}),
    "patterns of a file": ("! grep -v -f known a.orig", {"known": "x\n"}),
}


@pytest.mark.parametrize("command", ASKS)
def test_what_is_asked_for_is_no_rule(command: str, project: Project) -> None:
    """Whether the board's command asks, or what it calls; and however many files there are."""
    ended = guarded(project, {"board.yaml": board({"run": command}), **STRAY}, MENDED)
    assert ended.status == 0, ended


@pytest.mark.parametrize(("command", "change"), LOOSENED.values(), ids=LOOSENED)
def test_what_turns_a_command_off_is_one(command: str, change: Files, project: Project) -> None:
    """Where something is run that obeys the file, or that the file replaces."""
    ended = guarded(project, {"board.yaml": board({"run": command}), **TOOL}, change)
    assert ended.status == 4, ended
