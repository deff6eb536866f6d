"""What is told of a shell command by reading it."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.shell.masking import Mask, masks
from readiness.shell.plain import argv

# command, whether a failure ends it, what is found (`!` before what decides the whole command)
MASKED = [
    ("mypy src || true", True, ["!|| true"]),
    ("mypy src \\\n  || true", True, ["!|| true"]),
    ("mypy src || { echo bad; true; }", True, ["!|| { echo bad; true; }"]),
    ("mypy src || cat mypy.log", True, ["!|| cat mypy.log"]),
    ("(mypy src || true)", True, ["!|| true"]),
    ("mypy src || rc=$?", True, ["!|| rc=$?"]),
    ("mypy src || true\nruff check", True, ["|| true"]),
    ("echo errors: $(mypy src | grep -c error || true)", True, ["!|| true"]),
    ('n="$(mypy src || true)"; test "$n" = 0', True, ["|| true"]),
    ("for d in a b; do mypy $d || true; done", True, ["!|| true"]),
    ("case $x in a|b) mypy || true;; *) ruff;; esac", True, ["|| true"]),
    ("f() { mypy src || true; }; f", True, ["!|| true"]),
    ("if mypy src; then echo good; else echo bad; fi", True, ["!if"]),
    ("mypy src &", True, ["!&"]),
    ("mypy src & ruff check & wait", True, ["!&", "!&"]),
    ("set +e; mypy src; echo done", True, ["!set +e", "!; echo done"]),
    ("set +o errexit; mypy src; ruff check", True, ["set +o errexit"]),
    ("mypy src; ruff check", False, ["; ruff check"]),
    ("trap 'exit 0' EXIT; mypy src", True, ["!trap 'exit 0' EXIT"]),
    ("sh -c 'mypy src || true'", True, ["!|| true"]),
    ("sh -c 'mypy src; true'", True, ["!; true"]),
    ("eval 'mypy src || true'", True, ["!|| true"]),
    ("cat <<EOF | mypy src || true\nx || y\nEOF", True, ["!|| true"]),
    ("mypy src && echo good; echo done", True, ["!; echo done"]),
    ("mypy src && ruff check; echo done", True, ["; echo done"]),
    ("! mypy src; echo done", True, ["!; echo done"]),
    ("mypy src; true", False, ["!; true"]),
    ("mypy src | tee log", False, ["!| tee log"]),
    ("-mypy src", False, ["!-"]),
    ("- @mypy src", False, ["!-"]),
    ("for f in src docs; do mypy $f; done", False, ["for"]),
    ("find . -name list -exec mypy {} \\;", True, ["-exec mypy {} \\;"]),
    ("mypy src | grep -v note", False, ["| grep -v note"]),
]

HONEST = [
    ("mypy src", True),
    ("mypy src || exit 1", True),
    ("mypy src || (echo bad && exit 1)", True),
    ("mypy src || rc=$?; exit $rc", True),
    ("grep '|| true' Makefile", True),
    ("mypy src # || true", True),
    ("mypy src; true", True),
    ("mypy src | tee log", True),
    ("echo start; mypy src", False),
    ("test -d src && mypy src; echo done", True),
    ("set -euo pipefail; mypy src | tee log", False),
    ("set +e; mypy src; rc=$?; echo $rc; exit $rc", True),
    ("echo ${a:-x || true}", True),
    ("if mypy src; then echo good; else exit 1; fi", True),
    ("if [ -f setup.cfg ]; then echo found; fi", True),
    ("until curl -f localhost; do sleep 1; done", True),
    ("server & pid=$!; pytest; kill $pid", True),
    ("cat > f <<'EOF'\nmypy src || true\nEOF\nruff check", True),
    ("trap 'rm -f x' EXIT; mypy src", True),
    ("sh -c 'mypy src'", True),
    ("! grep -q TODO src", True),
    ("f() { mypy src; }; f", True),
    ("@mypy src", False),
    ("for f in src docs; do mypy $f; done", True),
    ("for f in src docs; do mypy $f || exit 1; done", False),
    ("bad=0; for f in src docs; do mypy $f || bad=1; done; exit $bad", False),
    ("find . -name '*.pyc' -exec rm {} \\;", False),
    ("grep -c a list | sort", False),
    ("find . -name '*.py' -exec grep -l x {} \\;", True),
    ("diff <(sort a) <(sort b)", True),
    ("", True),
]


def shown(found: list[Mask]) -> list[str]:
    """Write masks short, with `!` before what decides all."""
    return [("!" if mask.final else "") + mask.text for mask in found]


@pytest.mark.parametrize(("command", "errexit", "expected"), MASKED)
def test_what_hides_a_failure_is_found(command: str, errexit: bool, expected: list[str]) -> None:
    """Each construct that swallows a status is named, and whether it decides the whole command."""
    assert shown(masks(command, errexit=errexit)) == expected


@pytest.mark.parametrize(("command", "errexit"), HONEST)
def test_what_hides_nothing_is_left_alone(command: str, errexit: bool) -> None:
    """A command that passes failures on is not complained of, whatever it quotes or comments."""
    assert shown(masks(command, errexit=errexit)) == []


@pytest.mark.parametrize("test", ["[ $? -eq 1 ]", "test 1", "[[ $? == 1 ]]"])
def test_a_test_that_chooses_what_to_hide_is_told(test: str) -> None:
    """Whoever asks for no failure at all hears of it; a question before it has no failure."""
    (found,) = masks(f"timeout 5 mypy src || {test}")
    assert (found.text, found.final) == (f"|| {test}", False)
    assert masks(f"command -v mypy || {test}; grep -q a list || {test}") == []


# These end with status 0 here, without hiding a tool: what they look at is as they want it.
HONEST_AND_GREEN = {"grep '|| true' Makefile"}


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("command", "errexit"),
    [
        *((command, errexit) for command, errexit, _ in MASKED if command[0] not in "@-"),
        *((command, errexit) for command, errexit in HONEST if command.startswith("mypy")),
    ],
)
def test_bash_agrees(command: str, errexit: bool, tmp_path: Path) -> None:
    """With every tool failing, bash ends with 0 where a mask is final, and not where none is."""
    for tool in ("mypy", "ruff", "no_such_tool"):
        (tmp_path / tool).write_text("#!/bin/sh\nexit 3\n")
        (tmp_path / tool).chmod(0o755)
    (tmp_path / "list").write_text("a\n")
    for name in ("mypy.log", "Makefile"):
        (tmp_path / name).write_text("|| true\n")
    (tmp_path / "src").mkdir()
    options = ["-euo", "pipefail"] if errexit else []
    done = subprocess.run(
        ["bash", *options, "-c", command],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "x": "a"},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=10,
    )
    hiding = masks(command, errexit=errexit)
    if any(mask.final for mask in hiding):
        assert done.returncode == 0, done.stderr
    elif not hiding and command not in HONEST_AND_GREEN:
        assert done.returncode != 0, done.stderr


def test_a_mask_tells_its_line_and_what_it_hides() -> None:
    """A mask points to its line in the command, and quotes the command that it covers."""
    (mask,) = masks("cd src\nmypy . || true\nruff check")
    assert (mask.line, mask.command) == (2, "mypy .")


@pytest.mark.parametrize(
    "command", ["mypy 'src || true", "mypy $(x || true", "((( || true", "fi || true"]
)
def test_what_cannot_be_parsed_is_searched_roughly(command: str) -> None:
    """A command that no shell would take is no way around the search, and raises nothing."""
    assert isinstance(masks(command), list)
    assert shown(masks("done) && mypy || true")) == ["!|| true"]


@given(st.text(alphabet="ab |&;(){}<>$`'\"\\\n#!=-0", max_size=60))
def test_any_text_is_read(text: str) -> None:
    """Any text gives masks and words or none; never an exception."""
    masks(text)
    masks(text, errexit=False)
    argv(text)


def test_deep_nesting_is_given_up() -> None:
    """A command nested without end is not followed for ever."""
    assert isinstance(masks("$(" * 5000 + "mypy || true"), list)
    assert isinstance(masks("{ " * 5000 + "mypy || true"), list)


# --- words ----------------------------------------------------------------------------------------

SIMPLE = [
    ("mypy src", ("mypy", "src")),
    ("sh -c 'echo 1'", ("sh", "-c", "echo 1")),
    ("grep -c \"a b\" x'y z'w", ("grep", "-c", "a b", "xy zw")),
    (
        "./run.sh --opt=x,y @file +1 a%b a:b ^c",
        ("./run.sh", "--opt=x,y", "@file", "+1", "a%b", "a:b", "^c"),
    ),
    ("cat 报告.txt", ("cat", "报告.txt")),
    ("grep '' x", ("grep", "", "x")),
    ("/bin/echo 1", ("/bin/echo", "1")),
]

NEEDS_SHELL = [
    *("", " ", "''", "echo 1", "cd x", "exit 1", "test -f x", "[ -f x ]", "true", ": x", ". x"),
    *("!", "! x", "'echo' 1", "X=1 cmd", "a b | c", "a; b", "a && b", "a & ", "a > b", "a < b"),
    *("a $b", 'a "$b"', "a `b`", 'a "`b`"', "a *", "a ?", "a [b]", "a ~", "~/x", "a {b,c}"),
    *("a #b", "a \\ b", 'a "\\""', "a 'b", 'a "b', "a\nb", "a (b)", "if x", "time x", "%1"),
    *("-x", "exec x", "a b!", "source x", "function f"),
]


@pytest.mark.parametrize(("command", "words"), SIMPLE)
def test_a_plain_command_is_split_into_words(command: str, words: tuple[str, ...]) -> None:
    """Words come out as a shell would make them, quotes removed."""
    assert argv(command) == words == tuple(shlex.split(command))


@pytest.mark.parametrize("command", NEEDS_SHELL)
def test_what_needs_a_shell_is_left_to_one(command: str) -> None:
    """Syntax, expansions, builtins and keywords are never guessed at."""
    assert argv(command) is None


@given(st.text(alphabet="ab |&;(){}<>$`'\"\\\n\t#!=-0*?[]~%^é", max_size=30))
def test_words_agree_with_the_shell(command: str) -> None:
    """Whatever is split has only quotes as syntax, so that a plain splitter agrees."""
    if (words := argv(command)) is not None:
        assert list(words) == shlex.split(command)
