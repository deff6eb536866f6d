"""The table of options, and the two readers of command lines that are made of it."""

import os
from importlib import import_module

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness.command_line.application import application, in_order, typer_command
from readiness.command_line.options import ALL, OPTIONS, RUN, Option, Value
from readiness.command_line.reader import load, names, read, runs_probes
from readiness.model.settings import RunSettings
from tests.support.parsed_lines import by_typer, without_typer
from tests.support.program import Project

READ = [
    "check",
    "check T1 P0 tag:x",
    "check -b x.yaml --project=here -C there --profile p",
    "check -j 4 T1 --jobs=2",
    "check --history= T1",
    "check --timeout 5s --report json=x --report=tap=y",
    "score a.json b.json --explain",
    "trend T1 --limit 5",
    "diff a b",
    "report run-1 --report html=a --report=json=b",
    "next --to 8",
    "history --verify -n 3",
    "waive T1.1 --reason later --until 2030-01-01 --up-to= --dry-run",
    "validate -q",
]
LEFT = [
    "",
    "--version x",
    "lists",
    "__init__",
    "_options",
    "check --help",
    "check --bord x",
    "check -j 0",
    "check -j -1",
    "check -j",
    "check -qv",
    "check -j4",
    "check --jobs=x",
    "check --jobs=²",
    "check --board -q",
    "check --quiet=1",
    "check --quiet=-",
    "check -- T1",
    "check -",
    "check --explain",
    "score --dry-run -x",
    "list T1",
    "show",
    "show T1 T2",
    "guard",
    "waive T1.1 --reason later",
]
WRONG = ["check --timeout soon", "check --report json", "score --report json=a --report tap=a"]
"""What both read, and the command refuses."""


@pytest.mark.parametrize("line", READ + WRONG)
def test_usual_lines_are_read_without_typer_and_mean_the_same(line: str) -> None:
    """Command and settings, whichever way they were read."""
    found = without_typer(line.split())
    assert found is not None
    assert by_typer(line.split()) == found


@pytest.mark.parametrize("line", LEFT)
def test_what_is_not_plain_is_left_to_typer(line: str) -> None:
    """Help, mistakes, and what takes more than a word."""
    assert read(line.split(), {}) is None


FLAGS = sorted({flag for name in names() for option in load(name).options for flag in option.flags})
TEXTS = ["T1", "x", "2", "0", "-1", "", "-", "--", "²", "90s", "json=x", "tap=y", "a=b", "T9"]


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """Command lines of every command: flags of its own and of others, with values and without."""
    name = draw(st.sampled_from(names()))
    own = [flag for option in load(name).options for flag in option.flags]
    flag = st.sampled_from(own * 5 + FLAGS) if own else st.sampled_from(FLAGS)
    text = st.sampled_from(TEXTS)
    piece = st.one_of(
        st.builds(lambda word: [word], flag),
        st.builds(lambda word: [word], text),
        st.builds(lambda word, value: [word, value], flag, text),
        st.builds(lambda word, value: [f"{word}={value}"], flag, text),
    )
    needed = [
        word
        for option in load(name).options
        if load(name).requires(option) and draw(st.integers(0, 9))
        for word in [*option.flags[:1], draw(text)]
    ]
    return [name, *needed, *(word for part in draw(st.lists(piece, max_size=4)) for word in part)]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines())
def test_whatever_is_read_without_typer_means_the_same(line: list[str]) -> None:
    """Lines that nobody thought of: what the fast reader takes is what Typer takes."""
    found = without_typer(line)
    if found is not None:
        assert by_typer(line) == found


def variables() -> list[tuple[str, Option]]:
    """Each option of each command that has a variable."""
    every = [(name, option) for name in names() for option in load(name).options]
    return [(name, option) for name, option in every if option.variable]


SAMPLES = {
    Value.SWITCH: "1",
    Value.NUMBER: "3",
    Value.TIME: "5s",
    Value.REPORTS: "tap=x",
    Value.LANGUAGE: "zh",
    Value.SHARD: "1/2",
}


