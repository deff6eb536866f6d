"""`accept:` in the board: what changes may loosen, decided before and by somebody."""

import json

import pytest

from tests.support.loosening import guarded
from tests.support.program import Project, a_board
from tests.support.repositories import commit

SILENT: dict[str, str | None] = {"old/a.py": "x = 1  # noqa\n"}
ACCEPT = {"what": "old/*", "reason": "it goes next month", "by": "li.wei"}


def board(*accept: dict[str, str]) -> dict[str, str | None]:
    """A board that accepts this."""
    return {"board.yaml": json.dumps(a_board({"run": "test -d ."}, accept=list(accept)))}


def test_what_the_base_accepts_loosens_nothing(project: Project) -> None:
    """It is told with the name and the reason."""
    ended = guarded(project, board(ACCEPT), SILENT, "guard", "-v")
    assert ended.status == 0, ended
    assert "accepted by li.wei: it goes next month" in ended.out
    assert project("check", "--base", "HEAD~1").status == 0
    assert project("guard", "--no-run", "--base", "HEAD~1").status == 0


def test_a_step_before_the_gate_can_be_accepted(project: Project) -> None:
    """As what else a job of CI does; else it is loosened."""
    job = "on: push\njobs: {gate: {steps: [%s{run: readiness check}]}}\n"
    before, after = ({".github/workflows/ci.yml": job % step} for step in ("", "{run: make}, "))
    ended = guarded(project, {**board(ACCEPT), **before}, after)
    assert ended.status == 4, ended
    commit(project.folder, {**board({**ACCEPT, "what": ".github/*"}), **before})
    commit(project.folder, after)
    assert project("guard", "--base", "HEAD~1").status == 0


def test_accept_writes_it(project: Project) -> None:
    """It counts once it is in the base; a change that adds it is loosened."""
    commit(project.folder, board())
    words = ("accept", "old/*", "--reason", "it goes", "--by", "li.wei")
    shown = project(*words, "--dry-run").out
    assert ("Nothing was written" in shown, project("guard").status) == (True, 0)
    assert project(*words, "--until", "2000-01-01").status == 2
    assert "counts once it is in the base" in project(*words).out
    assert project("guard", "--base", "HEAD").status == 4
    commit(project.folder, {})
    commit(project.folder, SILENT)
    ended = project("guard", "--base", "HEAD~1", "-v")
    assert (ended.status, "accepted by li.wei: it goes" in ended.out) == (0, True), ended
    assert project(*words, "--output-format", "json").json["written"] is False


def test_a_change_accepts_nothing_of_its_own(project: Project) -> None:
    """Neither what it loosens, nor that it says so."""
    ended = guarded(project, board(), {**board(ACCEPT), **SILENT})
    assert ended.status == 4, ended
    assert "accepted loosening added" in ended.out
    assert "old/a.py:1" in ended.out


@pytest.mark.parametrize(
    "accept",
    [ACCEPT | {"what": "new/*"}, ACCEPT | {"until": "2020-01-01"}],
    ids=["another path", "over"],
)
def test_what_is_not_accepted_or_no_longer_is_loosened(
    accept: dict[str, str], project: Project
) -> None:
    """As if there were no such decision."""
    assert guarded(project, board(accept), SILENT).status == 4


def test_rules_of_the_board_cannot_be_accepted(project: Project) -> None:
    """A limit is eased by a person who looks at it, every time."""
    accept = ACCEPT | {"what": "*"}
    eased = json.dumps(a_board({"run": "test -d ."}, accept=[accept], target=5))
    ended = guarded(project, board(accept), {"board.yaml": eased})
    assert ended.status == 4, ended


@pytest.mark.parametrize("lacking", ["what", "reason", "by"])
def test_a_decision_needs_a_reason_and_a_name(lacking: str, project: Project) -> None:
    """As every decision of a board."""
    commit(project.folder, board({**ACCEPT, lacking: " "}))
    ended = project("validate")
    assert ended.status == 2
    assert lacking in ended.err + ended.out
