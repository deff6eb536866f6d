"""Runs compared and followed: better, worse, the sum of the causes, and the pace."""

import random
import sqlite3
from decimal import ROUND_DOWN, Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.commands.trend import sparkline
from readiness.model.errors import UsageError
from readiness.model.words import Better, Priority, Verdict
from readiness.record.comparison import Movement, change, comparable, scatter_of
from readiness.record.document import CriterionRecord, RunDocument
from readiness.record.earlier import Previous
from readiness.record.origin import Git
from readiness.timeline.difference import difference
from readiness.timeline.trend import trend
from tests.support.documents import a_criterion, a_document, a_task
from tests.support.program import Project


@pytest.mark.parametrize(
    ("expect", "better", "now", "then", "movement"),
    [
        ("< 50", None, ("fail", 60), ("fail", 70), Movement.BETTER),
        ("< 50", None, ("fail", 70), ("fail", 60), Movement.WORSE),
        (">= 80", None, ("fail", 60), ("fail", 70), Movement.WORSE),
        ("== 0", None, ("fail", -1), ("fail", 5), Movement.BETTER),
        ("< 50", None, ("pass", 40), ("fail", 30), Movement.BETTER),
        ("< 50", None, ("error", None), ("fail", 30), Movement.WORSE),
        ("< 50", None, ("warn", 40), ("pass", 40), Movement.WORSE),
        ("< 50", None, ("pass", 40), ("pass", 40), Movement.SAME),
        ("< 50", None, ("fail", 60), ("waived", 60), Movement.OTHER),
        ("between 1 and 2", None, ("fail", 3), ("fail", 4), Movement.OTHER),
        ("between 1 and 2", Better.LOWER, ("fail", 3), ("fail", 4), Movement.BETTER),
        ("!= 3", Better.HIGHER, ("pass", 4), ("pass", 5), Movement.WORSE),
        ("matches x", None, ("fail", "a"), ("fail", "b"), Movement.OTHER),
        ("true", None, ("pass", True), ("fail", False), Movement.BETTER),
    ],
)
def test_a_criterion_is_better_worse_or_the_same(
    expect: str,
    better: Better | None,
    now: tuple[str, object],
    then: tuple[str, object],
    movement: Movement,
) -> None:
    """The verdict decides, then the number's way towards its expectation."""
    record = a_criterion("T1.1", Verdict(now[0]), value=now[1], expect=expect, better=better)
    assert change(record, Verdict(then[0]), then[1]) is movement  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "now", "then", "scatter", "movement"),
    [
        ("s", 14.96, 14.53, 0.0, Movement.SAME),
        ("s", 20.0, 14.53, 0.0, Movement.WORSE),
        ("s", 15.3, 14.53, 0.3, Movement.SAME),
        ("s", 15.5, 14.53, 0.3, Movement.WORSE),
        ("rps", 480, 500, 0.0, Movement.SAME),
        ("errors", 16, 15, 3.0, Movement.WORSE),
        ("%", 99.5, 99.6, 0.3, Movement.OTHER),
    ],
)
def test_a_duration_is_the_same_within_its_scatter(
    unit: str, now: float, then: float, scatter: float, movement: Movement
) -> None:
    """Nothing else is: an error more is one more."""
    expect, better = ("< 60", None) if unit != "%" else ("true", None)
    record = a_criterion("T1.1", Verdict.PASS, value=now, unit=unit, expect=expect, better=better)
    if unit == "rps":
        record = msgspec.structs.replace(record, expect="> 60")
    assert change(record, Verdict.PASS, then, scatter) is movement


