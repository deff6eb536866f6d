"""The program as its users meet it: commands, options, streams, signals, history."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from readiness import __version__
from tests.support.program import Ended, Project, a_board, number, wait_until
from tests.support.running import alive_in
from tests.support.terminal import on_a_terminal

READY = a_board({"run": "true"}, number("echo 'errors: 3'"))
NOT_READY = a_board({"run": "touch ran; false"}, number("echo 'errors: 3'"))
UNDECIDED = a_board({"run": "no_such_tool"}, number("echo 'errors: 3'"))


# --- what stands on which stream ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("board", "status"), [(READY, 0), (NOT_READY, 1), (UNDECIDED, 3)], ids=["0", "1", "3"]
)
def test_data_goes_to_stdout_and_talk_to_stderr(
    project: Project, board: dict[str, Any], status: int
) -> None:
    """JSON on stdout can be piped on, whatever the verdict; progress is on stderr."""
    project.write(board)
    ended = project("check", "--output-format", "json")
    assert ended.status == status == ended.json["gate"]["exit_status"], ended
    assert "[1/2]" in ended.err
    assert "[1/2]" not in ended.out
    score = project("score", "--output-format", "json")
    assert score.status == status
    assert score.json["gate"] == ended.json["gate"]


def test_quiet_says_the_decision_alone(project: Project) -> None:
    """One line on stdout, nothing on stderr."""
    project.write(READY)
    ended = project("check", "-q")
    assert (ended.status, ended.out.count("\n"), ended.err) == (0, 1, "")
    assert "READY" in ended.out


def test_verbose_shows_what_probes_wrote(project: Project) -> None:
    """Which the table else leaves to `show`."""
    project.write(a_board(number("echo 'look at this'; echo 'errors: 9'")))
    assert "look at this" in project("check", "-v").out
    assert "look at this" in project("show", "T1.1").out


@pytest.mark.parametrize("board", [READY, NOT_READY, UNDECIDED], ids=["0", "1", "3"])
def test_exit_zero_turns_bad_news_into_0_and_says_so(
    project: Project, board: dict[str, Any]
) -> None:
    """The document keeps the true status."""
    project.write(board)
    plain = project("check", "--output-format", "json")
    ended = project("check", "--output-format", "json", "--exit-zero")
    assert ended.status == 0
    assert ended.json["gate"] == plain.json["gate"]
    assert ("--exit-zero" in ended.err) == (plain.status != 0)


def test_exit_zero_forgives_no_mistake(project: Project) -> None:
    """A wrong board and an unwritten report stay what they are."""
    project.write("nonsense")
    assert project("check", "--exit-zero").status == 2
    project.write(NOT_READY)
    assert project("check", "--exit-zero", "--report", "json=missing/x").status == 5


def test_a_dry_run_runs_nothing(project: Project) -> None:
    """It shows the probes, what reads them, and leaves no trace."""
    project.write(NOT_READY)
    for command in ("check", "score"):
        ended = project(command, "--dry-run")
        assert ended.status == 0, ended
        for text in ("p1", "touch ran; false", "T1.1", "Nothing was run"):
            assert text in ended.out
    assert os.listdir(project.folder) == ["board.yaml"]


@pytest.mark.parametrize(
    ("env", "colour"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"NO_COLOR": "1"}, False),
    ],
)
def test_colour_is_for_terminals_and_for_who_asks(
    project: Project, env: dict[str, str], colour: bool
) -> None:
    """NO_COLOR beats FORCE_COLOR; without colour there is no escape at all."""
    project.write(NOT_READY)
    ended = project("check", env=env)
    assert ("\x1b[" in ended.out) == colour, ended


def test_a_terminal_gets_colour_and_its_own_width(project: Project) -> None:
    """No line is wider than the terminal."""
    project.write(NOT_READY)
    code = (
        "import subprocess, sys, os\n"
        f"os.chdir({str(project.folder)!r}); os.environ.update({project.environment!r})\n"
        "os.environ.update(TERM='xterm'); os.environ.pop('NO_COLOR', None)\n"
        "subprocess.run([sys.executable, '-m', 'readiness', 'check'], stderr=subprocess.DEVNULL)\n"
    )
    written = on_a_terminal(code, columns=80)
    assert "\x1b[" in written
    lines = re.sub(r"\x1b\[[0-9;]*m", "", written).splitlines()
    assert max(map(len, lines)) <= 80


def test_a_reader_that_leaves_early_is_no_bug(project: Project) -> None:
    """`readiness check | head -1` ends without a traceback, and history is written."""
    project.write(READY)
    reading, writing = os.pipe()
    os.close(reading)
    process = project.start("check", stdout=writing)
    os.close(writing)
    ended = project.end(process)
    assert ended.status == 5, ended
    assert "Traceback" not in ended.err
    assert project.entries() == [("finished", True)]
    for command in ("list", "checks", "--help"):
        reading, writing = os.pipe()
        os.close(reading)
        process = project.start(command, stdout=writing)
        os.close(writing)
        ended = project.end(process)
        assert (ended.status, "Traceback" in ended.err) == (5, False)


@pytest.mark.parametrize("command", ["check", "score", "list", "checks", "schema", "validate"])
def test_what_cannot_be_written_is_not_0(project: Project, command: str) -> None:
    """A full device and a closed stdout end with 5; a closed stderr costs only the talk."""
    project.write(READY)
    with open("/dev/full", "wb") as full:
        ended = project.end(project.start(command, stdout=full))
    assert ended.status == 5, ended
    assert "standard output" in ended.err
    closed = project(command, prefix=["sh", "-c", 'exec "$@" >&-', "-"])
    assert closed.status == 5, closed
    silent = project(command, prefix=["sh", "-c", 'exec "$@" 2>&-', "-"])
    assert silent.status == 0, silent
    with open("/dev/full", "wb") as full:
        assert project.end(project.start(command, stderr=full)).status == 0


# --- where the board is -------------------------------------------------------------------------


def test_a_board_is_found_from_below(project: Project) -> None:
    """In a parent folder up to the repository's root, or where pyproject.toml says."""
    project.write(READY)
    (project.folder / ".git").mkdir()
    below = project.folder / "a" / "b"
    below.mkdir(parents=True)
    assert project("validate", cwd=below).status == 0
    (below / ".git").mkdir()
    ended = project("validate", cwd=below)
    assert ended.status == 2
    assert "--board" in ended.err
    (below / "pyproject.toml").write_text('[tool.readiness]\nboard = "../gate.yaml"\n')
    project.write(NOT_READY, "a/gate.yaml")
    assert "gate.yaml: valid" in project("validate", cwd=below).out


