"""What a recorded run says of its project, and what it must not be taken for."""

import msgspec
import pytest

from readiness.fleet.measuring import names_apart
from readiness.fleet.project import document, worst, worst_first
from readiness.fleet.states import state_of
from readiness.model.board import Attestation
from readiness.model.words import Decision, Verdict
from readiness.record.document import RunDocument, WaiverRecord, WholeRun
from tests.support.documents import a_criterion, a_document, a_task
from tests.support.fleets import a_source, a_state

TODAY = "2026-11-26"


def decided(decision: Decision, **fields: object) -> RunDocument:
    """Return a run of this decision."""
    run = a_document(**fields)
    gate = msgspec.structs.replace(run.gate, decision=decision, reasons=["because"], wordings=[])
    return msgspec.structs.replace(run, gate=gate)


def test_a_whole_run_speaks_for_its_project() -> None:
    """Decision, score, commit, reasons and criteria are the run's."""
    run = decided(Decision.NOT_READY)
    state = state_of(run, a_source(), TODAY)
    assert (state.decision, state.score, state.reasons) == (
        Decision.NOT_READY,
        run.score.value,
        ["because"],
    )
    (project,) = document([state]).projects
    assert project.commit == "3f2a1bc9d0e4f5a6b7c8"
    assert [one.id for one in project.criteria] == [one.id for one in run.criteria()]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"interrupted": True}, "the run was interrupted; measure it again"),
        ({"partial": True}, "a partial run, and no whole run is known; measure the whole board"),
    ],
)
def test_what_did_not_measure_all_decides_nothing(changes: dict[str, object], reason: str) -> None:
    """Such a run is unknown, whatever its gate says."""
    state = state_of(decided(Decision.READY, **changes), a_source(), TODAY)
    assert (state.decision, list(state.reasons)) == (None, [reason])
    assert worst([state]) == 3


def test_a_run_of_a_part_gives_way_to_the_whole_run_that_it_knows() -> None:
    """The decision and the score are those of the newest whole run."""
    run = decided(Decision.PARTIAL, partial=True)
    gate = msgspec.structs.replace(run.gate, decision=Decision.READY, reasons=[])
    score = msgspec.structs.replace(run.score, value=9.0, shown="9.0")
    whole = WholeRun(run="before", at=run.started_at, score=score, gate=gate, milestones=[])
    state = state_of(msgspec.structs.replace(run, whole_run=whole), a_source(), TODAY)
    assert (state.decision, state.score) == (Decision.READY, 9.0)


def a_word(until: str) -> dict[str, RunDocument]:
    """Return runs that are ready by a waiver, and by an attestation, good until that day."""
    waiver = WaiverRecord(reason="later", by="li.wei", until=until)
    attested = Attestation(by="li.wei", on="2025-01-01", until=until, evidence="a page")
    return {
        name: decided(Decision.READY, tasks=[a_task("T1", criterion)])
        for name, criterion in {
            "waiver": a_criterion("T1.1", Verdict.WAIVED, waiver=waiver),
            "attestation": a_criterion("T1.1", Verdict.PASS, attestation=attested),
        }.items()
    }


@pytest.mark.parametrize("name", ["waiver", "attestation"])
def test_a_word_that_ended_makes_no_project_ready(name: str) -> None:
    """What a recorded run rests on has to be in force today."""
    state = state_of(a_word("2026-11-25")[name], a_source(), TODAY)
    assert state.decision is None
    assert "T1.1" in state.reasons[0]
    assert "2026-11-25" in state.reasons[0]


@pytest.mark.parametrize("name", ["waiver", "attestation"])
def test_a_word_holds_to_the_end_of_its_day(name: str) -> None:
    """The day itself still counts."""
    assert state_of(a_word(TODAY)[name], a_source(), TODAY).decision is Decision.READY


def test_names_that_projects_share_get_their_paths() -> None:
    """And no others."""
    states = [a_state("api", path="a/api"), a_state("api", path="b/api"), a_state("web")]
    assert [state.name for state in names_apart(states)] == ["api (a/api)", "api (b/api)", "web"]


@pytest.mark.parametrize(
    ("decisions", "status"),
    [
        ([Decision.READY], 0),
        ([Decision.READY, Decision.HELD], 0),
        ([Decision.READY, None], 3),
        ([Decision.UNDECIDED, Decision.READY], 3),
        ([Decision.PARTIAL], 3),
        ([Decision.NOT_READY, None], 1),
        ([Decision.LOOSENED, Decision.NOT_READY, None], 4),
    ],
)
def test_the_fleet_is_as_its_worst_project(decisions: list[Decision | None], status: int) -> None:
    """What is known to be bad is worse than what is unknown; nothing unknown is ready."""
    assert worst([a_state("a", decision=one) for one in decisions]) == status


def test_the_worst_stand_first() -> None:
    """By decision, then by score; among the undecided those that could not be measured."""
    states = [
        a_state("ready", decision=Decision.READY, score=10.0),
        a_state("undecided", decision=Decision.UNDECIDED, score=9.0),
        a_state("unknown", decision=None, score=None),
        a_state("low", score=2.0),
        a_state("high", score=7.0),
        a_state("loosened", decision=Decision.LOOSENED, score=10.0),
    ]
    found = [state.name for state in worst_first(states)]
    assert found == ["loosened", "low", "high", "unknown", "undecided", "ready"]
