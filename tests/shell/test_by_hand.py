"""Commands with their parameters filled in, as people would type them."""

import subprocess

import pytest

from readiness.record.by_hand import command_by_hand, criterion_by_hand
from readiness.shell.by_hand import filled
from tests.support.builders import a_check, a_criterion

PARAMS = {
    "paths": "src tests",
    "args": "",
    "config": "a b.toml",
    "quote": "it's",
    "off": "false",
    "on": "true",
}


@pytest.mark.parametrize(
    ("command", "typed"),
    [
        ("mypy src", "mypy src"),
        ("mypy $args $paths", "mypy src tests"),
        ("mypy $args", "mypy"),
        ("a ${args} b ${paths}", "a b src tests"),
        ('a "$config" "${paths}"', "a 'a b.toml' 'src tests'"),
        ('a "$quote"', "a 'it'\"'\"'s'"),
        ("a ${config:+--config $config} b", "a --config a b.toml b"),
        ("a ${args:+--args $args} b", "a b"),
        ("a ${off:+--off} ${on:+--on} b", "a --on b"),
        ("a ${args:-$paths} ${on:-no}", "a src tests true"),
        ("a ${paths// /,}", "a src,tests"),
        ("a $HOME ${HOME} $pathsx '$paths' $1 $$", "a $HOME ${HOME} $pathsx '$paths' $1 $$"),
        ("cat $HOME | wc -l", "cat $HOME | wc -l"),
    ],
)
def test_parameters_stand_in_their_places(command: str, typed: str) -> None:
    """What is no parameter, or stands in single quotes, is left to the shell."""
    assert filled(command, PARAMS) == typed


@pytest.mark.parametrize("value", ["a b", "it's", "$HOME", "`id`", "a;b", "*", "", "--x=y", "中文"])
def test_a_quoted_parameter_is_one_word_to_a_shell(value: str) -> None:
    """Whatever is in it."""
    command = filled('printf "%s" "$value"', {"value": value})
    said = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert said.stdout == value


@pytest.mark.parametrize(
    ("check", "typed"),
    [
        (a_check(name="", run='x "$READINESS_TMP" $paths'), 'x "$READINESS_TMP" src'),
        (a_check(name="own", run="lint $paths"), "lint src"),
        (a_check(name="own", run='"$READINESS_PYTHON" x.py'), ""),
        (a_check(name="own", run='"$READINESS_PYTHON" x.py', by_hand="x $paths"), "x src"),
    ],
)
def test_a_check_says_it_or_its_command_does(check: object, typed: str) -> None:
    """Unless the command uses what only the gate gives to it; a board's own command stays."""
    assert command_by_hand(check, {"paths": "src"}) == typed  # type: ignore[arg-type]


def test_a_criterion_says_where_and_each_combination() -> None:
    """In the folders of a monorepo, each in a shell of its own; where nothing is said, the gate."""
    check = a_check(name="own", run="lint $paths")
    matrix = ({"paths": "src"}, {"paths": "lib"})
    many = a_criterion(check=check, matrix=matrix, workdirs=("a", "."))
    assert criterion_by_hand(many) == "(cd a && lint src); lint lib"
    one = a_criterion(check=check, params={"paths": "src"}, workdirs=("packages/a",))
    assert criterion_by_hand(one) == "cd packages/a && lint src"
    ours = a_criterion(id="T1.1", check=a_check(name="own", run='"$READINESS_PYTHON" x.py'))
    assert criterion_by_hand(ours) == "readiness check T1.1"
    assert criterion_by_hand(a_criterion(check=check, written="make lint")) == "make lint"
    assert criterion_by_hand(a_criterion(check=None)) == ""
