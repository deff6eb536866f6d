"""`fleet --on`: projects measured by the workers of a real cluster, which are processes here."""

import signal
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.machines import KILLER, LONGEST, Machines, wait_for
from tests.support.program import Ended, Project, a_board
from tests.support.repositories import commit, git
from tests.support.running import alive_in

GOOD = a_board({"run": "test -d ."}, title="Good")
BAD = a_board({"run": "test -d ."}, {"run": "test -e there"}, title="Bad")


@pytest.fixture
def services(project: Project) -> Project:
    """Two projects, each in a repository that workers can fetch."""
    project.longest = int(LONGEST)
    add(project, "good", GOOD)
    add(project, "bad", BAD)
    return project


def add(project: Project, name: str, board: object) -> str:
    """A folder with this board, committed; its address is returned."""
    folder = project.folder / name
    folder.mkdir(exist_ok=True)
    project.write(board, f"{name}/board.yaml")
    commit(folder, {".gitignore": ".readiness\n"})
    if not git(folder, "remote"):
        git(folder, "remote", "add", "origin", f"file://{folder}")
    return f"file://{folder}"


def projects(ended: Ended) -> dict[str, Mapping[str, Any]]:
    """What was found of each project, by the word that names it."""
    return {one["path"]: one for one in ended.json["projects"]}


@pytest.mark.slow
def test_a_fleet_is_the_same_on_three_workers_of_which_one_is_lost(
    services: Project, machines: Machines
) -> None:
    """Folders, addresses and recorded runs; their pages and histories are those of here."""
    marks = services.folder.parent / "marks"
    marks.mkdir()
    add(services, "slow", a_board({"run": f'touch {marks}/$(basename "$HOME"); sleep 3'}))
    address = add(services, "served", BAD)
    recorded = services("check", "--output-format", "json", cwd=services.folder / "good")
    (services.folder / "run.json").write_bytes(recorded.raw)
    for name in ("one", "two", "three"):
        machines.worker(name)
    named = ("fleet", "slow", "good", "bad", address, "run.json", "--output-format", "json")
    process = services.start(*named, "--on", machines.address, "--pages", "pages")
    wait_for(lambda: any(marks.iterdir()))
    (busy,) = [each.name for each in marks.iterdir()]
    machines.kill(busy)
    ended = services.end(process)
    assert len(list(marks.iterdir())) == 2, ended
    assert "5/5 " in ended.err
    pages = [path.name for path in (services.folder / "pages").iterdir()]
    assert sorted(pages) == ["001-slow.html", "002-good.html", "003-bad.html", "004-served.html"]
    kept = services("fleet", *named[1:], "--recorded")
    here = services(*named)
    assert ended.status == kept.status == here.status == 1
    assert projects(ended) == projects(kept) == projects(here)


@pytest.mark.slow
def test_a_project_that_loses_every_worker_is_unknown(
    services: Project, machines: Machines
) -> None:
    """It is begun three times in all, then given up; the others are measured."""
    count = services.folder.parent / "count"
    address = add(services, "killer", a_board({"run": f"{sys.executable} killer.py"}))
    commit(services.folder / "killer", {"killer.py": KILLER % count})
    machines.worker("one", nanny=True)
    ended = services("fleet", address, "good", "--on", machines.address, "--output-format", "json")
    found = projects(ended)
    assert (ended.status, found["good"]["decision"]) == (3, "ready"), ended
    killer = found[address]
    assert (killer["decision"], killer["reason"]) == (
        "unknown",
        "its worker was lost, 3 times over",
    )
    assert count.read_text() == "xxx"


@pytest.mark.slow
def test_labels_choose_the_machine_of_a_project(services: Project, machines: Machines) -> None:
    """What no worker has, or can fetch, is unknown with the reason; all else is measured."""
    where = {"run": 'basename "$HOME"', "read": {"as": "text", "regex": ".+"}}
    docker = {**where, "expect": "contains two", "needs": "docker"}
    address = add(services, "docker", a_board(docker, {"run": "test -d ."}))
    add(services, "gpu", a_board({"run": "test -d .", "needs": ["gpu", "docker"]}))
    add(services, "edited", GOOD)
    (services.folder / "edited" / "new.txt").write_text("x")
    add(services, "lost", GOOD)
    git(services.folder / "lost", "remote", "remove", "origin")
    add(services, "broken", {"version": 1, "title": "Broken", "tsks": []})
    machines.worker("one")
    machines.worker("two", "--resources", "docker=1")
    wait_for(lambda: b"Registered" in (machines.folder / "two.log").read_bytes())
    unknown = {
        "gpu": "no worker of the cluster has the labels docker, gpu",
        "edited": "lacks uncommitted changes (new.txt)",
        "lost": "no remote origin",
        "broken": "board.yaml:",
        f"{address}#none": "no branch and no tag none",
    }
    named = (address, *unknown, "good")
    ended = services("fleet", *named, "--on", machines.address, "--output-format", "json")
    found = projects(ended)
    assert (found[address]["decision"], found["good"]["decision"]) == ("ready", "ready"), ended
    for name, why in unknown.items():
        assert found[name]["decision"] == "unknown", ended
        assert why in found[name]["reason"]


@pytest.mark.slow
def test_a_signal_ends_what_runs_on_the_workers(services: Project, machines: Machines) -> None:
    """Nothing goes on where nobody waits for it."""
    began = services.folder.parent / "began"
    add(services, "slow", a_board({"run": f"touch {began}; sleep 600"}))
    machines.worker("one")
    process = services.start("fleet", "slow", "good", "--on", machines.address)
    wait_for(began.exists)
    process.send_signal(signal.SIGINT)
    ended = services.end(process)
    assert (ended.status, ended.out) == (130, ""), ended
    wait_for(lambda: not alive_in(machines.checkouts("one")))


@pytest.mark.parametrize("flag", ["--hold-line", "--recorded"])
def test_what_only_this_machine_knows_is_refused(services: Project, flag: str) -> None:
    """In one line, before a cluster is asked."""
    ended = services("fleet", "good", "--on", "tcp://127.0.0.1:9", flag)
    assert (ended.status, ended.out, ended.err.count("\n")) == (2, "", 1), ended
    assert f"{flag} is for this machine" in ended.err


@pytest.mark.slow
def test_a_cluster_that_is_not_there_is_a_wrong_command_line(services: Project) -> None:
    """Nothing is recorded of it."""
    ended = services("fleet", "good", "--on", "tcp://127.0.0.1:9")
    assert (ended.status, ended.out, ended.err.count("\n")) == (2, "", 1), ended
    assert "no scheduler answers at tcp://127.0.0.1:9" in ended.err
    assert not (services.folder / ".readiness").exists()
