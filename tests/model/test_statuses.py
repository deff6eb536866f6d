"""No command ends with a status that the contract does not list."""

import ast
import os
import signal
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from readiness.command_line.reader import names
from readiness.model.errors import ExitStatus
from readiness.report import FORMATS
from tests.support.program import Project, a_board, number, wait_until
from tests.support.proving import equip

PACKAGE = Path(__file__).parents[2] / "readiness"
LISTED = {status.value for status in ExitStatus} - {ExitStatus.SIGNAL}
ENDED_BY_SIGNAL = range(129, 193)

RUNNING = ("check", "score", "prove")
EVERY = names()
SILENT = ("validate", "mcp")
"""What prints nothing where nothing is wrong, or nothing is asked."""
SUBJECTS = {"show": ["T1"], "checks": ["mypy"], "schema": ["run"]}
"""What a command has to be asked about."""
WRONG = {"hook": ExitStatus.NOT_READY}
"""A status of its own for a wrong command line: to a coding agent 2 is the word for blocking."""
ANY_NUMBER = ("fleet",)
"""What takes as many words as there are; a project that is not there is an unknown one."""

BOARDS: dict[str, Any] = {
    "ready": a_board({"run": "[[ -f board.yaml ]]"}),
    "failing": a_board({"run": "[[ -f nowhere ]]"}),
    "undecided": a_board({"run": "no_such_tool"}),
    "hanging": a_board({"run": "sleep 60", "timeout": "200ms"}),
    "wrong": a_board({"run": "test -d .", "expct": "== 0"}),
    "masked": a_board({"run": "grep -q x board.yaml || true"}),
    "no YAML": "tasks: [",
    "empty": "",
    "absent": None,
}
OF_RUNS = {"ready": 0, "failing": 1, "undecided": 3, "hanging": 3}
OF_LOOKING = dict.fromkeys(OF_RUNS, 0)
REFUSED = dict.fromkeys(("wrong", "no YAML", "empty", "absent"), 2)
KNOWN: dict[str, Mapping[str, int]] = {
    "check": OF_RUNS | REFUSED | {"masked": 0},
    "score": OF_RUNS | REFUSED | {"masked": 0},
    "prove": {"ready": 0, "failing": 0, "undecided": 0, "hanging": 0} | REFUSED | {"masked": 1},
    "validate": OF_LOOKING | REFUSED | {"masked": 0},
    "list": OF_LOOKING | REFUSED | {"masked": 0},
    "show": OF_LOOKING | REFUSED | {"masked": 0},
    "doctor": OF_LOOKING | REFUSED | {"masked": 0},
    "schema": dict.fromkeys(BOARDS, 0),
}
"""The status of each command on each board, for those that are told apart here."""


def listed(status: int) -> bool:
    """Whether the contract has this status."""
    return status in LISTED or status in ENDED_BY_SIGNAL


def prepare(project: Project, board: str) -> None:
    """Write one of the boards."""
    if BOARDS[board] is not None:
        project.write(BOARDS[board])


CASES = [
    (command, board)
    for command in EVERY
    for board in (BOARDS if command in RUNNING else ("ready", "masked", "wrong", "absent"))
]


@pytest.mark.parametrize(("command", "board"), CASES)
def test_every_command_ends_as_the_contract_says(
    project: Project, command: str, board: str
) -> None:
    """Whatever the board is worth, and in whatever state it is."""
    if command == "prove":
        equip(project)
    prepare(project, board)
    ended = project(command, *SUBJECTS.get(command, []))

    assert listed(ended.status), ended
    assert "Traceback" not in ended.err
    if board in KNOWN.get(command, {}):
        assert ended.status == KNOWN[command][board], ended


@pytest.mark.parametrize(
    ("board", "output_format"), [*product(("ready", "failing"), sorted(FORMATS))]
)
def test_every_format_tells_the_same_status(
    project: Project, board: str, output_format: str
) -> None:
    """On stdout as in a report."""
    prepare(project, board)
    words = ["--output-format", output_format, "--report", f"{output_format}=report"]

    assert project("check", *words).status == OF_RUNS[board]