def test_the_project_option_takes_the_place_of_workdir(project: Project) -> None:
    """Probes run there; the history stays beside the board."""
    project.write(a_board({"run": "test -f here"}))
    (project.folder / "elsewhere").mkdir()
    (project.folder / "elsewhere" / "here").touch()
    assert project("check").status == 1
    assert project("check", "-C", "elsewhere").status == 0
    assert project("check", env={"READINESS_PROJECT": "elsewhere"}).status == 0
    assert len(project.entries()) == 3


def test_a_folder_whose_name_is_no_text(project: Project, tmp_path: Path) -> None:
    """Names are bytes: one that is not UTF-8 is shown escaped and breaks nothing."""
    odd = os.path.join(os.fsencode(tmp_path), b"caf\xe9 \n=1")
    os.mkdir(odd)
    board = os.path.join(odd, b"b\xe9ard.yaml")
    with open(board, "w", encoding="utf-8") as file:
        json.dump(READY, file)
    ended = project(
        *("check", "--output-format", "json", "--report", "table=t.txt", "--board"), board, cwd=odd
    )
    assert ended.status == 0, ended
    assert r"b\udce9ard.yaml" in ended.json["board"]["path"]
    assert project("check", "--board", board, cwd=odd).status == 0
    assert "as measured" in project("list", "--board", board, cwd=odd).out


# --- options as variables -----------------------------------------------------------------------


