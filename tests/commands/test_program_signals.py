"""Signals that come while no probe runs."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.support.program import Project, a_board, wait_until
from tests.support.repositories import commit
from tests.support.whole_program import READY


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
            early = "runpy" in ended.err or "Fatal Python error: init_" in ended.err
            assert ended.status in (status, -number_, 0) or early, ended
            assert "SIGSEGV" not in ended.err
    assert all(state != "running" for state, _ in project.entries())


def test_interrupts_are_deadly_before_a_library_is_loaded(project: Project) -> None:
    """An interrupt within the loading of msgspec is swallowed, and crashes its first use."""
    code = "import sys, readiness.terminal.ending; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", code], env=project.environment)
    assert not {"msgspec", "yaml", "jmespath"} & set(loaded.decode().split())


SLOW_BASE = """
import time
import readiness.guard.deciding as module
def of(self, criterion):
    open("preparing", "w").close()
    time.sleep(600)
module.Decider.of = of
"""


@pytest.mark.parametrize(
    "line", ["check --base HEAD", "guard --base HEAD", "hook stop --agent claude-code"]
)
def test_a_signal_while_the_base_is_prepared(project: Project, line: str) -> None:
    """It ends then and there, and what was copied of the base is gone."""
    project.write(READY)
    commit(project.folder, {"settings.py": "a = 1\n"})
    (project.folder / "settings.py").write_text("a = 2\n")
    payload = project.folder / "payload.json"
    payload.write_text(json.dumps({"session_id": "s", "cwd": str(project.folder)}))
    with payload.open() as given:
        process = project.start_patched(SLOW_BASE, *line.split(), stdin=given)
    wait_until(project.folder / "preparing")
    assert os.listdir(project.tmp)
    process.send_signal(signal.SIGTERM)
    assert project.end(process).status == 143
    assert project.left() == []


SLOW_REPORT = """
import time
import readiness.report.json as module
real = module.render
def render(run, context):
    if run.tasks:
        open("writing", "w").close()
        time.sleep(0.7)
    return real(run, context)
module.render = render
"""


@pytest.mark.parametrize(("number_", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_the_results_are_written(
    project: Project, number_: int, status: int
) -> None:
    """They are written whole, and then the gate ends by the signal."""
    project.write(READY)
    process = project.start_patched(SLOW_REPORT, "check", "--report", "json=run.json")
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
