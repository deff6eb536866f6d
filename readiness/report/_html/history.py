"""What earlier runs tell: the score, each criterion's verdicts, each number's way to its target."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

import msgspec

from readiness.model import expect
from readiness.model.words import Decision, Verdict
from readiness.record.document import CriterionRecord, RunDocument
from readiness.record.scores import goal_text
from readiness.report._html.charts import Cells, Plot, Spark, cells, course, level, plot, spark
from readiness.report._shown import number
from readiness.text.layout import literal, wrap
from readiness.text.sentences import Sentences

ROWS, NUMBERS = 60, 24
"""How many criteria the heat map has, and how many numbers have a picture of their own."""

_HEIGHT, _TOP = 168, 10.0
_ID_CELLS, _TITLE_CELLS = 14, 44


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """A run, as a row of the table that tells the same as the score's picture."""

    number: int
    date: str
    commit: str
    decision: str
    score: str
    board_changed: bool


class ScoreHistory(msgspec.Struct, frozen=True, kw_only=True):
    """The score's picture. `changes` are the places where the board changed."""

    plot: Plot
    decisions: list[Decision]
    texts: list[str]
    target_y: float
    target: str
    ticks: list[tuple[float, str]]
    changes: list[str]
    rows: list[RunRow]
    description: str


class Heat(msgspec.Struct, frozen=True, kw_only=True):
    """The heat map: the criteria in the order of the rows, and each one's course in words.

    The rows are of one height, so that `ids` and `titles` are cut where they would need two lines.
    """

    cells: Cells
    rows: list[CriterionRecord]
    ids: list[str]
    titles: list[str]
    courses: list[str]
    total: int
    first: str
    last: str