def test_scatter_is_learned_from_run_to_run() -> None:
    """Of 5,000 runs of unchanged code with a scatter of a tenth, 6 % at most are called changed."""
    draw = random.Random(7)
    past, changed = None, 0
    for _ in range(5_000):
        now = a_criterion("T1.1", Verdict.PASS, value=draw.gauss(10, 1), unit="s", expect="< 60")
        if past is not None:
            known = Previous(verdict=past.verdict, value=past.value, scatter=scatter_of(past))
            now = msgspec.structs.replace(now, previous=known)
            changed += change(now, known.verdict, known.value, known.scatter) is not Movement.SAME
        past = now
    assert 0 < changed < 300


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({}, True),
        ({"value": None, "unit": ""}, True),
        ({"unit": "ms"}, False),
        ({"measure": "notes"}, False),
        ({"check": "pyright"}, False),
        ({"id": "T1.2"}, False),
        ({"expect": "< 9", "title": "x"}, True),
    ],
)
def test_only_like_is_compared_with_like(other: dict[str, object], same: bool) -> None:
    """Another expectation is a change of the board; another measure is another number."""
    one = a_criterion("T1.1", Verdict.FAIL, check="mypy", measure="errors", value=3)
    assert comparable(one, msgspec.structs.replace(one, **other)) is same


# --- two runs -----------------------------------------------------------------------------------


def a_run(*criteria: CriterionRecord, **fields: object) -> RunDocument:
    """A run of one task, with a score that is the sum of the points."""
    points = sum((Decimal(repr(one.points)) for one in criteria), Decimal(0))
    document = a_document(tasks=[a_task("T1", *criteria)], loosened=[])
    score = msgspec.structs.replace(document.score, value=float(points), shown=str(points))
    return msgspec.structs.replace(document, score=score, **fields)


def scored(
    name: str, verdict: str, points: float, possible: float, **fields: object
) -> CriterionRecord:
    """A criterion that earned so much of what it could."""
    changes = {"points": points, "points_possible": possible, **fields}
    return a_criterion(name, Verdict(verdict), **changes)


def test_the_change_of_the_score_is_the_sum_of_its_causes() -> None:
    """What the results did, and what the board did to the shares, are told apart."""
    before = a_run(
        scored("A", "pass", 5.0, 5.0), scored("B", "fail", 0.0, 2.5), scored("C", "pass", 2.5, 2.5)
    )
    board = msgspec.structs.replace(before.board, digest="sha256:2")
    after = a_run(
        scored("A", "fail", 0.0, 4.0),
        scored("B", "pass", 4.0, 4.0),
        scored("D", "pass", 2.0, 2.0),
        board=board,
    )
    compared = difference(before, after)
    assert compared.score_change == -1.5
    assert {cause.what: cause.points for cause in compared.causes} == {
        "A": -5.0,
        "B": 4.0,
        "board": -0.5,
    }
    kinds = {one.id: (one.change, one.before, one.after) for one in compared.criteria}
    assert kinds == {
        "A": (Movement.WORSE, Verdict.PASS, Verdict.FAIL),
        "B": (Movement.BETTER, Verdict.FAIL, Verdict.PASS),
        "C": (None, Verdict.PASS, None),
        "D": (None, None, Verdict.PASS),
    }


@st.composite
def runs(draw: st.DrawFn) -> RunDocument:
    """A run with any criteria, points and rounding, as they are printed."""
    criteria = []
    for name in draw(st.lists(st.sampled_from("ABCDEF"), unique=True)):
        possible = draw(st.integers(0, 4_000_000)) / 1_000_000
        verdict = draw(st.sampled_from(["pass", "fail", "error", "skip", "waived"]))
        points = round(possible, 4) if verdict == "pass" else 0.0
        value = draw(st.sampled_from([1, 2]))
        criteria.append(scored(name, verdict, points, possible, value=value))
    run = a_run(*criteria)
    unit = draw(st.sampled_from(["0.1", "0.01"]))
    shown = str(Decimal(run.score.shown).quantize(Decimal(unit), ROUND_DOWN))
    return msgspec.structs.replace(run, score=msgspec.structs.replace(run.score, shown=shown))


