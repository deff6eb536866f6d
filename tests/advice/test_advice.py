"""What to do next: ranked by what it gains, and the cheapest way to a score, exactly."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.advice.estimates import effort, in_words
from readiness.advice.knapsack import Work, cheapest
from readiness.advice.ranking import rank, works
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


# --- the cheapest way ---------------------------------------------------------------------------


def a_work(name: str, cost: int, gain: int | str, *after: str) -> Work:
    """Build a piece of work."""
    return Work(id=name, cost=cost, gain=Fraction(gain), after=after)


@pytest.mark.parametrize(
    ("need", "names"),
    [
        (0, []),
        (-1, []),
        (1, ["C"]),
        (2, ["B"]),
        (3, ["A"]),
        (5, ["A"]),
        ("5.5", ["A", "C"]),
        (8, ["A", "B", "C"]),
        ("8.01", None),
    ],
)
def test_the_cheapest_works_are_found(need: int | str, names: list[str] | None) -> None:
    """In the order in which they were given, or none where all together do not suffice."""
    there = [a_work("A", 10, 5), a_work("B", 6, 2), a_work("C", 5, 1)]
    found = cheapest(there, Fraction(need))
    assert (None if found is None else [work.id for work in found.works]) == names


def test_a_work_is_bought_with_all_that_it_waits_for() -> None:
    """Even where another would be cheaper on its own."""
    there = [a_work("A", 1, 5, "B"), a_work("B", 20, 0), a_work("C", 15, 5)]
    assert names_of(there, 5) == ["C"]
    assert names_of(there, 10) == ["A", "B", "C"]


def test_of_equals_the_fewer_and_then_the_earlier_win() -> None:
    """The answer is the same every time."""
    there = [a_work("A", 2, 2), a_work("B", 2, 2), a_work("C", 1, 1), a_work("D", 1, 1)]
    assert names_of(there, 2) == ["A"]


def names_of(there: list[Work], need: int) -> list[str]:
    """The ids of the answer."""
    bundle = cheapest(there, Fraction(need))
    assert bundle is not None
    assert bundle.exact
    return [work.id for work in bundle.works]


def all_sets(there: list[Work]) -> Iterable[tuple[Work, ...]]:
    """Every set of works in which none waits for one that is left out."""
    for size in range(len(there) + 1):
        for chosen in combinations(there, size):
            names = {work.id for work in chosen}
            if all(names >= set(work.after) for work in chosen):
                yield chosen


@st.composite
def projects(draw: st.DrawFn) -> list[Work]:
    """Draw works of which each may wait for earlier or later ones, without a cycle."""
    number = draw(st.integers(0, 9))
    order = draw(st.permutations(range(number)))
    there = []
    for place in range(number):
        before = [f"W{other}" for other in range(number) if order[other] < order[place]]
        after = draw(st.lists(st.sampled_from(before), unique=True, max_size=3)) if before else []
        gain = Fraction(draw(st.integers(0, 12)), draw(st.sampled_from([1, 2, 3, 7])))
        there.append(a_work(f"W{place}", draw(st.integers(0, 20)) * 30, str(gain), *after))
    return there


@settings(deadline=None, max_examples=150)
@given(projects(), st.fractions(0, 40, max_denominator=21))
def test_no_set_is_cheaper(there: list[Work], need: Fraction) -> None:
    """Held against trying every set."""
    enough = [
        sum(work.cost for work in chosen)
        for chosen in all_sets(there)
        if sum((work.gain for work in chosen), Fraction(0)) >= need
    ]
    bundle = cheapest(there, need)
    if bundle is None:
        assert not enough
        return
    assert bundle.exact
    assert sum(work.cost for work in bundle.works) == min(enough)
    assert sum((work.gain for work in bundle.works), Fraction(0)) >= need
    names = {work.id for work in bundle.works}
    assert all(names >= set(work.after) for work in bundle.works)


def test_too_many_choices_end_with_a_good_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reaches what is asked for, and does not claim to be the cheapest."""
    monkeypatch.setattr("readiness.advice.knapsack.LIMIT", 3)
    there = [a_work(f"W{place}", 30 + 7 * place, 3 + place % 4) for place in range(12)]
    bundle = cheapest(there, Fraction(20))
    assert bundle is not None
    assert not bundle.exact
    assert sum(work.gain for work in bundle.works) >= 20


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
    assert [(work.id, work.cost, work.gain, work.after) for work in found] == [
        ("T1", 300, Fraction(5, 2), ()),
        ("T2", 960, Fraction(5, 4), ("T1",)),
        ("T3", 480, Fraction(5, 2), ("T1", "T2")),
    ]