@pytest.mark.parametrize(
    ("name", "option"), variables(), ids=lambda given: getattr(given, "name", given)
)
def test_a_variable_means_its_option(
    name: str, option: Option, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is left to Typer, and means there what the flag means."""
    verb = load(name)
    line = [name]
    for each in verb.options:
        if verb.requires(each) and each is not option:
            line += [*each.flags[:1], "x"]
    sample = SAMPLES.get(option.value, "x")
    by_flag = by_typer([*line, option.flags[0], *([] if sample == "1" else [sample])])
    monkeypatch.setenv(option.variable, sample)
    assert read(line, os.environ) is None
    assert not isinstance(by_flag, int | str)
    assert by_typer(line) == by_flag


def test_only_variables_of_options_are_left_to_typer() -> None:
    """What a probe is given by the run around it slows no run in it."""
    assert read(["check"], {"READINESS_JOBS": "2"}) is None
    assert read(["check"], {"READINESS_EXPLAIN": "1"}) is not None
    assert read(["check"], {"HOME": "/root", "READINESS_TMP": "x", "": "x"}) is not None


def test_an_empty_history_means_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an option and as a variable; a flag outdoes the variable."""
    monkeypatch.setenv("READINESS_HISTORY", "")
    for line, meant in ((["check"], ""), (["check", "--history", "x"], "x")):
        found = by_typer(line)
        assert isinstance(found, tuple)
        assert found[1].history == meant


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_each_row_of_the_table_is_an_option(option: Option) -> None:
    """It has a field, a variable, and a line in the help of each command that takes it."""
    assert option.field in RunSettings.__struct_fields__
    assert option.variable == f"READINESS_{option.name.upper()}"
    taking = [name for name in names() if option in load(name).options]
    assert set(names() if option.commands is ALL else option.commands) <= set(taking)
    assert taking
    for name in taking:
        shown = " ".join(help_of(name).split())
        assert option.flags[0] in shown
        assert " ".join(load(name).help_of(option).split()) in shown
        assert option.variable in shown


def help_of(name: str) -> str:
    """The help of a command."""
    from typer import _click as click

    command = typer_command(load(name))
    context = click.Context(command, info_name=name, terminal_width=400, max_content_width=400)
    return command.get_help(context)


@pytest.mark.parametrize("name", names())
def test_no_command_has_an_option_twice(name: str) -> None:
    """Nor a flag, nor a field that two of its options would set."""
    options = load(name).options
    for names_taken in (
        [option.name for option in options],
        [flag for option in options for flag in option.flags],
        [option.field for option in options],
    ):
        assert len(names_taken) == len(set(names_taken))


@pytest.mark.parametrize("name", names())
def test_each_value_has_somewhere_to_go(name: str) -> None:
    """A parameter of the function, or a field; and each parameter can be given."""
    verb = load(name)
    for option in verb.options:
        assert option.name in verb.parameters or option.field in RunSettings.__struct_fields__
    assert set(verb.parameters) <= {option.name for option in verb.options}


@pytest.mark.parametrize("name", names())
def test_a_command_is_called_as_its_file(name: str) -> None:
    """Its help is the docstring of its file."""
    verb = load(name)
    assert verb.name == name
    told = import_module(f"readiness.commands.{name}").__doc__
    assert told
    assert " ".join(told.split()) in " ".join(help_of(name).split())


def test_the_order_of_the_help_names_commands_that_are_there() -> None:
    """Each once, and each is listed."""
    assert sorted(in_order()) == names()
    assert list(application().commands) == in_order()  # type: ignore[attr-defined]


def test_a_watcher_is_split_off_for_probes_alone() -> None:
    """Not for a plan, for recorded runs, or for a command that looks."""
    split = {
        line: runs_probes(*found)
        for line in ("check", "score -q", "check --dry-run", "score a.json", "list", "prove")
        if (found := read(line.split(), {}))
    }
    assert [line for line, probes in split.items() if probes] == ["check", "score -q"]
    assert len(split) == 6
    assert set(RUN) <= set(names())


def test_completion_knows_commands_and_options(project: Project) -> None:
    """Those of a command that is not imported before, too."""

    def completed(words: str) -> list[str]:
        asked = {"_READINESS_COMPLETE": "complete_bash", "COMP_WORDS": words}
        ended = project(env=asked | {"COMP_CWORD": str(words.count(" "))})
        assert ended.status == 0, ended
        return ended.out.split()

    assert completed("readiness ch") == ["check", "checks"]
    assert completed("readiness check --mil") == ["--milestone"]