def test_every_option_has_its_variable(project: Project) -> None:
    """READINESS_... means what the option means."""
    profiles = {"first": {"env": {"WHERE": "first"}}, "second": {"env": {"WHERE": "second"}}}
    board = a_board(
        {"run": '[ "$WHERE" = second ]'}, {"run": "sleep 5"}, {"run": "true"}, profiles=profiles
    )
    project.write(board, "other.yaml")
    variables = {
        "READINESS_BOARD": "other.yaml",
        "READINESS_PROFILE": "second",
        "READINESS_JOBS": "1",
        "READINESS_TIMEOUT": "200ms",
        "READINESS_FAIL_FAST": "1",
        "READINESS_REPORT": "json=a.json table=b.txt",
        "READINESS_OUTPUT_FORMAT": "json",
        "READINESS_HISTORY": "past/h.db",
        "READINESS_EXIT_ZERO": "1",
        "READINESS_QUIET": "1",
    }
    ended = project("check", env=variables)
    assert ended.status == 0, ended
    run = ended.run
    assert run.profile == "second"
    verdicts = [one.reason_code or one.verdict for one in run.criteria()]
    assert verdicts == ["pass", "timeout", "not_run"]
    assert "[1/3]" not in ended.err
    assert (project.folder / "a.json").exists()
    assert (project.folder / "b.txt").exists()
    assert (project.folder / "past" / "h.db").exists()
    assert not (project.folder / ".readiness").exists()
    assert "Nothing was run" in project("check", env={**variables, "READINESS_DRY_RUN": "1"}).out
    assert "criterion" in project("score", env={
        "READINESS_BOARD": "other.yaml", "READINESS_EXPLAIN": "1", "READINESS_TIMEOUT": "200ms",
    }).out  # fmt: skip
    for name, value in (("JOBS", "0"), ("TIMEOUT", "nan"), ("REPORT", "nope=x"), ("QUIET", "so")):
        wrong = project("check", env={**variables, f"READINESS_{name}": value})
        assert (wrong.status, wrong.out) == (2, ""), wrong


def test_no_history_is_kept_where_it_is_not_wanted(project: Project) -> None:
    """By the option and by the variable."""
    project.write(READY)
    assert project("check", "--history", "").status == 0
    assert project("check", env={"READINESS_HISTORY": ""}).status == 0
    assert os.listdir(project.folder) == ["board.yaml"]


def test_a_probe_is_not_led_astray_by_our_variables(project: Project) -> None:
    """A readiness within readiness reads its own settings; make, git and bash their own."""
    command = (
        "env | grep -E '^(READINESS_(BOARD|JOBS)|MAKEFLAGS|GIT_DIR|BASH_ENV|PYTEST_ADDOPTS)=' && "
        'exit 1; [ "$LC_ALL" = C.UTF-8 ] && [ "$NO_COLOR" = 1 ]'
    )
    project.write(a_board({"run": command}))
    variables = {
        "READINESS_BOARD": "board.yaml", "READINESS_JOBS": "1", "MAKEFLAGS": "-n",
        "GIT_DIR": "/nowhere", "BASH_ENV": "/nowhere", "PYTEST_ADDOPTS": "-x", "FORCE_COLOR": "1",
    }  # fmt: skip
    assert project("check", env=variables).status == 0


# --- selections ---------------------------------------------------------------------------------


SEVERAL = {
    "version": 1,
    "title": "Several",
    "tasks": [
        {"id": "T1", "priority": "P0", "tags": ["fast"], "criteria": [{"title": "a", "run": "true"},
         {"title": "b", "run": "false"}]},
        {"id": "T2", "priority": "P1", "criteria": [{"title": "c", "check": "c"}]},
        {"id": "T3", "priority": "P1", "criteria": [{"title": "d", "run": "no_such_tool"}]},
    ],
}  # fmt: skip


@pytest.fixture
def several(project: Project) -> Project:
    """A project with a board of several tasks."""
    (project.folder / "checks").mkdir()
    (project.folder / "checks" / "c.yaml").write_text("summary: x\nrun: test 1 -eq 1\n")
    project.write(SEVERAL)
    return project


