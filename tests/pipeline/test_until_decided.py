"""`--until-decided`: it leaves nothing out that could change the decision."""

import datetime
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.decide.bounds import is_certain
from readiness.model.board import Board, Criterion
from readiness.model.judgement import Judgement
from readiness.model.words import Scoring
from readiness.pipeline.features.until_decided import decision
from tests.support.builders import a_board, a_criterion, a_judgement, a_task, a_waiver
from tests.support.program import Project, untried
from tests.support.repositories import commit

TODAY = datetime.date(2026, 11, 24)

settings.register_profile("calm", deadline=None)
settings.load_profile("calm")


class Case:
    """A board of which some criteria are judged and some are pending, and what a run is about."""

    def __init__(
        self,
        board: Board,
        judged: Sequence[Judgement],
        pending: Sequence[Criterion],
        *,
        partial: bool,
    ) -> None:
        self.board, self.judged, self.pending = board, judged, pending
        self.partial = partial

    def __repr__(self) -> str:
        judged = [(one.criterion.id, one.verdict.value) for one in self.judged]
        left = [(one.id, one.waive, one.baseline) for one in self.pending]
        weights = [(task.id, task.priority, task.weight) for task in self.board.tasks]
        return f"{weights} {self.board.target=} {judged} {left} {self.partial}"

    def decide(self, judgements: Sequence[Judgement]) -> tuple[object, ...]:
        """What these judgements come to."""
        return decision(self.board, judgements, partial=self.partial)

    def certain(self) -> bool:
        """Whether the bounds say that nothing left can change the decision."""
        return is_certain(self.decide, self.judged, self.pending, TODAY)

    def all_endings(self) -> set[tuple[object, ...]]:
        """Every decision that there can be, found by trying all outcomes."""
        ways = product(*(list(outcomes(one)) for one in self.pending))
        return {self.decide([*self.judged, *way]) for way in ways}


def outcomes(criterion: Criterion) -> Iterator[Judgement]:
    """Everything that can become of a criterion, as far as a gate can tell it apart."""
    yield a_judgement(criterion, "pass", value=Decimal(4))
    yield a_judgement(criterion, "warn", value=Decimal(30))
    waiver = criterion.waive
    let_go = waiver is not None and waiver.until >= TODAY.isoformat()
    if waiver is not None and let_go:
        yield a_judgement(criterion, "waived")
    if waiver is not None and let_go and waiver.up_to is None:
        yield a_judgement(criterion, "waived", value=None)
        return
    yield a_judgement(criterion, "fail", value=Decimal(60), progress=Decimal("0.8"))
    yield a_judgement(criterion, "fail", value=Decimal(3000), progress=Decimal(0))
    yield a_judgement(criterion, "error")