def total(run: RunDocument, other: RunDocument) -> Decimal:
    """The score as it is shown, with no more decimals than the other's."""
    places = min(len(one.score.shown.partition(".")[2]) for one in (run, other))
    return Decimal(run.score.shown).quantize(Decimal(1).scaleb(-places), ROUND_DOWN)


@settings(deadline=None, max_examples=50)
@given(runs(), runs())
def test_the_causes_add_up_exactly(before: RunDocument, after: RunDocument) -> None:
    """Whatever became of the board: the parts are the whole, as it is shown, and none is zero."""
    compared = difference(before, after)
    change = total(after, before) - total(before, after)
    assert compared.score_change == float(change)
    assert sum(Decimal(repr(cause.points)) for cause in compared.causes) == change
    assert all(cause.points for cause in compared.causes)


def test_what_cannot_be_seen_has_no_cause() -> None:
    """A hair more is no change of what is shown; another precision is none either."""
    before = a_run(scored("A", "pass", 6.4, 6.4), scored("B", "fail", 0.0, 0.004))
    after = a_run(scored("A", "pass", 6.4, 6.4), scored("B", "pass", 0.004, 0.004))
    fine = msgspec.structs.replace(before.score, shown="6.40")
    coarse = msgspec.structs.replace(after.score, shown="6.4")
    compared = difference(
        msgspec.structs.replace(before, score=fine), msgspec.structs.replace(after, score=coarse)
    )
    assert (compared.score_change, compared.causes) == (0.0, [])


def test_what_a_part_did_not_try_is_no_difference() -> None:
    """It is counted instead."""
    before = a_run(scored("A", "fail", 0, 5), scored("B", "pass", 5, 5))
    after = a_run(
        scored("A", "pass", 5, 5), a_criterion("B", Verdict.SKIP, value=None), partial=True
    )
    compared = difference(before, after)
    assert [one.id for one in compared.criteria] == ["A"]
    assert (compared.better, compared.left_out) == (1, 1)


def test_a_changed_board_is_shown_as_one() -> None:
    """Even where the result is the same: limits that move are not progress."""
    one = a_criterion("A", Verdict.PASS, value=40, expect="< 50")
    other = msgspec.structs.replace(one, expect="< 60", title="Fewer")
    before, after = a_run(one), a_run(other)
    task = msgspec.structs.replace(after.tasks[0], priority=Priority.P0, blocking=True, weight=2.0)
    (item,) = difference(before, msgspec.structs.replace(after, tasks=[task])).criteria
    assert item.change is Movement.SAME
    assert item.redefined == [
        "priority: P2 → P0",
        "blocking: False → True",
        "task weight: 1.0 → 2.0",
        "title: Criterion A → Fewer",
        "expect: < 50 → < 60",
    ]


@pytest.mark.parametrize(
    "fields", [{"partial": True}, {"profile": "production"}], ids=["partial", "profile"]
)
def test_scores_of_different_things_are_not_subtracted(fields: dict[str, object]) -> None:
    """The criteria still are, where both runs measured them."""
    compared = difference(
        a_run(scored("A", "fail", 0, 5)), a_run(scored("A", "pass", 5, 5), **fields)
    )
    assert (compared.score_change, compared.causes, compared.better) == (None, [], 1)


def test_what_is_skipped_in_both_is_not_there() -> None:
    """And what is in scope of one run alone is not compared."""
    before = a_run(a_criterion("A", Verdict.SKIP), a_criterion("B", Verdict.SKIP))
    after = a_run(a_criterion("A", Verdict.SKIP), a_criterion("B", Verdict.PASS))
    assert [(one.id, one.change) for one in difference(before, after).criteria] == [("B", None)]


# --- many runs ----------------------------------------------------------------------------------


def over_days(values: list[float | None], **fields: object) -> list[RunDocument]:
    """A run a day, each with this number of the one criterion."""
    return [
        a_run(
            a_criterion("A", Verdict.FAIL, **({"value": value, "check": "mypy"} | fields)),
            started_at=f"2026-11-{day:02}T12:00:00.000Z",
        )
        for day, value in enumerate(values, 1)
    ]


