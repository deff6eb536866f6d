"""`readiness score RUN.json ...`: recorded runs of one board, scored as one."""

import json
from typing import Any

import pytest

from tests.support.program import Ended, Project

BOARD: dict[str, Any] = {
    "version": 1,
    "title": "Two places",
    "profiles": {"local": {}, "production": {}},
    "tasks": [
        {"id": "T1", "priority": "P0", "criteria": [
            {"title": "here", "run": "test -d .", "profiles": ["local"]},
            {"title": "there", "run": "test -d .", "profiles": ["production"]},
            {"title": "anywhere", "run": "test ! -e broken"}]},
        {"id": "T2", "priority": "P1", "criteria": [{"title": "more", "run": "test -d ."}]},
    ],
}  # fmt: skip


@pytest.fixture
def joint(project: Project) -> Project:
    """A project with a board of two profiles."""
    project.write(BOARD)
    return project


def record(project: Project, name: str, *arguments: str) -> str:
    """Run the board and keep the document in a file of this name, which no history knows."""
    project("check", "-q", "--history=", *arguments, "--report", f"json={name}")
    return name


def joined(project: Project, *names: str) -> Ended:
    """Score recorded runs together, as JSON."""
    return project("score", *names, "--output-format", "json")


def verdicts(ended: Ended) -> dict[str, str]:
    """The verdict of each criterion."""
    return {one.id: one.verdict.value for one in ended.run.criteria()}


def test_two_profiles_are_one_release(joint: Project) -> None:
    """Each criterion counts where it was measured; probes keep apart."""
    names = [
        record(joint, f"{place}.json", "--profile", place) for place in ("local", "production")
    ]
    ended = joined(joint, *names)
    assert ended.status == 0, ended
    run = ended.run
    assert set(verdicts(ended).values()) == {"pass"}
    assert (run.partial, run.profile, run.score.in_scope) == (False, "local+production", 4)
    assert len({probe.id for probe in run.probes}) == len(run.probes) == 4
    origins = {one.id: one.carried.profile for one in run.criteria() if one.carried}
    assert (len(origins), set(origins.values())) == (4, {"local", "production"})
    board = joint("score", *names, "--output-format", "board").out
    assert "· profile production ·" in board
    used = {probe for one in run.criteria() for probe in one.probes}
    assert used <= {probe.id for probe in run.probes}
    assert "Readiness: 100.0% (10.0/10)" in joint("score", *names).out


def test_the_worst_word_counts(joint: Project) -> None:
    """A criterion that fails in one of the runs fails."""
    good = record(joint, "good.json", "--profile", "local")
    (joint.folder / "broken").touch()
    bad = record(joint, "bad.json", "--profile", "production")
    for names in ((good, bad), (bad, good)):
        ended = joined(joint, *names)
        assert ended.status == 1, ended
        assert verdicts(ended)["T1.3"] == "fail"
        assert "T1.3 (P0) fails: exit 1, expected == 0" in ended.run.gate.reasons


def test_selections_may_make_a_whole(joint: Project) -> None:
    """Together they are all of their profile, or still not; a release takes the others too."""
    first = record(joint, "first.json", "T1")
    second = record(joint, "second.json", "T2")
    whole = joined(joint, first, second)
    assert (whole.status, whole.run.left_to) == (3, ["production"])
    half = joined(joint, first)
    assert (half.status, half.run.left_to, half.run.gate.decision) == (0, [], "partial")


def test_another_board_is_refused(joint: Project) -> None:
    """Also this one, once it was changed."""
    name = record(joint, "run.json")
    joint.write(BOARD | {"title": "Another"})
    ended = joined(joint, name)
    assert (ended.status, ended.out) == (2, "")
    assert "another board" in ended.err


def test_what_is_no_finished_run_is_refused(joint: Project) -> None:
    """A missing file, another file, the placeholder of a killed run, an edited one."""
    name = record(joint, "run.json")
    document = json.loads((joint.folder / name).read_text())
    (joint.folder / "edited.json").write_text(
        json.dumps(document | {"tasks": document["tasks"][:1]})
    )
    (joint.folder / "empty.json").write_text(json.dumps(document | {"tasks": []}))
    for wrong in ("missing.json", "board.yaml", "edited.json", "empty.json", "."):
        ended = joined(joint, name, wrong)
        assert (ended.status, ended.out) == (2, ""), ended
        assert wrong in ended.err


def test_an_interrupted_run_is_never_ready(joint: Project) -> None:
    """Even where everything in it passed."""
    name = record(joint, "run.json")
    document = json.loads((joint.folder / name).read_text())
    (joint.folder / "cut.json").write_text(json.dumps(document | {"interrupted": True}))
    ended = joined(joint, name, "cut.json")
    assert (ended.status, ended.run.interrupted) == (3, True)


def test_runs_of_other_revisions_are_refused(joint: Project) -> None:
    """One release is one revision."""
    name = record(joint, "run.json")
    document = json.loads((joint.folder / name).read_text())
    other = {"git": {"commit": "a" * 40, "branch": "x", "dirty": False}}
    (joint.folder / "other.json").write_text(json.dumps(document | other))
    ended = joined(joint, name, "other.json")
    assert ended.status == 2
    assert "revisions" in ended.err


def test_it_records_nothing_and_replaces_no_input(joint: Project) -> None:
    """Reports are written beside; a recorded run is not one of them."""
    name = record(joint, "run.json", "--history=.readiness/history.db")
    before = (joint.folder / name).read_bytes()
    assert joint("score", name, "--report", "json=union.json").status == 3
    assert json.loads((joint.folder / "union.json").read_text())["gate"]["decision"] == "partial"
    ended = joint("score", name, "--report", f"json={name}")
    assert (ended.status, ended.out) == (2, ""), ended
    assert (joint.folder / name).read_bytes() == before
    assert len(joint.entries()) == 1


def test_what_is_no_file_is_said_to_be_for_check(joint: Project) -> None:
    """The name of a task is a selection, and no recorded run."""
    ended = joint("score", "T1")
    assert ended.status == 2
    assert "score takes recorded runs, readiness check T1 a selection" in ended.err


def test_quietly_it_is_one_line(joint: Project) -> None:
    """The one that programs look for."""
    assert joint("score", "-q").out == "Readiness: 100.0% (10.0/10) over 3 of 4\n"
