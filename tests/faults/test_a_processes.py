"""Section A: processes and time. All of it also on a machine that is busy, where races show."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.faults.rows import (
    Fault,
    history,
    holds,
    loaded,
    name_of,
    orphans,
    passes,
    plain,
    together,
    tried,
)
from tests.support.program import Ended, Project, a_board, number, wait_until
from tests.support.running import Chain, alive_in, chain_of, own_children, wait_for

pytestmark = pytest.mark.usefixtures("nothing_outlives_a_run")

ZERO = "== 0"
PATIENT = {"timeout": "20s"}

FAULTS = [
    Fault(1, plain("sleep 60", timeout="1s"), "error", "timeout", 3, "1 s",
          plain("sleep 0.01", **PATIENT)),
    Fault(3, number("sleep 60 & echo 'errors: 0'", ZERO), "error", "leaked", 3, "outlived",
          number("sleep 0.01 & echo 'errors: 0'; wait", ZERO)),
    Fault(5, plain("trap '' TERM; while :; do sleep 1; done", timeout="1s"),
          "error", "timeout", 3, "needed SIGKILL",
          plain("trap '' TERM; sleep 0.01", **PATIENT)),
    Fault(7, plain("f(){ sleep .02; f & }; f & sleep 60", timeout="1s"),
          "error", "timeout", 3, "1 s",
          plain("f(){ sleep .02; }; f", **PATIENT)),
    Fault(9, plain("yes", timeout="2s"), "error", "timeout", 3, "2 s",
          plain(r"head -c 100000 /dev/zero | tr '\0' y", **PATIENT)),
    Fault(11, number(r"head -c 1000000 /dev/zero | tr '\0' a; printf '\nerrors: 3\n'", ZERO),
          "fail", None, 1, "3",
          number(r"head -c 1000000 /dev/zero | tr '\0' a; printf '\nerrors: 0\n'", ZERO)),
    Fault(19, number("echo 'errors: 0'; kill -SEGV $$", ZERO),
          "error", "signal", 3, "signal 11", number("echo 'errors: 0'; kill -0 $$", ZERO)),
    Fault(23, plain("kill -STOP $$", timeout="1s"), "error", "timeout", 3, "1 s",
          plain("kill -CONT $$", **PATIENT)),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=name_of)
def test_a_row_and_its_twin(project: Project, twin: Project, fault: Fault) -> None:
    """Neither a pass nor a hang, the reason says what happened, and the twin passes."""
    together(lambda: holds(project, fault), lambda: passes(twin, fault.twin))


def test_all_rows_hold_on_a_busy_machine(tmp_path: Path) -> None:
    """Four at once beside twice as many busy loops as cores, and the twins still pass."""
    projects = []

    def fresh() -> Project:
        folder = tmp_path / str(len(projects))
        folder.mkdir()
        projects.append(Project(folder))
        return projects[-1]

    rows = [partial(holds, fresh(), fault) for fault in FAULTS]
    twins = [partial(passes, fresh(), fault.twin) for fault in FAULTS]
    with loaded():
        together(*rows, *twins)
    assert [project.left() for project in projects] == [[] for _ in projects]


def test_1_the_duration_that_is_shown_is_about_the_limit(project: Project) -> None:
    """Not what the machine's clock says, and not the time until the report."""
    seen = holds(project, FAULTS[0])
    (probe,) = seen.run.probes
    assert (probe.timed_out, probe.exit_status) == (True, None)
    assert 1 <= probe.duration_s < 30