@pytest.mark.parametrize(
    ("selectors", "chosen", "status"),
    [
        (["T1"], ["T1.1", "T1.2"], 1),
        (["T1.1"], ["T1.1"], 0),
        (["P1"], ["T2.1", "T3.1"], 3),
        (["tag:fast"], ["T1.1", "T1.2"], 1),
        (["check:c"], ["T2.1"], 0),
        (["check:c", "T1.1"], ["T1.1", "T2.1"], 0),
    ],
)
def test_selectors_choose_what_is_run(
    several: Project, selectors: list[str], chosen: list[str], status: int
) -> None:
    """Partial, never ready; the rest is skipped and counted."""
    ended = several("check", *selectors, "--output-format", "json")
    assert ended.status == status, ended
    run = ended.run
    assert [one.id for one in run.criteria() if one.verdict != "skip"] == chosen
    assert (run.partial, run.gate.decision) == (True, "partial")
    assert (run.score.in_scope, run.score.total) == (len(chosen), 4)
    assert not any(milestone.met for milestone in run.milestones)


def test_failed_chooses_what_was_not_good(several: Project) -> None:
    """In the last whole run; before one, and after a good one, there is nothing to choose."""
    assert several("check", "failed").status == 2
    assert several("check").status == 1
    ended = several("check", "failed", "--output-format", "json")
    assert [one.id for one in ended.run.criteria() if one.verdict != "skip"] == ["T1.2", "T3.1"]
    again = several("check", "failed", "--output-format", "json")
    assert [one.id for one in again.run.criteria() if one.verdict != "skip"] == ["T1.2", "T3.1"]


@pytest.mark.parametrize(
    ("selector", "says"),
    [
        ("T11", "T1.1"),
        ("tag:fats", "tag:fast"),
        ("check:a", "check:c"),
        ("P3", "no task"),
        ("everything", "expected"),
    ],
)
def test_a_selector_that_names_nothing_is_a_mistake(
    several: Project, selector: str, says: str
) -> None:
    """With the nearest name; nothing is run."""
    ended = several("check", selector)
    assert (ended.status, several.entries()) == (2, [])
    assert selector in ended.err
    assert says in ended.err


# --- the commands that run nothing --------------------------------------------------------------


def test_list_and_show_before_any_run(several: Project) -> None:
    """They tell what the board says, and that nothing was measured yet."""
    listed = several("list")
    assert listed.status == 0
    assert "no run is recorded yet" in listed.out
    assert [line.split()[0] for line in listed.out.splitlines()[1:4]] == ["T1", "T2", "T3"]
    assert [task["good"] for task in several("list", "--output-format", "json").json] == [None] * 3
    assert "not measured yet" in several("show", "T1.1").out
    shown = several("show", "T1", "--output-format", "json").json
    assert (shown["id"], shown["criteria"], shown["probes"]) == ("T1", [], [])


def test_list_and_show_after_a_run(several: Project) -> None:
    """They tell how things stood."""
    several("check", "-q")
    tasks = several("list", "--output-format", "json").json
    assert [(task["id"], task["good"], task["criteria"]) for task in tasks] == [
        ("T1", 1, 2), ("T2", 1, 1), ("T3", 0, 1),
    ]  # fmt: skip
    assert "1/2" in several("list").out
    criterion = several("show", "T3.1").out
    for text in ("T3.1", "no_such_tool", "not found (127)", "next: "):
        assert text in criterion
    shown = several("show", "T1", "--output-format", "json").json
    assert [one["verdict"] for one in shown["criteria"]] == ["pass", "fail"]
    assert len(shown["probes"]) == 2


def test_show_knows_its_ids(several: Project) -> None:
    """An unknown one is a mistake, and the nearest is named."""
    ended = several("show", "T1.9")
    assert (ended.status, ended.out) == (2, "")
    assert "T1." in ended.err


def test_checks_are_listed_and_documented(several: Project) -> None:
    """The board's own beside the built-in ones, whatever else is wrong with the board."""
    listed = several("checks")
    assert listed.status == 0
    assert re.search(r"^c +", listed.out, re.MULTILINE)
    assert re.search(r"^mypy +", listed.out, re.MULTILINE)
    assert {"c", "mypy"} <= set(several("checks", "--output-format", "json").json)
    page = several("checks", "mypy").out
    for text in ("errors", "paths", "pip install", "mypy_errors.py"):
        assert text in page
    assert list(several("checks", "mypy", "--output-format", "json").json) == ["mypy"]
    wrong = several("checks", "mypi")
    assert (wrong.status, "mypy" in wrong.err) == (2, True)
    several.write(SEVERAL | {"nonsense": 1})
    assert several("checks", "c").status == 0
    (several.folder / "board.yaml").unlink()
    assert several("checks", "c").status == 2
    assert several("checks", "mypy").status == 0


