"""What of a command is never run, as far as its text alone tells."""

import pytest

from readiness.shell.unreached import never_run


@pytest.mark.parametrize(
    ("command", "dead"),
    [
        ("exit 0; lint", "lint"),
        ("set -n; lint", "lint"),
        ("true || lint", "lint"),
        ("false && lint || true", "lint"),
        ("if false; then lint; fi", "lint"),
        ("while false; do lint; done", "lint"),
        ("f() { lint; }", "lint"),
        ("false; lint", "lint"),
        ("test -d a || lint", ""),
        ("if [[ $X ]]; then exit 0; fi; lint", ""),
        ("case x in y) lint;; esac", ""),
        ("f() { lint; }; f", ""),
        ("exec 2>&1; lint", ""),
        ("(exit 0); lint", ""),
        ("until lint; do sleep 1; done", ""),
        ("lint 'unterminated", ""),
    ],
)
def test_what_no_way_reaches_is_named(command: str, dead: str) -> None:
    """What a test, a variable or a program decides may be run."""
    assert ", ".join(" ".join(words) for words in never_run(command)) == dead
    assert never_run("false; lint", errexit=False) == []