@pytest.mark.parametrize(
    ("values", "expect", "pace", "expected_on"),
    [
        ([100, 90, 80, 70], "< 50", -10, "2026-11-06"),
        ([22.5, 25, 27.5], ">= 50", 2.5, "2026-11-12"),
        ([70, 80, 90], "< 50", 10, None),
        ([70, 70, 70], "< 50", 0, None),
        ([100, 99.9999], "< 50", -0.0001, None),
        ([70], "< 50", None, None),
        ([100, None, 80], "< 50", -10, "2026-11-06"),
        ([5, 4], "matches x", -1, None),
    ],
)
def test_a_number_arrives_at_its_pace(
    values: list[float | None], expect: str, pace: float | None, expected_on: str | None
) -> None:
    """By a straight line through the runs; never, where it goes away or stands still."""
    course = trend("A", over_days(values, expect=expect))
    assert course.pace == pytest.approx(pace)
    assert (course.expected_on, course.reached) == (expected_on, False)
    assert course.left_out == values.count(None)


@pytest.mark.parametrize(
    ("value", "unit", "expect", "shown"),
    [
        (99.5595, "%", ">= 95 %", "99.56"),
        (99.996, "%", ">= 100 %", "99.996"),
        (2_345_678, "bytes", "< 3000000", "2345678"),
        (412, "ms", "< 0.5 s", "412"),
        (0.00042, "s", "< 1 s", "0.0004"),
    ],
)
def test_a_number_is_written_as_a_run_shows_it(
    value: float, unit: str, expect: str, shown: str
) -> None:
    """Rounded, but not to its limit, and without an exponent."""
    (point,) = trend("A", over_days([value], unit=unit, expect=expect)).points
    assert (point.shown, point.value) == (shown, value)


def test_what_holds_is_reached() -> None:
    """It needs no date."""
    runs = over_days([60, 55])
    last = a_run(
        a_criterion("A", Verdict.PASS, value=40, expect="< 50", check="mypy"),
        started_at="2026-11-03T12:00:00.000Z",
    )
    course = trend("A", [*runs, last])
    assert (course.reached, course.expected_on) == (True, None)


def test_units_of_the_expectation_are_those_of_the_number() -> None:
    """A limit in seconds, a number in milliseconds."""
    course = trend("A", over_days([900, 800], expect="< 0.5 s", unit="ms"))
    assert (course.target, course.expected_on) == (500.0, "2026-11-05")


def test_another_measure_is_left_out() -> None:
    """A number that was read in another way is another number."""
    first = over_days([500.0], check="pyright")
    course = trend("A", [*first, *over_days([100, 90])[1:]])
    assert [point.value for point in course.points] == [90.0]
    assert course.left_out == 1


def test_the_score_and_tasks_are_followed_too() -> None:
    """The score towards the target, a task towards all of it; a selection shows no score."""
    runs = over_days([1, 2, 3])
    runs[1] = msgspec.structs.replace(runs[1], partial=True)
    assert len(trend("score", runs).points) == 2
    assert trend("T1", runs).points[-1].value == 50.0


def test_a_trend_is_of_one_branch() -> None:
    """The one that is asked for, else the default one, else the newest run's; others are named."""

    def on(branch: str, run: RunDocument) -> RunDocument:
        return msgspec.structs.replace(run, git=Git(commit="c", branch=branch, dirty=False))

    runs = list(map(on, ["main", "fix", "fix", "new"], over_days([1, 2, 3, 4])))
    for asked, default, branch, values in (
        (None, "main", "main", [1.0]),
        ("fix", "main", "fix", [2.0, 3.0]),
        (None, "trunk", "new", [4.0]),
    ):
        course = trend("A", runs, asked, default)
        assert (course.branch, [point.value for point in course.points]) == (branch, values)
    assert trend("A", runs, None, "main").others == {"fix": 2, "new": 1}
    with pytest.raises(UsageError, match="no run of branch gone"):
        trend("A", runs, "gone")