@pytest.mark.parametrize("command", EVERY)
@pytest.mark.parametrize(
    "words",
    [["--no-such-option"], ["a", "b", "c", "d", "e"]],
    ids=["option", "words"],
)
def test_a_wrong_command_line_is_2(project: Project, command: str, words: list[str]) -> None:
    """Nothing is run for it."""
    prepare(project, "ready")
    if command in ANY_NUMBER and words[0] == "a":
        pytest.skip(f"`{command}` takes any number of words")
    ended = project(command, *words)

    assert ended.status == WRONG.get(command, ExitStatus.USAGE), ended
    assert project.entries() == []


@pytest.mark.parametrize(
    ("words", "status"),
    [([], 2), (["--version"], 0), (["--help"], 0), (["chekc"], 2), (["check", "--help"], 0)],
)
def test_the_program_by_itself(project: Project, words: list[str], status: int) -> None:
    """Help is no verdict; nothing asked is no answer."""
    assert project(*words).status == status


@pytest.mark.parametrize("command", [each for each in EVERY if each not in SILENT])
def test_output_that_cannot_be_written_is_5_at_best(project: Project, command: str) -> None:
    """A result that nobody got is not ready."""
    prepare(project, "ready")
    with open("/dev/full", "wb") as full:
        ended = project(command, *SUBJECTS.get(command, []), stdout=full)

    wrong = WRONG.get(command, ExitStatus.USAGE)
    assert ended.status in (ExitStatus.NOT_WRITTEN, wrong), ended


@pytest.mark.parametrize("command", RUNNING)
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_128_and_its_number(
    project: Project, command: str, sent: signal.Signals
) -> None:
    """Of every command that runs probes."""
    equip(project)
    started = project.folder.parent / "started"
    project.write(a_board(number(f"echo > {started}; sleep 30")))
    process = project.start(command)
    wait_until(started)
    process.send_signal(sent)

    assert project.end(process).status == 128 + sent


# --- where it can be decided ----------------------------------------------------------------------

ENDING = {"exit", "_exit", "abort", "quit", "SystemExit", "Exit"}
MAY_END = {
    "__main__.py": "the process that the user started",
    "run/processes/supervise.py": "the gate, which is a child of that process",
    "pipeline/interrupts.py": "at a signal, 128 + its number",
    "fleet/__main__.py": "the process of one project of a fleet",
    "measure/worker.py": "a helper, whose status nobody reads",
}


def ends(tree: ast.AST) -> bool:
    """Whether code ends the process by itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ENDING:
                return True
        if isinstance(node, ast.Raise) and getattr(node.exc, "id", "") in ENDING:
            return True
    return False


def test_only_few_places_end_the_process() -> None:
    """So that one function makes the status of all commands."""
    found = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if ends(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == set(MAY_END)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import sys; sys.exit(1)", True),
        ("import os; os._exit(1)", True),
        ("exit(1)", True),
        ("raise SystemExit", True),
        ("raise SystemExit(1)", True),
        ("raise typer.Exit(1)", True),
        ("status = exit_status(gate)", False),
        ("try: f()\nexcept SystemExit: pass", False),
    ],
)
def test_the_search_finds_what_ends_a_process(code: str, found: bool) -> None:
    """Each way to do so, and not what only has such a name in it."""
    assert ends(ast.parse(code)) is found


def test_no_status_of_a_command_is_made_by_hand() -> None:
    """Functions of the command line, of commands and of hooks return no bare number."""
    guilty = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for room in ("command_line", "commands", "agents")
        for path in (PACKAGE / room).glob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        and isinstance(function.returns, ast.Name)
        and function.returns.id == "int"
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant)
    ]
    assert guilty == [], os.linesep.join(guilty)
