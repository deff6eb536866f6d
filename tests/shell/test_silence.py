"""Commands that pass although their tool fails: which of them a glance sees."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from readiness.shell.silence import silence, silent_count

# command, the tool whose failure it hides; more ways to write `|| true` are rows of test_shell.py
SEEN = [
    ("lint src || true", "lint src"),
    ("lint src && exit 1 || exit 0", "lint src && exit 1"),
    ("set +e; lint src; exit 0", "lint src"),
    ("command -v lint || exit 0; lint src", "command -v lint"),
    ("! grep -rn TODO srcc", "grep -rn TODO srcc"),
    ("! lint src | grep -q error", "lint src | grep -q error"),
    ("! (cd src && lint .)", "(cd src && lint .)"),
    ('test -z "$(lint src)"', "lint src"),
    ("[[ -z $(lint src) ]]", "lint src"),
    ("[ $(lint src | wc -l) -eq 0 ]", "lint src | wc -l"),
    ('[ "$(lint src | grep -c error)" -le 10 ]', "lint src | grep -c error"),
    ("(( $(lint src | wc -l) == 0 ))", "lint src | wc -l"),
    ('echo "$(lint src)"', ""),
    ("for f in $(lint -l); do echo $f; done", ""),
    ("exit 0", ""),
]

UNSEEN_UNTIL_TRIED = [
    "if grep -rn TODO srcc; then exit 1; fi",
    '[[ "$(lint src)" != bad ]]',
    "comm -3 <(lint src | sort) <(cat list)",
    "grep -q x y && exit 1; true",
    "rc=0; lint src || rc=$?; [ $rc -ne 1 ]",
    'out=$(lint src || true); test -z "$out"',
    "for i in 1 2 3; do lint && break; sleep 0; done",
    'case "$(lint src)" in *error*) exit 1;; esac',
    "if which lint; then lint src; fi",
]
"""What passes although its tool fails, and takes more than a glance: for the trial to see."""

HEARD = [
    "lint src",
    "lint src | grep -q Success",
    "lint src > log 2>&1 || { cat log; exit 1; }",
    '[ "$(lint src)" = x ]',
    '[ "$(grep -c x list)" -lt 5 ]',
    '[ "$(lint src | wc -l)" -ge 1 ]',
    'out=$(lint src); test -z "$out"',
]

# What says nothing of a tool, or leaves the answer to another one.
FREE = [
    "lint src || other src",
    "[ -f x ] || exit 0; lint",
    "if [ -f x ]; then lint; fi",
    '[ -z "${TOKEN:-}" ]',
    '[ "$(wc -l < x)" -ge 2 ]',
    "! test -f x.rej",
    "x=$(date); test -n $x",
    "mypy 'src",
    "",
]


@pytest.mark.parametrize(("command", "tool"), SEEN)
def test_a_tool_whose_failure_is_hidden_is_named(command: str, tool: str) -> None:
    """A `|| true`, a question whose no is good, a test of empty output, or no tool at all."""
    found = silence(command)
    assert found is not None
    assert found.tool == tool


@pytest.mark.parametrize("command", [*HEARD, *FREE, *UNSEEN_UNTIL_TRIED])
def test_nothing_else_is_doubted(command: str) -> None:
    """Neither what tells of its tool, nor what takes more than a glance."""
    assert silence(command) is None


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("command", "deaf"),
    [
        *((command, True) for command, _ in SEEN),
        *((command, True) for command in UNSEEN_UNTIL_TRIED),
        *((command, False) for command in HEARD),
    ],
)
def test_bash_says_the_same(command: str, deaf: bool, tmp_path: Path) -> None:
    """With the tool in trouble bash passes those that are doubted or unseen, and no other."""
    for tool in ("lint", "grep"):
        if tool == "lint" or "lint" not in command:
            _program(tmp_path / tool, "exit 2")
    (tmp_path / "src").mkdir()
    if command.startswith(("command -v lint", "if which lint")):
        (tmp_path / "lint").unlink()
    assert (_status(command, tmp_path) == 0) is deaf


# command, what to write, and the status with which that says that all is well
REMEDIES = [
    ("! grep -rn TODO src", "grep -rn TODO src", 1),
    ("! lint src", "lint src", 1),
    ('test -z "$(lint -l)"', 'out=$(lint -l); test -z "$out"', 0),
    ('[ "$(lint -l | wc -l)" = 0 ]', 'out=$(lint -l | wc -l); [ "$out" = 0 ]', 0),
    ('[ "$(grep -rn TODO src | wc -l)" = 0 ]', "grep -rn TODO src", 1),
    ("! lint -l | grep -q .", 'out=$(lint -l); test -z "$out"', 0),
]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(("command", "run", "good"), REMEDIES)
def test_the_command_to_write_instead_works_both_ways(
    command: str, run: str, good: int, tmp_path: Path
) -> None:
    """It is good where the command was, bad where it was, and neither without its tool.

    So is what bash is given in place of the command.
    """
    hidden = silence(command)
    assert hidden is not None
    instead, *fields = hidden.remedy
    expected = (yaml.safe_load("\n".join(fields)) or {}).get("expect", "== 0")
    assert (instead, expected) == (run, f"== {good}")
    source = tmp_path / "src" / "a"
    source.parent.mkdir()
    says = "[ -s src/a ] && echo a" if "-l" in run else "[ -s src/a ]"
    _program(tmp_path / "lint", f"{says} || exit {good if '-l' not in run else 0}")
    for text, is_good in (("", True), ("TODO\n", False)):
        source.write_text(text)
        assert (_status(command, tmp_path) == 0) is is_good
        assert (_status(run, tmp_path) == good) is is_good
        assert (_status(hidden.heard, tmp_path) == 0) is is_good
    source.unlink()
    source.parent.rmdir()
    _program(tmp_path / "lint", "exit 2")
    assert _status(run, tmp_path) == 2
    (tmp_path / "lint").unlink()
    assert _status(hidden.heard, tmp_path) == (127 if "lint" in command else 125)


@pytest.mark.parametrize(
    ("command", "tool"),
    [
        ("mypy src | grep -c error || true", "mypy src"),
        ("no_such_tool . 2>/dev/null | grep -c error || :", "no_such_tool . 2>/dev/null"),
        ("lint . | sort | wc -l || echo 0", "lint ."),
        ("lint . | wc -l", None),
        ("grep -c TODO a || true", None),
        ("command -v lint && echo 1 || echo 0", None),
        ("if lint; then s=0; else s=$?; fi; echo $s || true", None),
    ],
)
def test_a_count_of_what_a_missing_tool_printed_is_seen(command: str, tool: str | None) -> None:
    """It is 0, as if the tool had found nothing."""
    found = silent_count(command)
    assert (found and found.tool) == tool


@given(st.text(alphabet="ab |&;(){}[]<>$`'\"\\\n#!=-0?z", max_size=40))
def test_any_text_is_looked_at(text: str) -> None:
    """Any text has an answer; never an exception."""
    silence(text)
    silent_count(text)


def _program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def _status(command: str, folder: Path) -> int:
    (folder / "list").write_text("x\n")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env={"PATH": f"{folder}:/usr/bin:/bin"},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=30,
    )
    return done.returncode