@st.composite
def criteria(draw: st.DrawFn, name: str) -> Criterion:
    """Draw a criterion, now and then with a waiver or a baseline."""
    waivers = [None, None, a_waiver("2199-12-31"), a_waiver("2199-12-31", "<= 99"), a_waiver()]
    return a_criterion(
        name,
        weight=draw(st.sampled_from(["1", "2", "5"])),
        waive=draw(st.sampled_from(waivers)),
        baseline=draw(st.sampled_from([None, None, Decimal(5), Decimal(100)])),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a small board, of which up to four criteria are pending."""
    tasks = []
    for place in range(draw(st.integers(1, 3))):
        ids = [f"T{place}.{number}" for number in range(draw(st.integers(1, 3)))]
        priority = draw(st.sampled_from(["P0", "P1", "P3"]))
        weight = draw(st.sampled_from(["0.5", "1", "3"]))
        made = [draw(criteria(name)) for name in ids]
        tasks.append(a_task(f"T{place}", made, priority, weight=weight))
    board = a_board(
        *tasks,
        target=draw(st.sampled_from(["0", "2.5", "5", "8", "10"])),
        scoring=draw(st.sampled_from(Scoring)),
        min_measured=draw(st.sampled_from([None, Decimal("0.5"), Decimal("0.9")])),
    )
    every = list(board.criteria())
    pending = draw(st.lists(st.sampled_from(every), max_size=4, unique_by=lambda one: one.id))
    words = st.sampled_from(["pass", "pass", "fail", "error", "waived", "skip"])
    judged = [a_judgement(one, draw(words)) for one in every if one not in pending]
    return Case(board, judged, pending, partial=draw(st.booleans()))


@settings(max_examples=200)
@given(cases())
def test_certain_is_what_no_outcome_can_change(case: Case) -> None:
    """The bounds say so exactly where all outcomes, tried one by one, come to one decision."""
    assert case.certain() is (len(case.all_endings()) == 1)


# --- whole runs -----------------------------------------------------------------------------------


def criterion(command: str, **fields: Any) -> dict[str, Any]:
    """A criterion that leaves a mark when it is run."""
    return {"title": command, "run": command, **fields}


def board(*tasks: tuple[str, list[dict[str, Any]]], target: float = 10, **fields: Any) -> Any:
    """A board of tasks by their priorities."""
    return {
        "version": 1,
        "title": "Early",
        "target": target,
        "tasks": [
            {"id": f"T{place}", "title": "t", "priority": priority, "criteria": made}
            for place, (priority, made) in enumerate(tasks, 1)
        ],
        **fields,
    }


GOOD, BAD = criterion("echo good >&2"), criterion("echo bad >&2; exit 1")
SLOW = criterion("echo slow >&2; sleep 60")
ABSENT = {"title": "no tool", "run": "no-such-tool"}
WAIVED = {"reason": "later", "by": "sec-lead", "until": "2199-12-31"}
BOARDS = {
    "a blocker fails": board(("P1", [GOOD, GOOD]), ("P0", [BAD, GOOD])),
    "a blocker that is waived decides nothing": board(
        ("P0", [criterion("false", waive=WAIVED), GOOD]), target=5
    ),
    "enough is good": board(("P0", [GOOD, GOOD]), ("P3", [GOOD, BAD, ABSENT]), target=8),
    "the target is out of reach": board(("P1", [BAD, BAD, GOOD, GOOD]), target=8),
    "a blocker has no tool": board(("P0", [ABSENT]), ("P3", [GOOD, GOOD]), target=0),
    "nothing is certain": board(("P1", [GOOD, GOOD, GOOD])),
    "a share has to be measured": board(
        ("P0", [GOOD]), ("P3", [ABSENT, GOOD]), target=0, min_measured="90%"
    ),
}


@pytest.mark.parametrize("name", BOARDS)
@pytest.mark.parametrize("more", [(), ("T1",), ("--hold-line",)], ids=str)
def test_it_ends_as_the_whole_run(project: Project, name: str, more: tuple[str, ...]) -> None:
    """With the same decision, the same exit status, and no verdict that the whole has not."""
    project.write(BOARDS[name])
    fixed = ("--history=", "--output-format", "json", "-j1")
    whole = project("check", *more, *fixed)
    early = project("check", "--until-decided", *more, *fixed)
    assert (early.status, early.run.gate.decision) == (whole.status, whole.run.gate.decision)
    for early_record, whole_record in zip(early.run.criteria(), whole.run.criteria(), strict=True):
        if early_record.reason_code != "not_run":
            assert early_record.verdict == whole_record.verdict
        else:
            assert (early_record.verdict, early_record.points) == ("error", 0)
            assert "--until-decided" in early_record.reason


def left_out(project: Project, *more: str) -> list[str]:
    """The criteria that a run until it is decided leaves out."""
    ended = project("check", "--until-decided", "--output-format", "json", *more)
    return [one.id for one in ended.run.criteria() if one.reason_code == "not_run"]


def test_what_blocks_comes_first_and_what_runs_is_ended(project: Project) -> None:
    """A probe that would go on for a minute is not waited for, nor is any other started."""
    project.write(board(("P1", [SLOW, GOOD]), ("P0", [SLOW, BAD, GOOD])))
    assert left_out(project, "-j2", "--history=") == ["T1.1", "T1.2", "T2.1", "T2.3"]


def test_what_failed_before_comes_first(project: Project) -> None:
    """Of what blocks, that is most likely to decide."""
    last = criterion("test ! -e broken")
    project.write(board(("P0", [GOOD, criterion("true"), last])))
    (project.folder / "broken").touch()
    project("check")
    assert left_out(project, "-j1") == ["T1.1", "T1.2"]


def test_a_decision_that_is_certain_runs_nothing(project: Project) -> None:
    """What nobody attests blocks the release whatever any probe says."""
    attested = {"title": "trained", "attest": {}}
    project.write(board(("P0", [attested, criterion("touch started")])))
    ended = project("check", "--until-decided", "--output-format", "json")
    assert (ended.status, ended.run.gate.decision) == (1, "not_ready")
    assert not (project.folder / "started").exists()
    assert "nothing left could change the decision" in str(ended.run.gate.reasons)


def test_what_was_left_out_is_no_pass_of_a_held_line(project: Project) -> None:
    """A run that left something out is not what later ones are compared with."""
    rules = board(("P0", [GOOD]), ("P3", [criterion("test ! -e broken")]), target=5)
    files = {"board.yaml": json.dumps(untried(rules)), ".gitignore": ".readiness/\n"}
    first = commit(project.folder, files)
    assert project("check").status == 0
    commit(project.folder, {"broken": ""})
    assert left_out(project, "-j1") == ["T2.1"]
    commit(project.folder, {"more": ""})
    ended = project("check", "--hold-line", "--output-format", "json")
    assert (ended.status, ended.run.gate.decision) == (1, "worse"), ended
    assert ended.run.gate.line is not None
    assert ended.run.gate.line.commit == first