def test_doctor_tells_which_tools_are_missing(project: Project) -> None:
    """3 where one is, with the way to get it."""
    checks = project.folder / "checks"
    checks.mkdir()
    (checks / "here.yaml").write_text(
        "summary: x\ntool: bash\nversion: bash --version\nrun: 'true'\n"
    )
    (checks / "away.yaml").write_text(
        "summary: x\ntool: no_such_tool\ninstall: get it there\nrun: no_such_tool\n"
    )
    project.write(a_board({"check": "here"}))
    ended = project("doctor")
    assert ended.status == 0, ended
    assert "version" in ended.out
    project.write(a_board({"check": "here"}, {"check": "away"}))
    ended = project("doctor")
    assert ended.status == 3
    assert "MISSING" in ended.out
    assert "get it there" in ended.out
    tools = {tool["tool"]: tool for tool in project("doctor", "--output-format", "json").json}
    assert tools["bash"]["version"].startswith("GNU bash")
    assert tools["no_such_tool"]["path"] is None


@pytest.mark.parametrize("subject", ["board", "check", "run"])
def test_schemas_are_schemas(project: Project, subject: str) -> None:
    """And what they describe is valid by them."""
    schema = project("schema", subject).json
    jsonschema.Draft202012Validator.check_schema(schema)
    project.write(READY)
    instances = {
        "board": READY,
        "check": {"summary": "x", "run": "true"},
        "run": project("check", "--output-format", "json").json,
    }
    jsonschema.validate(instances[subject], schema)
    assert project("schema", "boards").status == 2


@pytest.mark.parametrize("command", ["list", "show T1", "checks", "doctor"])
def test_an_unknown_output_format_is_a_mistake(several: Project, command: str) -> None:
    """Not a table in disguise."""
    ended = several(*command.split(), "--output-format", "yaml")
    assert (ended.status, ended.out) == (2, "")
    assert "yaml" in ended.err


def test_help_and_version(project: Project) -> None:
    """Without arguments there is help, and 2; with --help there is 0, on stdout."""
    bare = project()
    assert bare.status == 2
    assert "check" in bare.err
    for command in ((), ("check",), ("score",), ("checks",)):
        ended = project(*command, "--help")
        assert (ended.status, ended.err) == (0, "")
        assert "Usage: readiness" in ended.out
    assert project("--version").out == f"readiness {__version__}\n"
    assert project("nonsense").status == 2


def test_the_installed_command_is_the_same(project: Project) -> None:
    """`readiness` beside this Python does what `python -m readiness` does."""
    command = Path(sys.executable).with_name("readiness")
    if not command.exists():
        pytest.skip("not installed")
    output = subprocess.check_output([command, "--help"], env=project.environment)
    assert output.decode() == project("--help").out


# --- signals outside of the probes --------------------------------------------------------------


def test_a_signal_before_the_first_probe(project: Project) -> None:
    """While the board is loaded the gate ends with 128+n too, and records nothing."""
    project.write(READY)
    for number_, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        for delay in (0.0, 0.05, 0.1, 0.15, 0.2, 0.25):
            process = project.start("check", "--output-format", "json")
            time.sleep(delay)
            process.send_signal(number_)
            ended = project.end(process)
            # A Python that has not come to our code yet dies of the signal itself.
            early = "runpy" in ended.err or "init_import_site" in ended.err
            assert ended.status in (status, -number_, 0) or early, ended
            assert "SIGSEGV" not in ended.err
    assert all(state != "running" for state, _ in project.entries())


def test_interrupts_are_deadly_before_a_library_is_loaded(project: Project) -> None:
    """An interrupt within the loading of msgspec is swallowed, and crashes its first use."""
    code = "import sys, readiness.terminal.ending; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", code], env=project.environment)
    assert not {"msgspec", "yaml", "jmespath"} & set(loaded.decode().split())


