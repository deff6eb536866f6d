"""No command ends with a status that the contract does not list."""

import signal
from collections.abc import Mapping
from typing import Any

import pytest

from readiness.command_line.application import names
from readiness.model.errors import ExitStatus
from tests.support.heard import heard
from tests.support.program import Project, a_board, number
from tests.support.proving import equip

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
    "prove": {"ready": 0, "failing": 3, "undecided": 3, "hanging": 3} | REFUSED | {"masked": 1},
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
    with heard() as log:
        project.write(a_board(number(f"{log.say('started')}; sleep 30")))
        process = project.start(command)
        log.wait()
        process.send_signal(sent)
        assert project.end(process).status == 128 + sent


# --- where it can be decided ----------------------------------------------------------------------
