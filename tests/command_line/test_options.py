"""The options of the commands, as Typer reads them."""

import ast
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from readiness.command_line import application
from readiness.command_line.application import app, load, names, panels, root
from readiness.command_line.options import field_of
from readiness.model.settings import ReportTarget, RunSettings
from tests.support.parsed_lines import parsed
from tests.support.program import ROOT, Project

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
        "check --timeout 5s --report json=x --report=badge=y --shard 1/2",
        RunSettings(
            timeout=5.0,
            reports=(ReportTarget("json", "x"), ReportTarget("badge", "y")),
            shard=(1, 2),
        ),
    ),
    ("score a.json b.json --explain", RunSettings(recorded=("a.json", "b.json"), explain=True)),
]
FAULTS = [
    ("lists", "No such command 'lists'. Did you mean list?"),
    ("__init__", "No such command '__init__'. Did you mean init?"),
    ("--verison x", "No such option: --verison. Did you mean --version?"),
    ("check --bord x", "No such option: --bord. Did you mean --board?"),
    ("check --explain", "No such option: --explain. Did you mean --lang?"),
    ("check -j 0", "'0' is not a whole number from 1 on"),
    ("check -j -1", "'-1' is not a whole number from 1 on"),
    ("check --jobs=²", "'²' is not a whole number from 1 on"),
    ("check -j", "Option '-j' requires an argument."),
    ("check --quiet=1", "Option '--quiet' does not take a value."),
    ("check --shard 3/2", "'3/2' is not a part; part 1 of 4 is 1/4"),
    ("check --report x", 'expected FORMAT=FILE, found "x"'),
    ("check --report json=x --report badge=./x", "./x is named twice"),
    ("check --lang fr", 'unsupported language "fr"; choose from en, zh'),
    (
        "check --timeout soon",
        '"soon" is not a duration; write one such as "10m" (us, ms, s, m, h, d)',
    ),
    ("doctor T1 T2", "Got unexpected extra arguments (T1 T2)"),
    ("hook stop", "Missing option '--agent'."),
    ("waive T1.1 --reason later", "Missing option '--until'."),
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
    outcome = parsed(["waive", "T1.1", *words])
    assert isinstance(outcome, tuple)
    own = {"subject": "T1.1", "reason": "later", "until": "2030-01-01", "up_to": "", "by": None}
    assert outcome[2] == own
    outcome = parsed(["init", "--template"])
    assert isinstance(outcome, tuple)
    assert outcome[2]["template"] == "list"


@pytest.mark.parametrize(("line", "fault"), FAULTS)
def test_what_is_wrong_with_a_line_is_told(line: str, fault: str) -> None:
    """In a sentence that says where it is, and what is meant."""
    assert parsed(line.split()) == fault


def test_a_wrong_line_is_answered_on_standard_error(project: Project) -> None:
    """The fault first, then the usage of the command; in the language that the line asks for."""
    ended = project("check", "--bord", "x")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.splitlines() == [
        "error: No such option: --bord. Did you mean --board?",
        "",
        "Usage: readiness check [OPTIONS] [SELECTOR]...",
        "For all options: readiness check -h",
    ]
    for line in (("--lang", "zh", "--jobs"), ("--lang=zh", "--jobs=0"), ("--lang=zh", "--bord")):
        ended = project("check", *line)
        assert (ended.status, ended.out) == (2, "")
        assert ended.err.startswith("错误：")
    assert project("hook", "stop").status == 1
    ended = project()
    assert (ended.status, ended.out) == (2, "")
    assert "COMMAND" in ended.err


def test_what_is_wrong_is_marked_where_colours_are(project: Project) -> None:
    """Of the two variables that ask for colours and for none, that for none counts."""
    coloured = project("check", "--bord", env={"FORCE_COLOR": "1"})
    assert coloured.err.startswith("\x1b[31m\x1b[1merror: \x1b[0m")
    plain = project("check", "--bord", env={"FORCE_COLOR": "1", "NO_COLOR": "1"})
    assert plain.err.startswith("error: ")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_help_that_cannot_be_written_is_no_bug(project: Project) -> None:
    """Neither is a fault of which nobody can be told."""
    for line, stream, status in (("--help", "", 5), ("check --help", "", 5), ("chek", "2", 2)):
        command = f'"{sys.executable}" -m readiness {line} {stream}> /dev/full'
        ended = subprocess.run(["sh", "-c", command], env=project.environment, check=False)
        assert ended.returncode == status, line


def every() -> list[tuple[str, Any]]:
    """Each option of each command."""
    return [
        (name, option) for name in names() for option in load(name).params if option.opts[0] != ""
    ]


def options() -> list[tuple[str, Any]]:
    """Each option of each command that has a flag."""
    return [(name, each) for name, each in every() if each.opts[0].startswith("-")]


FLAGS = sorted({flag for _, option in options() for flag in option.opts})
TEXTS = ["T1", "x", "2", "0", "-1", "", "-", "--", "²", "90s", "json=x", "badge=y", "a=b", "T9"]


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """Command lines of every command: flags of its own and of others, with values and without."""
    name = draw(st.sampled_from(names()))
    own = [flag for each, option in options() if each == name for flag in option.opts]
    flag = st.sampled_from(own * 5 + FLAGS)
    text = st.sampled_from(TEXTS)
    piece = st.one_of(
        st.builds(lambda word: [word], flag),
        st.builds(lambda word: [word], text),
        st.builds(lambda word, value: [word, value], flag, text),
        st.builds(lambda word, value: [f"{word}={value}"], flag, text),
    )
    return [name, *(word for part in draw(st.lists(piece, max_size=4)) for word in part)]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines())