def test_what_is_unknown_is_an_error() -> None:
    """And so is what was never a number."""
    with pytest.raises(UsageError, match="no whole run is recorded"):
        trend("A", [])
    with pytest.raises(UsageError, match='unknown task or criterion "B"'):
        trend("B", over_days([1]))
    with pytest.raises(UsageError, match="no number was measured"):
        trend("A", over_days([None]))


# --- the commands -------------------------------------------------------------------------------


@pytest.fixture
def followed(project: Project) -> Project:
    """A project with three runs: 3, 2 and 0 errors, where 0 are asked for."""
    project.write(
        {
            "version": 1,
            "title": "Followed",
            "tasks": [
                {
                    "id": "T1",
                    "title": "Clean",
                    "priority": "P1",
                    "criteria": [
                        {
                            "id": "T1.1",
                            "title": "No errors",
                            "run": "cat errors",
                            "read": {"as": "text", "regex": r"\d+", "unit": "errors"},
                            "expect": "== 0",
                        }
                    ],
                }
            ],
        }
    )
    for errors in (3, 2, 0):
        (project.folder / "errors").write_text(f"{errors}\n")
        project("check", "-q")
    return project


def test_the_last_two_runs_are_compared(followed: Project) -> None:
    """Those that are named otherwise: by id, by file, or the last."""
    ended = followed("diff", "--output-format", "json")
    assert ended.status == 0, ended
    (one,) = ended.json["criteria"]
    assert (one["change"], one["before_value"], one["after_value"]) == (
        *("better", "2 errors", "0 errors"),
    )
    assert ended.json["score_change"] == 10.0
    first = followed("diff", ended.json["after"]["id"], ended.json["before"]["id"])
    assert "worse" in first.out
    assert "+10" in followed("diff").out


def test_a_run_is_compared_with_a_file(followed: Project) -> None:
    """As a CI job keeps it."""
    followed("check", "--report", "json=run.json")
    assert "1 unchanged" in followed("diff", "run.json").out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["x", "y", "z"], "compares two runs"),
        (["nothing"], "unknown run"),
        (["2"], "matches several runs"),
        (["./missing.json"], "cannot be read"),
    ],
)
def test_runs_that_are_not_there_are_said_to_be_so(
    followed: Project, arguments: list[str], says: str
) -> None:
    """With the status of a wrong command line."""
    ended = followed("diff", *arguments)
    assert ended.status == 2, ended
    assert says in ended.err


def test_a_number_is_followed(followed: Project) -> None:
    """As a line of bars, from the first to the last."""
    ended = followed("trend", "T1.1")
    assert ended.status == 0, ended
    assert "█▆▁" in ended.out
    assert "3 → 0 errors in 3 runs" in ended.out
    assert "the goal is reached" in ended.out
    told = followed("trend", "score", "--limit", "2", "--output-format", "json").json
    assert [point["value"] for point in told["points"]] == [0.0, 10.0]


def test_earlier_runs_come_in_the_order_of_the_history(followed: Project) -> None:
    """Whatever a clock that was set back has stamped them with."""
    connection = sqlite3.connect(followed.folder / ".readiness" / "history.db")
    with connection:
        first = connection.execute("select document from runs order by sequence").fetchone()[0]
        later = first.replace(b'"started_at":"20', b'"started_at":"30', 1)
        connection.execute("update runs set document = ? where sequence = 1", (later,))
    connection.close()
    ended = followed("report", "--output-format", "json", "--report", "html=page.html")
    assert ended.status == 0, ended
    assert [point["values"]["T1.1"] for point in ended.json["past"]] == [3.0, 2.0]


def test_a_line_of_bars_has_one_for_each_run() -> None:
    """From the lowest to the highest; in the middle where they are all the same."""
    assert sparkline([1.0, 1.5, 2.0]) == "▁▅█"
    assert sparkline([2.0, 2.0]) == "▄▄"
