"""What is told of a shell command by reading it."""

import shlex

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from readiness.shell.plain import argv
from readiness.shell.programs import programs, statements


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("a; b && c || d | e &", "a b c d e"),
        ("if a; then b; else c; fi", "a b c"),
        ("x=$(a 'b c') y && (z)", "y a z"),
        ('for f in *; do a "$f"; done', "a"),
        ("case x in y|z) a;; (*) b;; esac; c", "a b c"),
        ("while a < list; do b; done > log 2>&1", "a b"),
        ("f() { a; }; function g { b; }; f; g; c", "a b c"),
        ("cat <<EOF | a\nb; c || d\nEOF\ne", "cat a e"),
        ("[[ a < b && c ]] && d; ((e + 1)); echo $((f + 1))", "d echo"),
        ('a "$(b "c d")" `e` \'x $(f)\' <(g) # h', "a b e g"),
        ("env X=1 command a; exec b; ! c \\\n  d", "a b c"),
        ("a='b c' d ${e:-f || g}", "d"),
        ("'quoted' x; $variable y; X=1 a", "quoted a"),
        *[(unreadable, "") for unreadable in ("a 'x", "a $(b", "((( a", "fi; a", "if a; then b")],
    ],
)
def test_the_programs_of_a_command_are_read(command: str, names: str) -> None:
    """Those that it names; of what cannot be read, none."""
    assert [words[0] for words in programs(command)] == names.split()


def test_a_script_is_divided_into_its_statements() -> None:
    """Compound commands, chains and what is given to read belong to one of them."""
    script = "a && b\nif c; then\n  d\nfi\nf() \n{ g; }; h |\n  i\nj <<E\nk\nE\n"
    listed = statements(script)
    assert listed is not None
    texts = ["a && b", "if c; then\n  d\nfi", "f() \n{ g; }", "h |\n  i", "j <<E"]
    assert [text for _, text in listed] == texts
    assert all(script.startswith(text, start) for start, text in listed)


@example(text="$()")
@given(st.text(alphabet="ab |&;(){}<>$`'\"\\\n#!=-0", max_size=60))
def test_any_text_is_read(text: str) -> None:
    """Any text gives words or none; never an exception."""
    programs(text)
    argv(text)


def test_deep_nesting_is_given_up() -> None:
    """A command nested without end is not followed for ever."""
    assert programs("$(" * 5000 + "mypy || true") == []
    assert programs("{ " * 5000 + "mypy || true") == []


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