def test_any_line_is_read_or_refused(line: list[str]) -> None:
    """Lines that nobody thought of."""
    assert parsed(line)


SAMPLES = {
    "jobs": "3",
    "limit": "3",
    "timeout": "5s",
    "reports": "badge=x",
    "lang": "zh",
    "shard": "1/2",
    "accepted": "li.wei: it goes",
}


@pytest.mark.parametrize(
    ("name", "option"),
    [(name, option) for name, option in options() if option.envvar],
    ids=lambda each: getattr(each, "name", each),
)
def test_a_variable_means_its_option(name: str, option: Any) -> None:
    """Unless the line itself says otherwise."""
    line = [name]
    for each in load(name).params:
        if each.required:
            line += [*([each.opts[0]] if each.opts[0].startswith("-") else []), "x"]
    sample = "1" if option.is_flag else SAMPLES.get(option.name, "x")
    by_flag = parsed([*line, option.opts[0], *([] if option.is_flag else [sample])])
    assert isinstance(by_flag, tuple), by_flag
    assert parsed(line, {option.envvar: sample}) == by_flag
    assert by_flag != parsed(line) or option.name == "lang"
    flag = next(flag for flag in option.opts if flag.startswith("--"))
    assert option.envvar == f"READINESS_{flag[2:].replace('-', '_').upper()}"


@pytest.mark.parametrize(
    ("line", "environ", "asked"),
    [
        ("check", {"READINESS_HISTORY": ""}, RunSettings(history="")),
        ("check --history x", {"READINESS_HISTORY": ""}, RunSettings(history="x")),
        ("check", {"READINESS_JOBS": "", "READINESS_QUIET": "no"}, RunSettings()),
        ("check", {"READINESS_EXPLAIN": "1", "READINESS_TMP": "x"}, RunSettings()),
        (
            "check",
            {"READINESS_REPORT": "json=x badge=y"},
            RunSettings(reports=(ReportTarget("json", "x"), ReportTarget("badge", "y"))),
        ),
    ],
)
def test_a_variable_counts_where_no_flag_does(
    line: str, environ: dict[str, str], asked: RunSettings
) -> None:
    """An empty one is a value for the history alone."""
    found = parsed(line.split(), environ)
    assert isinstance(found, tuple), found
    assert found[1] == asked


