"""`--on`: the board on other machines, which are processes here, by a real Dask cluster."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.authority import authority, certificate
from tests.support.machines import KILLER, LONGEST, Machines, wait_for
from tests.support.program import ROOT, Ended, Project
from tests.support.repositories import git
from tests.support.running import alive_in

TOOL = """\
summary: words of a tool that workers have
tool: wordtool
version: wordtool --version
params: {word: {help: what to say}}
run: wordtool "$word"; sleep 0.5
measures: {n: {as: text, regex: '\\d+'}}
expect: "== 1"
"""


def word(number: int) -> dict[str, Any]:
    """A criterion that a worker's own tool measures."""
    return {"title": f"word {number}", "check": "word", "with": {"word": f"{number}"}}


BOARD: dict[str, Any] = {
    "version": 1,
    "title": "Far away",
    "target": 5,
    "tasks": [
        {"id": "T1", "priority": "P0", "criteria": [
            {"title": "good", "run": "test -d ."},
            {"title": "counted", "run": "echo 3", "read": {"as": "text", "regex": r"\d+"},
             "expect": "< 5"},
            {"title": "word", "attest": {"by": "lead", "on": "2020-01-01", "valid": "36500d"}}]},
        {"id": "T2", "criteria": [word(number) for number in range(6)]},
        {"id": "T3", "criteria": [
            {"title": "bad", "run": "false"},
            {"title": "absent", "run": "no-such-tool"},
            {"title": "made", "run": "test ! -e made.txt; touch made.txt",
             "allow_changes": ["made.txt"]}]},
    ],
}  # fmt: skip


@pytest.fixture
def far(project: Project) -> Project:
    """A project in a repository, whose board has something of everything."""
    (project.folder / "checks").mkdir()
    (project.folder / "checks" / "word.yaml").write_text(TOOL)
    (project.folder / ".gitignore").write_text(".readiness\n")
    project.longest = int(LONGEST)
    commit(project, BOARD)
    return project


def commit(project: Project, board: Any) -> None:
    """Commit the project with this board."""
    project.write(board)
    if not (project.folder / ".git").exists():
        git(project.folder, "init", "-q")
    git(project.folder, "add", ".")
    git(project.folder, "commit", "-qm", "as it is")


def on(machines: Machines, project: Project, *more: str) -> tuple[str, ...]:
    """The words that run a project's board on these machines."""
    address = ("--on", machines.address, "--repository", str(project.folder))
    return ("check", *address, "--history=", "--output-format", "json", *more)


def here(project: Project, machines: Machines) -> Ended:
    """The same run on this machine, with the tools of one that is like it."""
    tools = machines.folder / "scheduler" / "bin"
    path = f"{tools}:{os.environ['PATH']}"
    return project("check", "--history=", "--output-format", "json", env={"PATH": path})


def verdicts(ended: Ended) -> dict[str, tuple[str, str]]:
    """What was found of each criterion."""
    return {one.id: (one.verdict.value, one.shown) for one in ended.run.criteria()}


@pytest.mark.slow
def test_three_workers_of_which_one_is_lost(far: Project, machines: Machines) -> None:
    """The verdicts are those of one machine; a lost worker loses nothing."""
    marks = far.folder.parent / "marks"
    marks.mkdir()
    slow = {"title": "slow", "run": f'touch {marks}/$(basename "$HOME"); sleep 3'}
    commit(far, {**BOARD, "tasks": [*BOARD["tasks"], {"id": "T4", "criteria": [slow]}]})
    for name in ("one", "two", "three"):
        machines.worker(name)
    process = far.start(*on(machines, far))
    wait_for(lambda: any(marks.iterdir()))
    (busy,) = [each.name for each in marks.iterdir()]
    machines.kill(busy)
    ended = far.end(process)
    whole = here(far, machines)
    assert verdicts(ended) == verdicts(whole), ended
    assert (ended.status, ended.run.score) == (whole.status, whole.run.score)
    assert [one.id for one in ended.run.probes] == [one.id for one in whole.run.probes]
    assert len(list(marks.iterdir())) >= 2


