"""What to do next: ranked by what it gains, and a way to a score."""

from decimal import Decimal
from fractions import Fraction

import pytest

from readiness.advice.estimates import effort, in_words
from readiness.advice.ranking import Work, enough, rank, works
from readiness.decide.score import score
from readiness.model.board import Board
from readiness.model.words import Scoring
from tests.support.builders import a_board, a_criterion, a_judgement, a_task, judgements_of


@pytest.mark.parametrize(
    ("estimate", "minutes"),
    [
        ("4-6h", 300),
        ("1-2d", 720),
        ("1w", 2400),
        ("30m", 30),
        ("0.5d", 240),
        ("1 – 2 weeks", 3600),
        ("1 to 3 hours", 120),
        ("1-2天", 720),
        ("6-4h", 300),
        ("1-2m", 2),
    ],
)
def test_an_estimate_is_the_middle_of_a_range_of_working_time(estimate: str, minutes: int) -> None:
    """A day has eight hours, a week five days; a range may be upside down."""
    assert effort(estimate) == minutes


@pytest.mark.parametrize("estimate", ["", "soon", "5", "-3h", "1-2-3d", "1 fortnight", "1e9d x"])
def test_what_says_no_time_is_no_estimate(estimate: str) -> None:
    """It is not guessed at."""
    assert effort(estimate) is None


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0m"), (40, "40m"), (300, "5h"), (480, "1d"), (1200, "2.5d")]
)
def test_working_time_is_written_as_it_is_planned(minutes: int, words: str) -> None:
    """In the unit that fits."""
    assert in_words(minutes) == words


# --- the ranking --------------------------------------------------------------------------------


def ranked(board: Board, *verdicts: str) -> list[str]:
    """The ids of the open criteria, in the order in which to take them."""
    return [one.criterion.id for one in rank(board, score(board, judgements_of(board, *verdicts)))]


def test_blockers_come_first_and_then_what_gains_most() -> None:
    """What passes or is out of scope is not there."""
    board = a_board(
        a_task("T1", 1, "P3"), a_task("T2", 2, "P1"), a_task("T3", 3, "P0"), a_task("T4", 1, "P0")
    )
    order = ranked(board, "fail", "pass", "error", "fail", "skip", "error", "waived")
    assert order == ["T3.1", "T3.3", "T4.1", "T2.2", "T1.1"]


def test_what_a_blocker_waits_for_comes_before_it() -> None:
    """However little it gains itself, and however long the chain is."""
    board = a_board(
        a_task("T1", 1, "P0", depends_on=("T3",)),
        a_task("T2", 1, "P0"),
        a_task("T3", 1, "P3", depends_on=("T4",)),
        a_task("T4", 1, "P3"),
        a_task("T5", 1, "P2"),
    )
    assert ranked(board, "fail", "fail", "fail", "fail", "fail") == [
        *("T4.1", "T3.1", "T1.1", "T2.1", "T5.1")
    ]


def test_what_is_done_is_waited_for_no_more() -> None:
    """Only tasks with something open are named."""
    board = a_board(a_task("T1", 1), a_task("T2", 1), a_task("T3", 1, depends_on=("T1", "T2")))
    *_, last = rank(board, score(board, judgements_of(board, "pass", "fail", "fail")))
    assert (last.criterion.id, last.after) == ("T3.1", ("T2",))


def test_a_waived_criterion_gains_and_blocks_nothing() -> None:
    """The waiver lifts the block, not the score."""
    board = a_board(a_task("T1", 2, "P0"))
    (one,) = rank(board, score(board, judgements_of(board, "waived", "pass")))
    assert (one.blocking, one.gain) == (False, Fraction(5))


def test_progress_that_is_credited_is_not_gained_again() -> None:
    """With partial scoring a criterion gains what is left."""
    board = a_board(a_task("T1", 1), scoring=Scoring.PARTIAL)
    (criterion,) = board.tasks[0].criteria
    judgement = a_judgement(criterion, "fail", progress=Decimal("0.75"))
    (one,) = rank(board, score(board, [judgement]))
    assert one.gain == Fraction(5, 2)


# --- the way to a score -------------------------------------------------------------------------


def a_work(name: str, cost: int, gain: int | Fraction, *after: str, blocking: bool = False) -> Work:
    """Build a piece of work."""
    return Work(id=name, cost=cost, gain=Fraction(gain), after=after, blocking=blocking)


@pytest.mark.parametrize(
    ("need", "names"),
    [
        (0, ""),
        (-1, ""),
        (1, "D"),
        (2, "D"),
        (3, "D B"),
        (6, "D B A"),
        (11, "D B A C"),
        (12, None),
    ],
)
def test_works_are_taken_by_points_an_hour_blockers_first(need: int, names: str | None) -> None:
    """Until they win enough; nothing where all together do not."""
    there = [
        a_work("A", 10, 5),
        a_work("B", 0, 1),
        a_work("C", 20, 3),
        a_work("D", 90, 2, blocking=True),
    ]
    found = enough(there, Fraction(need))
    assert (None if found is None else " ".join(work.id for work in found)) == names


def test_a_work_comes_after_all_that_it_waits_for() -> None:
    """Once, however many wait for it."""
    there = [a_work("A", 1, 5, "C", "B"), a_work("B", 20, 0, "C"), a_work("C", 9, 1)]
    found = enough(there, Fraction(6))
    assert found is not None
    assert [work.id for work in found] == ["C", "B", "A"]


def test_tasks_become_works_with_all_they_wait_for() -> None:
    """Done tasks are none; a task without an estimate costs a day."""
    board = a_board(
        a_task("T1", 1, estimate="4-6h"),
        a_task("T2", 2, depends_on=("T1",), estimate="2d"),
        a_task("T3", [a_criterion("T3.1")], depends_on=("T2", "T4")),
        a_task("T4", 1, estimate="1h"),
    )
    judgements = judgements_of(board, "fail", "fail", "pass", "error", "pass")
    found = works(board, score(board, judgements))
    assert found == [
        a_work("T1", 300, Fraction(5, 2)),
        a_work("T2", 960, Fraction(5, 4), "T1"),
        a_work("T3", 480, Fraction(5, 2), "T1", "T2"),
    ]