SLOW_REPORT = """
import os, sys, time
import readiness.report.json as module
real = module.render
def render(run, context):
    if run.tasks:
        open("writing", "w").close()
        time.sleep(0.7)
    return real(run, context)
module.render = render
from readiness.__main__ import main
sys.argv[1:] = ["check", "--report", "json=run.json"]
sys.exit(main())
"""


@pytest.mark.parametrize(("number_", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_the_results_are_written(
    project: Project, number_: int, status: int
) -> None:
    """They are written whole, and then the gate ends by the signal."""
    project.write(READY)
    process = project.start(source=SLOW_REPORT)
    wait_until(project.folder / "writing")
    process.send_signal(number_)
    ended = project.end(process)
    assert ended.status == status, ended
    assert json.loads((project.folder / "run.json").read_text())["gate"]["decision"] == "ready"
    assert project.entries() == [("finished", True)]


def test_a_signal_to_the_group_is_one_signal(project: Project) -> None:
    """Ctrl-C reaches every process of the terminal's group at once."""
    project.write(a_board({"run": "touch ready; sleep 60"}))
    process = project.start("check")
    wait_until(project.folder / "ready")
    os.killpg(process.pid, signal.SIGINT)
    assert project.end(process).status == 130
    assert project.entries() == [("interrupted", True)]


def test_nohup_is_honoured(project: Project) -> None:
    """A signal that was ignored when the gate started stays ignored."""
    project.write(a_board({"run": "touch ready; sleep 0.5"}))
    process = project.start("check", prefix=["sh", "-c", "trap '' HUP; exec \"$@\"", "-"])
    wait_until(project.folder / "ready")
    process.send_signal(signal.SIGHUP)
    assert project.end(process).status == 0


# --- what reports may not replace -----------------------------------------------------------------


@pytest.fixture
def with_checks(project: Project) -> Project:
    """A project with a check of its own, a script beside it, and a history."""
    scripts = project.folder / "checks" / "scripts"
    scripts.mkdir(parents=True)
    (scripts / "c.sh").write_text("true\n")
    (project.folder / "checks" / "c.yaml").write_text(
        "summary: x\nrun: sh $READINESS_CHECK_DIR/scripts/c.sh\n"
    )
    (project.folder / "checks" / "unused.yaml").write_text("summary: x\nrun: 'true'\n")
    project.write(a_board({"check": "c"}))
    assert project("check", "-q", "--history", "h.db").status == 0
    return project


@pytest.mark.parametrize(
    "target",
    [
        "board.yaml", "./checks/../board.yaml", "twin.json", "checks/c.yaml", "checks/unused.yaml",
        "checks/scripts/c.sh", "h.db", "h.db-wal", "h.db-shm", "h.db-journal",
    ],
)  # fmt: skip
def test_no_report_takes_the_place_of_what_the_gate_lives_on(
    with_checks: Project, target: str
) -> None:
    """The board by any name, its checks, the history: all are as they were, and it ends with 5."""
    folder = with_checks.folder
    os.link(folder / "board.yaml", folder / "twin.json")
    kept = {path: path.read_bytes() for path in folder.rglob("*.[yj]*") if path.is_file()}
    kept[folder / "checks" / "scripts" / "c.sh"] = b"true\n"
    ended = with_checks("check", "--history", "h.db", "--report", f"json={target}",
                        "--report", "json=good.json")  # fmt: skip
    assert ended.status == 5, ended
    assert target in ended.err
    assert "READY" in ended.out
    assert {path: path.read_bytes() for path in kept} == kept
    assert json.loads((folder / "good.json").read_text())["gate"]["decision"] == "ready"
    listed = with_checks("history", "--verify", "--history", "h.db")
    assert (listed.status, "2 entries, 2 chained" in listed.out) == (0, True)


def test_reports_beside_checks_that_lie_beside_the_board(project: Project) -> None:
    """A report there is replaced as anywhere; a check is not."""
    (project.folder / "c.yaml").write_text("summary: x\nrun: 'true'\n")
    project.write(a_board({"check": "c"}, checks=["."]))
    for _ in range(2):
        assert project("check", "--report", "json=run.json").status == 0
    assert project("check", "--report", "json=c.yaml").status == 5


@pytest.mark.parametrize("second", ["out/../run.json", "link/run.json", "./run.json"])
def test_two_reports_in_one_file_are_a_mistake(project: Project, second: str) -> None:
    """Whatever their names are: only one of them would be left."""
    project.write(READY)
    (project.folder / "out").mkdir()
    (project.folder / "link").symlink_to(".")
    ended = project("check", "--report", "json=run.json", "--report", f"table={second}")
    assert (ended.status, ended.out) == (2, ""), ended
    assert "twice" in ended.err


# --- history ------------------------------------------------------------------------------------


def test_a_run_remembers_the_last_one(project: Project) -> None:
    """Each criterion knows what it was before; durations order the next run."""
    project.write(a_board(number("cat n"), {"run": "sleep 0.3"}))
    (project.folder / "n").write_text("errors: 9")
    project("check", "-q")
    (project.folder / "n").write_text("errors: 2")
    ended = project("check", "--output-format", "json", "-j", "1")
    first = next(iter(ended.run.criteria()))
    assert first.previous is not None
    assert (first.previous.verdict, first.previous.value) == ("fail", 9)
    assert re.search(r"\[1/2\] +p2 ", ended.err), "the longest comes first"


@pytest.mark.parametrize("garbage", [b"no database at all, but long enough to be one" * 40, b""])
def test_a_history_that_is_garbage_is_kept_and_told(project: Project, garbage: bytes) -> None:
    """The verdict is on screen; what is no history is not overwritten, and ends with 5."""
    project.write(READY)
    (project.folder / ".readiness").mkdir()
    path = project.folder / ".readiness" / "history.db"
    path.write_bytes(garbage)
    ended = project("check")
    assert "READY" in ended.out
    listed = project("list")
    assert listed.status == 0
    if garbage:
        assert ended.status == 5, ended
        assert "history.db" in ended.err
        assert path.read_bytes() == garbage
        assert "history.db" in listed.err
        project.write(NOT_READY)
        assert project("check").status == 1
    else:
        assert ended.status == 0, ended
        assert len(project.entries()) == 1


def test_a_probe_that_removes_the_history_is_found_out(project: Project) -> None:
    """The run is recorded anew, and it does not end with 0."""
    project.write(a_board({"run": "rm -rf .readiness"}))
    ended = project("check")
    assert ended.status == 5, ended
    assert "entry was gone" in ended.err
    assert project.entries() == [("finished", True)]


def test_nothing_of_the_callers_reaches_the_history_folder(project: Project) -> None:
    """A folder that was there keeps its files as they are: no .gitignore is added to it."""
    project.write(READY)
    (project.folder / "logs").mkdir()
    assert project("check", "--history", "logs/h.db").status == 0
    assert not (project.folder / "logs" / ".gitignore").exists()
    assert project("check", "--history", "h.db").status == 0
    assert not (project.folder / ".gitignore").exists()
    assert project("check").status == 0
    assert (project.folder / ".readiness" / ".gitignore").read_text() == "*\n"


@pytest.mark.usefixtures("busy")
def test_under_load_a_signal_and_a_limit_hold_too(project: Project) -> None:
    """Races show where the machine is busy."""
    slow = {"run": "touch ready; sleep 60"}
    project.write(
        a_board(number("sleep 60 & echo 'errors: 0'"), {"run": "sleep 60", "timeout": "0.5s"}, slow)
    )
    process = project.start("check", "-j", "4", "--output-format", "json")
    wait_until(project.folder / "ready")
    time.sleep(1.5)
    process.send_signal(signal.SIGTERM)
    ended = project.end(process)
    assert ended.status == 143, ended
    codes = [one.reason_code for one in ended.run.criteria()]
    assert codes == ["leaked", "timeout", "not_run"]
    assert alive_in(project.folder) == []


def test_two_gates_at_once_keep_out_of_each_others_way(project: Project) -> None:
    """Both are recorded, whole."""
    project.write(READY)
    with contextlib.ExitStack():
        gates = [project.start("check", "-q") for _ in range(4)]
        ended: list[Ended] = [project.end(gate) for gate in gates]
    assert [one.status for one in ended] == [0] * 4
    assert project.entries() == [("finished", True)] * 4