@pytest.mark.slow
def test_a_part_that_loses_every_worker_is_an_error(far: Project, machines: Machines) -> None:
    """It is begun three times in all, then given up; the others are measured."""
    count = far.folder.parent / "count"
    killer = far.folder / "killer.py"
    killer.write_text(KILLER % count)
    bad = {"title": "kills", "run": f"{sys.executable} killer.py"}
    commit(far, {**BOARD, "tasks": [{"id": "T1", "criteria": [bad, {"run": "test -d ."}]}]})
    machines.worker("one", nanny=True)
    ended = far(*on(machines, far))
    assert verdicts(ended)["T1.2"][0] == "pass", ended
    reason = next(one.reason for one in ended.run.criteria() if one.id == "T1.1")
    assert reason == "its worker was lost, 3 times in a row"
    assert count.read_text() == "xxx"


@pytest.mark.slow
def test_a_signal_ends_what_runs(far: Project, machines: Machines) -> None:
    """Nothing goes on where nobody waits for it."""
    machines.worker("one")
    began = far.folder.parent / "began"
    slow = {"title": "slow", "run": f"touch {began}; sleep 600"}
    commit(far, {**BOARD, "tasks": [{"id": "T1", "criteria": [slow]}]})
    process = far.start(*on(machines, far))
    wait_for(began.exists)
    process.send_signal(signal.SIGINT)
    ended = far.end(process)
    assert (ended.status, ended.run.interrupted) == (130, True), ended
    wait_for(lambda: not alive_in(machines.checkouts("one")))


@pytest.mark.slow
def test_a_scheduler_by_tls_is_spoken_to_encrypted(far: Project, tmp_path: Path) -> None:
    """With the certificates that Dask's own settings name, and not without them."""
    keys = tmp_path / "keys"
    keys.mkdir()
    authority(keys)
    certificate(keys, "machine", names="IP:127.0.0.1")
    setting = "DASK_DISTRIBUTED__COMM__TLS__"
    tls = {f"{setting}CA_FILE": str(keys / "ca.pem")}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        tls[f"{setting}{role}__CERT"] = str(keys / "machine.pem")
        tls[f"{setting}{role}__KEY"] = str(keys / "machine.key")
    commit(far, {**BOARD, "tasks": [{"id": "T1", "criteria": [{"run": "test -d ."}]}]})
    machines = Machines(tmp_path / "machines", tls)
    try:
        machines.worker("one")
        ended = far(*on(machines, far), env=tls)
        assert (ended.status, verdicts(ended)["T1.1"][0]) == (0, "pass"), ended
        without = far(*on(machines, far))
        assert (without.status, without.out) == (2, ""), without
        assert "no scheduler answers at tls://" in without.err
    finally:
        machines.close()


@pytest.mark.slow
def test_what_no_cluster_can_run_is_refused(far: Project) -> None:
    """In one line, before anything is asked of it."""
    where = ("--on", "tcp://127.0.0.1:9", "--repository", str(far.folder))

    def refusal(*words: str) -> str:
        ended = far("check", *where, *words)
        assert (ended.status, ended.out, ended.err.count("\n")) == (2, "", 1), ended
        return ended.err

    flags = ("--reuse", "--fail-fast", "--hold-line", "--base=HEAD")
    for flag in (*flags, "--shard=1/2"):
        assert "is for this machine" in refusal(flag)
    (far.folder / "new.txt").write_text("x")
    assert "lacks uncommitted changes (new.txt)" in refusal()
    (far.folder / "new.txt").unlink()
    assert "no scheduler answers at tcp://127.0.0.1:9" in refusal()
    ended = far("check", "--on", "tcp://127.0.0.1:9")
    assert 'no remote "origin"' in ended.err


def test_without_its_library_it_says_what_to_install(far: Project) -> None:
    """In one line."""
    stub = far.folder.parent / "stub"
    stub.mkdir()
    (stub / "distributed.py").write_text("raise ImportError('not here')")
    words = ("check", "--on", "tcp://127.0.0.1:9", "--repository", str(far.folder))
    ended = far(*words, env={"PYTHONPATH": f"{stub}:{ROOT}"})
    assert (ended.status, ended.out) == (2, "")
    assert "pip install 'readiness[dask]'" in ended.err
