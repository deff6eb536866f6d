"""What holds for every board: the promises that no table of cases can exhaust."""

import itertools
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.decide.gate import gate
from readiness.decide.score import display, explain, score
from readiness.model.board import Board
from readiness.model.judgement import Judgement
from readiness.model.words import Scoring, Verdict
from tests.support.builders import a_board, a_criterion, a_judgement, a_task

# How long one example takes is no promise: a loaded machine may take its time.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")

WORDS = [verdict.value for verdict in Verdict]
Case = tuple[Board, list[Judgement]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a board with a judgement for each of its criteria."""
    weights = st.sampled_from(["0.5", "1", "2", "3", "7"])
    tasks = []
    for place in range(draw(st.integers(1, 4))):
        ids = [f"T{place}.{number}" for number in range(draw(st.integers(1, 4)))]
        criteria = [a_criterion(name, weight=draw(weights)) for name in ids]
        priority = draw(st.sampled_from(["P0", "P1", "P2", "P3"]))
        tasks.append(a_task(f"T{place}", criteria, priority, weight=draw(weights)))
    board = a_board(
        *tasks,
        target=draw(st.sampled_from(["0", "2.5", "5", "7.95", "8.0", "10"])),
        scoring=draw(st.sampled_from(Scoring)),
        min_measured=draw(st.sampled_from([None, Decimal("0.5"), Decimal("0.9")])),
    )
    judgements = []
    for task in tasks:
        for criterion in task.criteria:
            word = draw(st.sampled_from(WORDS))
            progress = draw(st.decimals(0, "0.99", places=4))
            changes = {"progress": progress} if word == "fail" else {}
            judgements.append(a_judgement(criterion, word, **changes))
    return board, judgements


def points(board: Board, judgements: list[Judgement]) -> Fraction:
    """Return the score, with 0 where it is unknown."""
    return score(board, judgements).value or Fraction(0)


def decision(board: Board, judgements: list[Judgement], *, partial: bool = False) -> int:
    """Return the exit status of the gate."""
    found = gate(board, score(board, judgements), judgements, partial=partial)
    return found.exit_status


def with_one(judgements: list[Judgement], place: int, verdict: str) -> list[Judgement]:
    """Return the judgements with one of them in scope turned into another verdict."""
    place %= len(judgements)
    if judgements[place].verdict is Verdict.SKIP:
        return judgements
    changed = a_judgement(judgements[place].criterion, verdict)
    return [*judgements[:place], changed, *judgements[place + 1 :]]


@given(cases(), st.integers(0, 15), st.booleans())
def test_worse_never_helps(case: Case, place: int, partial: bool) -> None:
    """No error counts for more than any verdict, and none of those for more than a pass."""
    board, judgements = case
    chain = [with_one(judgements, place, "error"), judgements, with_one(judgements, place, "pass")]
    for worse, better in itertools.pairwise(chain):
        assert points(board, worse) <= points(board, better)
        if decision(board, worse, partial=partial) == 0:
            assert decision(board, better, partial=partial) == 0


@given(cases())
def test_undecided_means_that_it_could_be_ready(case: Case) -> None:
    """Were all the unknown good, the undecided would be ready, and the not ready would not."""
    board, judgements = case
    good = [
        a_judgement(one.criterion, "pass") if one.verdict is Verdict.ERROR else one
        for one in judgements
    ]
    status = decision(board, judgements)

    assert (decision(board, good) == 0) == (status in (0, 3))


@given(cases())
def test_the_lines_add_up(case: Case) -> None:
    """Exactly to the score, and as they are printed to what is printed."""
    board, judgements = case
    total = score(board, judgements)
    explanation = explain(total)

    assert sum((line.points for line in total.lines), Fraction(0)) == points(board, judgements)
    assert sum((line.possible for line in total.lines), Fraction(0)) == (10 if total.lines else 0)
    assert sum(explanation.points) + explanation.rounding == explanation.shown
    assert explanation.rounding <= 0
    assert f"{explanation.shown:f}" == display(points(board, judgements), board.target)
    for line, printed in zip(total.lines, explanation.points, strict=True):
        assert abs(Fraction(printed) - line.points) < Fraction(1, 1000)
        assert bool(printed) <= bool(line.points)
