"""Commands whose status does not tell that a tool of theirs was in trouble."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.shell.remedies import instead
from readiness.shell.trouble import forgiven, unheard

# command, and the tool whose trouble it passes over
DEAF = [
    ("! grep -rn TODO srcc", "grep"),
    ("! lint src", "lint"),
    ("! lint src | grep -q error", "lint"),
    ("! (cd src && lint .)", "lint"),
    ("cd src && ! grep -q x y", "grep"),
    ("if grep -rn TODO srcc; then exit 1; fi", "grep"),
    ("if lint src; then echo good; fi", "lint"),
    ("if ! lint src; then echo bad; fi", "lint"),
    ('test -z "$(lint src)"', "lint"),
    ('[ -z "$(lint src)" ]', "lint"),
    ("[ -n $(lint src) ]", "lint"),
    ("[[ -z $(lint src) ]]", "lint"),
    ("[[ $(lint src) != WIP* ]]", "lint"),
    ("comm -3 <(lint src | sort) <(cat list)", "lint"),
    ('[[ "$(lint src)" != bad ]]', "lint"),
    ('[[ ! "$(lint src)" =~ bad ]]', "lint"),
    ('test "$(lint src)" = ""', "lint"),
    ("[ $(lint src | wc -l) -eq 0 ]", "lint"),
    ('[ "$(lint src | grep -c error)" -le 10 ]', "lint"),
    ("(( $(lint src | wc -l) == 0 ))", "lint"),
    ("lint src && exit 1 || exit 0", "lint"),
    ("grep -q x y && exit 1; true", "grep"),
    ("diff <(lint a) <(lint b)", "lint"),
    ("lint src || true", "lint"),
    ("lint src || { echo bad; exit 0; }", "lint"),
    ("n=0; lint src || n=1; exit 0", "lint"),
    ("rc=0; lint src || rc=$?; [ $rc -ne 1 ]", "lint"),
    ('out=$(lint src || true); test -z "$out"', "lint"),
    ('export V=$(lint src); test -z "$V"', "lint"),
    ('echo "$(lint src)"', "lint"),
    ("for f in $(lint -l); do echo $f; done", "lint"),
    ("while read f; do echo $f; done < <(lint -l)", "lint"),
    ("for i in 1 2 3; do lint && break; sleep 0; done", "lint"),
    ('case "$(lint src)" in *error*) exit 1;; esac', "lint"),
    ("f() { lint src || return 0; }; f", "lint"),
    ("set +e; lint src; exit 0", "lint"),
    ('sh -c "! grep x y"', "grep"),
    ("lint src & wait", "lint"),
]

# These ask for the tool first: only where it is missing do they pass.
ASKING = [
    ("command -v lint || exit 0; lint src", "lint"),
    ("if which lint; then lint src; fi", "lint"),
]

HEARD = [
    "lint src",
    "(exit 3)",
    "exec lint src",
    "time lint src",
    "env -i PATH=$PATH lint src",
    "timeout 9 lint src",
    "cd src && lint .",
    "(cd src && lint .)",
    "lint src; true",
    "lint src | tee log",
    "lint src | grep -q Success",
    "lint src && echo good",
    "lint src || exit 1",
    "lint src || { echo bad; exit 1; }",
    "lint src > log 2>&1 || { cat log; exit 1; }",
    "lint src || [ $? -eq 1 ]",
    "rc=0; lint src || rc=$?; exit $rc",
    "bad=0; for f in a b; do lint $f || bad=1; done; exit $bad",
    "if lint src; then echo good; else exit 1; fi",
    "if ! lint src; then exit 1; fi",
    '[ "$(lint src)" = x ]',
    'test "$(lint src)" != ""',
    'test "$(lint src)" = "$(cat list)"',
    '[ "$(grep -c x list)" -lt 5 ]',
    'out=$(lint src); test -z "$out"',
    "files=$(lint -l); for f in $files; do echo $f; done",
    "lint -l | xargs echo",
    "for f in a b; do lint $f; done",
    "for i in 1 2; do lint src && exit 0; sleep 0; done; exit 1",
    "f() { lint src; }; f",
    "cat <<EOF | lint -\nx\nEOF",
    "case a in a) lint;; esac",
    "grep -q x y && exit 1 || [ $? -eq 1 ]",
    "set -e; lint src; echo done",
]

# What says nothing of a tool, or leaves the answer to another one.
FREE = [
    "true",
    "echo 1",
    "exit 7",
    "lint src || other src",
    "rm -f x || true; lint src",
    "docker rm -f x || true; lint src",
    "[ -f x ] || exit 0; lint",
    "if [ -f x ]; then lint; fi",
    '[ -z "${TOKEN:-}" ]',
    '[ "$(wc -l < x)" -ge 2 ]',
    "! test -f x.rej",
    "! command -v telnet",
    "diff <(sort a) <(sort b)",
    "until curl -f localhost; do sleep 1; done",
    "server & pid=$!; lint; kill $pid",
    "x=$(date); test -n $x",
    "mypy 'src",
    "",
]


def passes(status: int) -> bool:
    """Status 0 is good, as by default."""
    return status == 0


@pytest.mark.parametrize(("command", "tool"), [*DEAF, *ASKING])
def test_a_tool_whose_trouble_is_not_heard_is_named(command: str, tool: str) -> None:
    """Whatever hides it: a question whose no is good, an output that is empty, a loop, a list."""
    assert unheard(command, passes) == tool


@pytest.mark.parametrize("command", [*HEARD, *FREE])
def test_what_tells_of_its_tool_is_left_alone(command: str) -> None:
    """Commands as careful people write them are not complained of."""
    assert unheard(command, passes) == ""


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("status", [2, 3])
@pytest.mark.parametrize(
    ("command", "deaf"),
    [*((command, True) for command, _ in DEAF), *((command, False) for command in HEARD)],
)
def test_bash_says_the_same(command: str, deaf: bool, status: int, tmp_path: Path) -> None:
    """With the tool in trouble bash ends with 0 for those that are named, and for no other."""
    for tool in ("lint", "grep"):
        if tool == "lint" or "lint" not in command:
            (tmp_path / tool).write_text(f"#!/bin/sh\nexit {status}\n")
            (tmp_path / tool).chmod(0o755)
    (tmp_path / "list").write_text("x\n")
    (tmp_path / "src").mkdir()
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=30,
    )
    assert (done.returncode == 0) is deaf, done.stderr


def test_statuses_may_be_good_in_another_way() -> None:
    """Where any status but 0 is good, so is that of a tool in trouble; where one is named, not."""
    assert unheard("lint src", lambda status: status != 0) == "lint"
    assert unheard("lint src", lambda status: status == 1) == ""
    assert unheard("lint src", lambda status: status < 32) == ""


@pytest.mark.parametrize(
    ("command", "run", "good"),
    [
        ("! grep -rn TODO srcc", "grep -rn TODO srcc", 1),
        ("if grep -rn TODO srcc; then exit 1; fi", "grep -rn TODO srcc", 1),
        ("if grep -q x y; then echo found; false; fi", "grep -q x y", 1),
        ("lint src && exit 1 || exit 0", "lint src", 1),
        ("if lint src; then echo good; fi", "lint src", 0),
        ('test -z "$(lint src)"', 'out=$(lint src); test -z "$out"', 0),
        ("cd a && ! grep -q x y", "cd a && { grep -q x y && exit 1 || [ $? -eq 1 ]; }", 0),
        (
            "diff <(lint a) <(lint b)",
            (
                'lint a > "$READINESS_TMP/1"; lint b > "$READINESS_TMP/2"; '
                'diff "$READINESS_TMP/1" "$READINESS_TMP/2"'
            ),
            0,
        ),
    ],
)
def test_the_command_to_write_instead_is_told(command: str, run: str, good: int) -> None:
    """It asks the same, and its tool's trouble is heard."""
    assert instead(command) == (run, good)