@pytest.mark.parametrize("name", names())
def test_no_command_has_an_option_twice(name: str) -> None:
    """Nor a flag, nor a field that two of its options would set."""
    flags = [flag for option in load(name).params for flag in option.opts]
    fields = [field_of(option.name or "") for option in load(name).params]
    assert len(flags) == len(set(flags))
    assert len(fields) == len(set(fields))


def test_options_of_one_name_mean_one_thing() -> None:
    """A shared one is defined once, and has its variable wherever it is taken."""
    shared = {option.name: option.envvar for name, option in options() if name == "check"}
    for name, option in options():
        if option.name in shared and (name, option.name) not in {
            ("accept", "dry_run"),
            ("attest", "dry_run"),
            ("note", "dry_run"),
            ("waive", "dry_run"),
        }:
            assert option.envvar == shared[option.name], name


def help_of(*line: str, columns: int = 100) -> str:
    """The help of a command, as wide as a terminal may be."""
    shown = CliRunner().invoke(app, [*line, "--help"], env={"COLUMNS": str(columns)})
    assert shown.exit_code == 0, shown.output
    return shown.output


def cells(text: str) -> str:
    """A text without the frames and the line ends of its panels."""
    return " ".join(re.sub(r"[│─╭╮╰╯]", " ", text).split())


@pytest.mark.parametrize("name", names())
def test_a_command_is_called_as_its_file(name: str) -> None:
    """Its help is the docstring of its file, and has each of its options, whole."""
    command = load(name)
    assert command.name == name
    docstring = import_module(f"readiness.commands.{name}").__doc__
    shown = cells(help_of(name, columns=400))
    assert docstring
    assert " ".join(docstring.split()) in shown
    for option in command.params:
        assert all(flag in shown for flag in option.opts if flag.startswith("-"))
        assert cells(getattr(option, "help", "").replace("\\[", "[")) in shown


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 140])
@pytest.mark.parametrize("line", [(), ("check",), ("report",), ("init",)], ids=str)
def test_help_is_as_wide_as_the_terminal(line: tuple[str, ...], columns: int) -> None:
    """No line is wider, no word is cut, and what stands in brackets is there."""
    text = help_of(*line, columns=columns)
    assert max(map(len, text.splitlines())) == columns
    if columns > 40:
        assert "…" not in text
        assert set(cells(text).split()) >= set(cells(help_of(*line, columns=120)).split())
        assert line != ("check",) or "readiness[dask]" in cells(text)


def test_the_help_lists_each_command_once() -> None:
    """In its panel, and without importing any."""
    listed = [name for _, group in panels() for name in group]
    assert sorted(listed) == names()
    out = help_of(columns=100)
    assert re.findall(r"^│ (\w+) +[A-Z]", out, re.MULTILINE) == listed
    assert "--version" in out
    assert "--install-completion" in out


def test_the_first_panel_of_check_is_short() -> None:
    """What is asked every day; the rest stands in panels by topic."""
    panels_of = re.findall(r"╭─ ([\w ]+) ─.*?\n(.*?)╰", help_of("check"), re.DOTALL)
    assert [title for title, _ in panels_of] == [
        *("Arguments", "Options", "Output", "Deciding", "Measuring", "Other machines")
    ]
    assert 1 < len(re.findall(r"^│ -", panels_of[1][1], re.MULTILINE)) <= 12


def test_the_application_is_typers() -> None:
    """With commands of its classes, and none of its private modules."""
    assert isinstance(app, typer.Typer)
    assert isinstance(root(), typer.core.TyperGroup)
    assert all(isinstance(load(name), typer.core.TyperCommand) for name in names())
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"typer>=' in declared
    imported = set()
    for path in Path(application.__file__).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported |= {f"{node.module}.{alias.name}" for alias in node.names}
    of_typer = [name.split(".") for name in imported if name.split(".")[0] in ("typer", "click")]
    assert len(of_typer) > 3
    assert not [parts for parts in of_typer if any(part.startswith("_") for part in parts)]
    assert "click" not in {parts[0] for parts in of_typer}