PEAK_OF_CHILDREN = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(status)
"""


def test_9_endless_output_takes_little_memory(project: Project) -> None:
    """The report states how much was written; the gate keeps a small part of it."""
    # In a process whose children are this run alone.
    measured = [sys.executable, "-c", PEAK_OF_CHILDREN]
    seen = tried(project, a_board(plain("yes", timeout="2s")), prefix=measured)
    (probe,) = seen.run.probes
    kept = len(probe.stdout.head) + len(probe.stdout.tail)
    assert probe.stdout.bytes > 10_000_000
    assert kept < 64 * 1024
    assert f"wrote {probe.stdout.bytes} bytes, truncated" in seen.reports["table"]
    assert int(seen.ended.err.splitlines()[-1]) < 150 * 1024


def test_13_five_hundred_probes_need_few_descriptors(project: Project) -> None:
    """All of them are right under `ulimit -n 256`, at whatever `--jobs`. Twin: these pass."""
    board = a_board(*(number(f"echo 'errors: {n}'", f"== {n % 250}") for n in range(500)))
    seen = tried(project, board, "-j", "100", prefix=["prlimit", "--nofile=256"], within=110)
    assert seen.ended.status == 1
    assert [one.value for one in seen.run.criteria()] == [*range(500)]
    assert [one.verdict for one in seen.run.criteria()] == ["pass"] * 250 + ["fail"] * 250


# --- signals ------------------------------------------------------------------------------------

SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
REPORTS = ("--report", "json=run.json", "--report", "table=run.txt")


def interrupted(project: Project, number_: int) -> Ended:
    """Send a signal to a gate with four probes running, and wait for its end."""
    slow = [plain(f"touch ready{n}; sleep 60") for n in range(4)]
    project.write(a_board(plain("test -d ."), *slow))
    gate = project.start("check", "-j", "4", "--output-format", "json", *REPORTS)
    for n in range(4):
        wait_until(project.folder / f"ready{n}", 60)
    sent = time.monotonic()
    gate.send_signal(number_)
    ended = project.end(gate)
    assert time.monotonic() - sent < 30
    return ended


@pytest.mark.parametrize(("number_", "status"), SIGNALS)
def test_15_a_signal_ends_the_run_at_once(project: Project, number_: int, status: int) -> None:
    """128+n in two seconds; what was finished is in history and reports, which say interrupted."""
    check_interrupted(project, interrupted(project, number_), status)


def test_15_an_interrupt_on_a_busy_machine(project: Project) -> None:
    """The same, in the time that is to be had."""
    with loaded():
        ended = interrupted(project, signal.SIGINT)
    check_interrupted(project, ended, 130)


def check_interrupted(project: Project, ended: Ended, status: int) -> None:
    """Status, document, reports and history say that the run was interrupted."""
    assert ended.status == status, ended
    assert "Traceback" not in ended.err
    run = ended.run
    assert (run.interrupted, run.gate.exit_status) == (True, status)
    assert run.gate.decision != "ready"
    verdicts = {one.id: (one.verdict, one.reason_code) for one in run.criteria()}
    assert verdicts["T1.1"] == ("pass", None)
    assert set(verdicts.values()) == {("pass", None), ("error", "not_run")}
    assert "interrupted" in (project.folder / "run.txt").read_text()
    assert '"interrupted":true' in (project.folder / "run.json").read_text().replace(" ", "")
    assert project.entries() == [("interrupted", True)]
    assert alive_in(project.folder) == []


def test_15_twin_a_run_without_a_signal_is_whole(project: Project) -> None:
    """The same board, left alone, is finished and ready."""
    quick = [plain(f"touch ready{n}; sleep 0.01") for n in range(4)]
    seen = tried(project, a_board(plain("test -d ."), *quick), "-j", "4")
    assert (seen.ended.status, seen.run.interrupted) == (0, False)


KILLS: dict[str, Callable[[Chain], list[int]]] = {
    "watcher": lambda chain: [chain.watcher],
    "watcher's group": lambda chain: [-chain.watcher],
    "gate": lambda chain: [chain.gate],
    "gate's group": lambda chain: [-chain.gate],
    "both at once": lambda chain: [chain.watcher, chain.gate],
}

HIDDEN = (
    "(env -i setsid sleep 60 >/dev/null 2>&1 </dev/null &); touch ready; sleep 60; grep done ready"
)


@pytest.mark.parametrize("kill", KILLS.values(), ids=KILLS)
def test_17_a_killed_gate_leaves_no_verdict_and_no_process(
    project: Project, kill: Callable[[Chain], list[int]]
) -> None:
    """Yesterday's READY reports are gone (95), the history is intact, the probes are dead.

    Twin: the run before, and the run after, which are not killed.
    """
    project.write(a_board(plain("test -d .")))
    assert project("check", *REPORTS).status == 0
    assert "READY" in (project.folder / "run.txt").read_text()
    yesterday = history(project)
    project.write(a_board(plain(HIDDEN)))
    before = own_children()
    top = project.start("check", *REPORTS)
    wait_until(project.folder / "ready")
    assert "READY" not in (project.folder / "run.txt").read_text()
    pids = kill(chain_of(top.pid))
    subprocess.run(["kill", "-KILL", "--", *map(str, pids)], check=True)
    top.communicate()
    assert wait_for(lambda: alive_in(project.folder) == []), "probes live on"
    assert top.returncode in (-signal.SIGKILL, 70)
    assert wait_for(lambda: not orphans(before)), "a killed gate's own may come to us, dead"
    check_killed(project, yesterday)


def check_killed(project: Project, yesterday: list[tuple[str, str, bytes | None]]) -> None:
    """No report reads ready, no record is lost, and the next run is as ever."""
    assert "READY" not in (project.folder / "run.txt").read_text().replace("NOT READY", "")
    assert json.loads((project.folder / "run.json").read_text())["gate"]["decision"] == "undecided"
    today = history(project)
    assert today[:-1] == yesterday
    assert today[-1][1] in ("running", "interrupted")
    listed = project("history", "--output-format", "json").json["runs"]
    assert listed[0]["state"] == today[-1][1]
    for path in project.tmp.iterdir():  # the scratch of a run that was killed
        subprocess.run(["rm", "-rf", path], check=True)
    project.write(a_board(plain("test -d .")))
    assert project("check", *REPORTS).status == 0
    assert "READY" in (project.folder / "run.txt").read_text()


# --- a terminal, and clocks ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "status"),
    [("printf 'Password: '; read x; echo 'errors: 0'", 3), ("echo 'errors: 0'", 0)],
)
def test_21_a_probe_has_no_terminal_to_ask(project: Project, command: str, status: int) -> None:
    """What asks for a password reads the end of its input at once, though we have a terminal.

    Twin: what asks for nothing passes there.
    """
    project.write(a_board(number(command, ZERO)))
    began = time.monotonic()
    project.on_a_terminal("check -q", columns=80)
    assert time.monotonic() - began < 30
    assert project.last_run().gate.exit_status == status


CLOCK = """
import time
real, began = time.time, time.time()
time.time = lambda: real() + ({step} if real() - began > 0.7 else 0)
"""


@pytest.mark.parametrize("step", [-3600, 3600, -(10**9)])
def test_25_a_clock_that_is_set_changes_no_duration(project: Project, step: int) -> None:
    """Durations and limits follow a clock that only goes forward. Twin: the probes that pass."""
    project.write(
        a_board(plain("sleep 0.9"), plain("sleep 60", timeout="1.2s"), plain("sleep 0.2"))
    )
    clock = CLOCK.format(step=step)
    ended = project.end(project.start_patched(clock, "check", "--output-format", "json"))
    run = ended.run
    assert ended.status == 3, ended
    assert [one.verdict for one in run.criteria()] == ["pass", "error", "pass"]
    assert 0 < run.duration_s < 60
    assert all(0 < probe.duration_s < 60 for probe in run.probes)
    assert project.entries() == [("finished", True)]
