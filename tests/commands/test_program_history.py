"""What the program keeps, and what its reports may not replace."""

import contextlib
import json
import os
import re
import signal
import time

import pytest

from tests.support.program import Ended, Project, a_board, number, wait_until
from tests.support.running import alive_in
from tests.support.whole_program import NOT_READY, READY


@pytest.fixture
def with_checks(project: Project) -> Project:
    """A project with a check of its own, a script beside it, and a history."""
    scripts = project.folder / "checks" / "scripts"
    scripts.mkdir(parents=True)
    (scripts / "c.sh").write_text("true\n")
    (project.folder / "checks" / "c.yaml").write_text(
        "summary: x\nrun: sh $READINESS_CHECK_DIR/scripts/c.sh\n"
    )
    (project.folder / "checks" / "unused.yaml").write_text("summary: x\nrun: 'test -d .'\n")
    project.write(a_board({"check": "c"}))
    assert project("check", "-q", "--history", "h.db").status == 0
    return project


@pytest.mark.parametrize(
    "target",
    [
        "board.yaml", "./checks/../board.yaml", "checks/c.yaml", "checks/unused.yaml",
        "checks/scripts/c.sh", "h.db", "h.db-wal", "h.db-shm", "h.db-journal",
    ],
)  # fmt: skip
def test_no_report_takes_the_place_of_what_the_gate_lives_on(
    with_checks: Project, target: str
) -> None:
    """The board by any name, its checks, the history: it is told before anything is run."""
    folder = with_checks.folder
    kept = {path: path.read_bytes() for path in folder.rglob("*.[yj]*") if path.is_file()}
    kept[folder / "checks" / "scripts" / "c.sh"] = b"true\n"
    ended = with_checks("check", "--history", "h.db", "--report", f"json={target}",
                        "--report", "json=good.json")  # fmt: skip
    assert (ended.status, ended.out) == (2, ""), ended
    assert target in ended.err
    assert {path: path.read_bytes() for path in kept} == kept
    assert not (folder / "good.json").exists()
    listed = with_checks("history", "--verify", "--history", "h.db")
    assert (listed.status, "1 entry, 1 chained" in listed.out) == (0, True), listed


def test_the_boards_other_name_is_no_report_either(with_checks: Project) -> None:
    """What only its writer can see is not written, and the run ends with 5."""
    folder = with_checks.folder
    os.link(folder / "board.yaml", folder / "twin.json")
    kept = (folder / "board.yaml").read_bytes()
    reports = ("--report", "json=twin.json", "--report", "json=good.json")
    ended = with_checks("check", "--history", "h.db", *reports)
    assert ended.status == 5, ended
    assert "twin.json" in ended.err
    assert (folder / "board.yaml").read_bytes() == kept
    assert json.loads((folder / "good.json").read_text())["gate"]["decision"] == "ready"


def test_reports_beside_checks_that_lie_beside_the_board(project: Project) -> None:
    """A report there is replaced as anywhere; a check is not."""
    (project.folder / "c.yaml").write_text("summary: x\nrun: 'test -d .'\n")
    project.write(a_board({"check": "c"}, checks=["."]))
    for _ in range(2):
        assert project("check", "--report", "json=run.json").status == 0
    assert project("check", "--report", "json=c.yaml").status == 2


@pytest.mark.parametrize("second", ["out/../run.json", "link/run.json", "./run.json"])
def test_two_reports_in_one_file_are_a_mistake(project: Project, second: str) -> None:
    """Whatever their names are: only one of them would be left."""
    project.write(READY)
    (project.folder / "out").mkdir()
    (project.folder / "link").symlink_to(".")
    ended = project("check", "--report", "json=run.json", "--report", f"table={second}")
    assert (ended.status, ended.out) == (2, ""), ended
    assert "twice" in ended.err


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
    assert re.search(r"\[1/2\] T1\.2 ", ended.err), "the longest comes first"


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