class NumberView(msgspec.Struct, frozen=True, kw_only=True):
    """One number's way."""

    criterion: CriterionRecord
    spark: Spark
    text: str


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers that are worth a picture, and of how many they are."""

    shown: list[NumberView]
    total: int


def score_history(run: RunDocument, say: Sentences) -> ScoreHistory | None:
    """Return the score over the runs, this one last; None where there was none before."""
    if not run.past:
        return None
    scores = [_finite(point.score) for point in run.past] + [_finite(run.score.value)]
    decisions = [point.decision for point in run.past] + [run.gate.decision]
    digests = [point.board_digest for point in run.past] + [run.board.digest]
    dates = _dates(run)
    commits = [point.commit for point in run.past] + [run.git.commit if run.git else ""]
    picture = plot(scores, top=_TOP, height=_HEIGHT)
    changed = [at > 0 and digests[at] != digests[at - 1] for at in range(len(digests))]
    shown = [_score(score, say) for score in scores]
    shown[-1] = run.score.shown if run.score.value is not None else say("report.unknown")
    rows = [
        RunRow(
            number=at + 1,
            date=dates[at],
            commit=commits[at][:10],
            decision=say(f"decision.{decisions[at]}"),
            score=shown[at],
            board_changed=changed[at],
        )
        for at in range(len(scores))
    ]
    return ScoreHistory(
        plot=picture,
        decisions=decisions,
        texts=[f"{row.date}: {row.score}, {row.decision}" for row in rows],
        target_y=level(run.score.target, _TOP, _HEIGHT),
        target=goal_text(run.score.target),
        ticks=[(level(tick, _TOP, _HEIGHT), number(tick)) for tick in (0.0, 5.0, 10.0)],
        changes=[picture.xs[at] for at in range(len(changed)) if changed[at]],
        rows=rows,
        description=say(
            "page.score_from_to",
            first=shown[0],
            since=dates[0],
            last=shown[-1],
            until=dates[-1],
            target=goal_text(run.score.target),
        ),
    )


def heat(run: RunDocument, say: Sentences) -> Heat | None:
    """Return the verdicts of at most `ROWS` criteria over the runs; None without earlier runs.

    Where there are more criteria, those count that are not good now or have not always been.
    """
    if not run.past:
        return None
    courses = {
        criterion.id: [
            *(point.verdicts.get(criterion.id) for point in run.past),
            criterion.verdict if criterion.verdict.in_scope else None,
        ]
        for criterion in run.criteria()
    }
    present = [item for item in run.criteria() if any(courses[item.id])]
    chosen = present
    if len(present) > ROWS:
        ranked = sorted(present, key=lambda item: _interest(courses[item.id]), reverse=True)
        kept = {item.id for item in ranked[:ROWS]}
        chosen = [item for item in present if item.id in kept]
    dates = _dates(run)
    return Heat(
        cells=cells([courses[item.id] for item in chosen]),
        rows=chosen,
        ids=[_one_line(item.id, _ID_CELLS) for item in chosen],
        titles=[_one_line(item.title, _TITLE_CELLS) for item in chosen],
        courses=[_in_words(courses[item.id], say) for item in chosen],
        total=len(present),
        first=dates[0],
        last=dates[-1],
    )


def ways(run: RunDocument) -> dict[str, list[float]]:
    """Return the numbers of each criterion over the runs, this one last, where there are two."""
    found: dict[str, list[float]] = {}
    for criterion in run.criteria():
        value = _number(criterion)
        if value is None:
            continue
        past = [point.values[criterion.id] for point in run.past if criterion.id in point.values]
        values = [*(number for number in past if math.isfinite(number)), value]
        if len(values) > 1:
            found[criterion.id] = values
    return found


def sparks(run: RunDocument, found: Mapping[str, Sequence[float]]) -> dict[str, Spark]:
    """Return the small picture of each number that has moved."""
    return {
        criterion.id: spark(values, goal(criterion))
        for criterion in run.criteria()
        if (values := found.get(criterion.id)) and len(set(values)) > 1
    }


def numbers(
    run: RunDocument,
    found: Mapping[str, Sequence[float]],
    pictures: Mapping[str, Spark],
    say: Sentences,
) -> Numbers:
    """Return the numbers that have moved: what is furthest from its target first."""
    moved = [criterion for criterion in run.criteria() if criterion.id in pictures]
    moved.sort(key=lambda item: (item.verdict.good, item.progress or 0.0))
    return Numbers(
        shown=[
            NumberView(
                criterion=item,
                spark=pictures[item.id],
                text=say(
                    "page.number_from_to",
                    first=_short(found[item.id][0]),
                    last=item.shown,
                    count=len(found[item.id]),
                    expect=item.expect,
                ),
            )
            for item in moved[:NUMBERS]
        ],
        total=len(moved),
    )


def goal(criterion: CriterionRecord) -> float | None:
    """Return the number to reach, in the criterion's own unit; None where there is not one."""
    try:
        expectation = expect.parse(criterion.expect)
        wanted = expect.target(expectation)
        if wanted is None:
            return None
        value = float(expect.convert(wanted, expectation.unit, criterion.unit))
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def _number(criterion: CriterionRecord) -> float | None:
    value = criterion.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return _finite(float(value))
    except OverflowError:
        return None


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _score(value: float | None, say: Sentences) -> str:
    return say("report.unknown") if value is None else f"{math.floor(value * 100) / 100:.2f}"


def _short(value: float) -> str:
    """Write a number of an earlier run with two decimals at most."""
    return f"{Decimal(repr(round(value, 2))).normalize():f}"


def _dates(run: RunDocument) -> list[str]:
    """Return the day of each run, this one last; with the time where all are of one day."""
    moments = [*(point.started_at for point in run.past), run.started_at]
    days = [at[:10] for at in moments]
    return days if len(set(days)) > 1 else [at[:16].replace("T", " ") for at in moments]


def _interest(verdicts: Sequence[Verdict | None]) -> tuple[bool, int]:
    known = [verdict for verdict in verdicts if verdict is not None]
    changes = sum(one != other for one, other in pairwise(known))
    return not known[-1].good, changes


def _one_line(text: str, cells: int) -> str:
    first, *more = wrap(literal(text), cells)
    return f"{first}…" if more else first


def _in_words(verdicts: Sequence[Verdict | None], say: Sentences) -> str:
    """Tell a course: `1-9 fail, 10-31 pass`."""
    return ", ".join(
        f"{first if first == last else f'{first}–{last}'} {say(f'verdict.{verdict}')}"
        for first, last, verdict in course(verdicts)
    )
