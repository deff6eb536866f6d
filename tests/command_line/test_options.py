"""The table of options, and the reader of command lines that is made of it."""

import re
from importlib import import_module
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness.command_line import application
from readiness.command_line.options import ALL, OPTIONS, RUN, Option, Value
from readiness.command_line.reader import load, names, read, runs_probes
from readiness.model.settings import ReportTarget, RunSettings
from readiness.text.languages import Language
from readiness.text.sentences import sentences
from tests.support.parsed_lines import parsed
from tests.support.program import Project

READ = [
    ("check", RunSettings()),
    ("check T1 P0 -", RunSettings(selectors=("T1", "P0", "-"))),
    ("check -q -- -x --jobs", RunSettings(quiet=True, selectors=("-x", "--jobs"))),
    (
        "check -b x.yaml --project=here -C there --profile p",
        RunSettings(board="x.yaml", project="there", profile="p"),
    ),
    ("check -qvj4 T1 --jobs=2", RunSettings(quiet=True, verbose=True, jobs=2, selectors=("T1",))),
    ("check --history= --board=-x", RunSettings(history="", board="-x")),
    (
        "check --timeout 5s --report json=x --report=tap=y --shard 1/2",
        RunSettings(
            timeout=5.0,
            reports=(ReportTarget("json", "x"), ReportTarget("tap", "y")),
            shard=(1, 2),
        ),
    ),
    ("score a.json b.json --explain", RunSettings(recorded=("a.json", "b.json"), explain=True)),
]
FAULTS = [
    ("lists", "command"),
    ("__init__", "command"),
    ("--version x", "option"),
    ("check --help", "help"),
    ("-h", "help"),
    ("check --bord x", "option"),
    ("check --explain", "option"),
    ("check -j 0", "no_integer"),
    ("check -j -1", "no_integer"),
    ("check --jobs=²", "no_integer"),
    ("check -j", "no_value"),
    ("check --board -q", "no_value"),
    ("check --quiet=1", "no_switch"),
    ("doctor T1", "extra"),
    ("show", "no_argument"),
    ("hook stop", "no_option"),
    ("waive T1.1 --reason later", "no_option"),
]


@pytest.mark.parametrize(("line", "asked"), READ)
def test_a_line_means_its_settings(line: str, asked: RunSettings) -> None:
    """Flags in either spelling, short ones together, arguments anywhere, the last value of one."""
    found = parsed(line.split())
    assert isinstance(found, tuple), found
    assert found[1] == asked


def test_what_is_not_in_the_settings_is_a_value_of_the_command() -> None:
    """By the name of the parameter; an option that may stand alone has a value then."""
    words = ["--reason", "later", "--until", "2030-01-01", "--up-to=", "--dry-run"]
    assert parsed(["waive", "T1.1", *words]) == (
        "waive",
        RunSettings(),
        {
            "subject": "T1.1",
            "reason": "later",
            "until": "2030-01-01",
            "up_to": "",
            "by": None,
            "dry_run": True,
        },
    )
    found = parsed(["init", "--template"])
    assert isinstance(found, tuple)
    assert found[2]["template"] == "list"


@pytest.mark.parametrize(("line", "fault"), FAULTS)
def test_what_is_wrong_with_a_line_is_told(line: str, fault: str, project: Project) -> None:
    """Each fault has its sentence; the status is 2, and 0 where help was asked for."""
    assert parsed(line.split()) == fault
    if fault != "help":
        assert sentences(Language.ZH).find(f"line.fault.{fault}", {"name": "x", "other": "y"})


def test_a_fault_names_what_may_be_meant(project: Project) -> None:
    """With the usage of the command, on stderr."""
    ended = project("check", "--bord", "x")
    assert (ended.status, ended.out) == (2, "")
    assert "readiness check [OPTION]... [SELECTOR]..." in ended.err
    assert "No such option: --bord. Did you mean --board?" in ended.err


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


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines())
def test_any_line_is_read_or_refused(line: list[str]) -> None:
    """Lines that nobody thought of."""
    assert parsed(line)


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
    Value.ACCEPTED: "li.wei: it goes",
}


@pytest.mark.parametrize(
    ("name", "option"), variables(), ids=lambda given: getattr(given, "name", given)
)
def test_a_variable_means_its_option(
    name: str, option: Option, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless the line itself says otherwise."""
    verb = load(name)
    line = [name]
    for each in verb.options:
        if verb.requires(each) and each is not option:
            line += [*each.flags[:1], "x"]
    sample = SAMPLES.get(option.value, "x")
    by_flag = parsed([*line, option.flags[0], *([] if sample == "1" else [sample])])
    assert isinstance(by_flag, tuple)
    assert parsed(line, {option.variable: sample}) == by_flag


@pytest.mark.parametrize(
    ("line", "environ", "asked"),
    [
        ("check", {"READINESS_HISTORY": ""}, RunSettings(history="")),
        ("check --history x", {"READINESS_HISTORY": ""}, RunSettings(history="x")),
        ("check", {"READINESS_JOBS": "", "READINESS_QUIET": "no"}, RunSettings()),
        ("check", {"READINESS_EXPLAIN": "1", "READINESS_TMP": "x", "": "x"}, RunSettings()),
    ],
)
def test_a_variable_counts_where_no_flag_does(
    line: str, environ: dict[str, str], asked: RunSettings
) -> None:
    """An empty one is a value for the history alone."""
    found = parsed(line.split(), environ)
    assert isinstance(found, tuple), found
    assert found[1] == asked


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
    with mock.patch.object(application, "_width", return_value=400):
        return application._help_of(load(name))


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


def test_the_help_lists_each_command_once(project: Project) -> None:
    """In its group."""
    listed = [name for group in application.groups().values() for name in group]
    assert sorted(listed) == names()
    out = project("--help").out
    assert re.findall(r"^  (\w+) +[A-Z]", out, re.MULTILINE) == listed


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
    assert completed("readiness check --hold") == ["--hold-line"]