@pytest.mark.parametrize("command", ["lint src || true", "! lint src | grep -q error", "mypy 'x"])
def test_where_none_is_known_none_is_told(command: str) -> None:
    """A command that would only hide the trouble elsewhere is not advised."""
    assert instead(command) is None


@given(st.text(alphabet="ab |&;(){}[]<>$`'\"\\\n#!=-0?", max_size=40))
def test_any_text_is_gone_through(text: str) -> None:
    """Any text has an answer; never an exception."""
    unheard(text, passes)
    instead(text)


def test_ways_without_end_are_given_up() -> None:
    """Neither depth nor the number of ways takes long."""
    unheard("$(" * 500 + "lint", passes)
    unheard("; ".join(f"x{n}=1; a || x{n}=2" for n in range(60)), passes)
    unheard("f() { f; }; f || lint", passes)


# What a shell without `-e` takes for a good end: a program, and a status of its.
FORGIVEN = [
    ("lint src; [ $? -eq 1 ]", ("lint", 1)),
    ("lint src; test $? -ne 124", ("lint", 1)),
    ("lint src; s=$?; echo done; [ $s -lt 3 ]", ("lint", 1)),
    ("lint src; s=$?; [ $s -eq 0 ] || [ $s -eq 7 ]", ("lint", 7)),
    ("cd src && lint .; [ $? -le 2 ]", ("lint", 1)),
    ("lint src || [ $? -eq 2 ]", ("lint", 2)),
]
STRICT = [
    "lint src",
    "lint src; test $? -eq 0",
    "lint src; s=$?; echo done; exit $s",
    "lint src; if [ $? -ne 0 ]; then echo bad; exit 1; fi",
    "diff a b; [ $? -le 1 ]",
    "grep -c x y; [ $? -lt 2 ]",
    "! lint --wrong",
    "if command -v lint; then lint src; else echo no lint; fi",
    "for i in 1 2 3; do lint src && break; sleep 1; done",
    "lint server & test -d src",
    "lint src; if [ $? -ne 0 ]; then mend src; fi",
    'test -z "$(lint src)"',
    "case b in a) lint src;; b) test -d src;; esac",
    "lint src; if [ $? -le 1 ]",
]


@pytest.mark.parametrize(("command", "found"), FORGIVEN)
def test_a_status_that_is_taken_for_a_good_end_is_named(
    command: str, found: tuple[str, int]
) -> None:
    """With the program that ends with it."""
    assert forgiven(command, errexit=False, pipefail=False) == found


@pytest.mark.parametrize("command", STRICT)
def test_what_tells_of_each_failure_forgives_none(command: str) -> None:
    """Nor does what only asks, waits, expects a failure or cannot be read."""
    assert forgiven(command, errexit=False, pipefail=False) is None
