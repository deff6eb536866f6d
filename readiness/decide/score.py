"""Turns verdicts into the score, the gate and the exit status, and explains the sum. Pure."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import msgspec

from readiness.model.board import Board, Criterion, PriorityRule, Task
from readiness.model.judgement import Judgement, Score, ScoreLine
from readiness.model.words import MEASURED, Priority, ReasonCode, Scoring, Verdict
from readiness.text.worded import worded

FULL = 10
NOTHING = Fraction(0)

Group = tuple[Task, list[Criterion]]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The sum as it is printed: `points`, one for each line, and `rounding` add up to `shown`.

    `rounding` is 0 or less. `shown` is what `display` writes, as a number.
    """

    points: tuple[Decimal, ...]
    rounding: Decimal
    shown: Decimal


# --- the score ----------------------------------------------------------------------------------


def score(board: Board, judgements: Sequence[Judgement]) -> Score:
    """Score the board, exactly. A criterion without a judgement counts as not run."""
    by_id = by_criterion(board, judgements)
    every = [(task, list(task.criteria)) for task in board.tasks]
    scope = [
        (task, [criterion for criterion in ours if by_id[criterion.id].verdict.in_scope])
        for task, ours in every
    ]
    lines = tuple(_lines(board, scope, by_id))
    points = total_of(line.points for line in lines)
    measured = {name for name, judgement in by_id.items() if _is_measured(judgement)}
    attested = {criterion.id for _, ours in scope for criterion in ours if criterion.check is None}
    from_attested = total_of(line.points for line in lines if line.criterion in attested)
    return Score(
        value=points if measured else None,
        target=board.target,
        lines=lines,
        measured=len(measured),
        in_scope=len(lines),
        total=len(by_id),
        measured_share=share_of_board(board, measured),
        attested_share=from_attested / points if points else Fraction(0),
        seen_to_fail=sum(one.seen_to_fail and one.code in MEASURED for one in by_id.values()),
        left_out=tuple(
            one
            for one in board.criteria()
            if one.profiles and one.elsewhere and not by_id[one.id].verdict.in_scope
        ),
    )


def by_criterion(board: Board, judgements: Sequence[Judgement]) -> dict[str, Judgement]:
    """Return one judgement for each criterion of the board, in its order."""
    given = {judgement.criterion.id: judgement for judgement in judgements}
    return {one.id: given.get(one.id) or _not_judged(one) for one in board.criteria()}


def _not_judged(criterion: Criterion) -> Judgement:
    return Judgement(
        criterion=criterion,
        verdict=Verdict.ERROR,
        code=ReasonCode.NOT_RUN,
        reason=worded("reason.not_run"),
    )


def _is_measured(judgement: Judgement) -> bool:
    """Return whether the verdict rests on a measurement or on a valid attestation."""
    if judgement.verdict.good:
        return True
    if judgement.verdict is Verdict.FAIL:
        return judgement.criterion.check is not None
    return judgement.verdict is Verdict.WAIVED and judgement.value is not None


def _lines(
    board: Board, scope: Sequence[Group], by_id: Mapping[str, Judgement]
) -> Iterable[ScoreLine]:
    shares = iter(_shares(board.priorities, scope, FULL))
    for task, criteria in scope:
        for criterion in criteria:
            judgement = by_id[criterion.id]
            possible = next(shares)
            yield ScoreLine(
                task=task.id,
                criterion=criterion.id,
                verdict=judgement.verdict,
                points=_earned(judgement, board.scoring, possible),
                possible=possible,
            )


def _earned(judgement: Judgement, scoring: Scoring, possible: Fraction) -> Fraction:
    if judgement.verdict.good:
        return possible
    partial = scoring is Scoring.PARTIAL and judgement.verdict is Verdict.FAIL
    return possible * _exact(judgement.progress) if partial and judgement.progress else NOTHING


def _exact(progress: Decimal) -> Fraction:
    """Return the progress as a fraction, with rounded decimals taken as the fraction meant.

    Three criteria at a third have to earn a whole, not a hair less than the target.
    """
    written = Fraction(progress)
    if len(progress.as_tuple().digits) < 28:
        return written
    simple = written.limit_denominator(1000)
    return simple if abs(simple - written) < Fraction(1, 10**27) else written


def _shares(
    priorities: Mapping[Priority, PriorityRule], groups: Sequence[Group], whole: int = 1
) -> list[Fraction]:
    """Divide `whole` among the criteria of these groups by weight, as the contract's sum does.

    A board has few different weights, so the slow exact division is done once for each.
    """
    sums = [sum((criterion.weight for criterion in ours), Decimal(0)) for _, ours in groups]
    kinds = [(task.priority, task.weight) for task, _ in groups]
    counts = Counter(kind for kind, within in zip(kinds, sums, strict=True) if within)
    weights = {
        (priority, weight): Fraction(priorities[priority].weight) * Fraction(weight)
        for priority, weight in counts
    }
    total = sum((weights[kind] * count for kind, count in counts.items()), Fraction(0))
    known: dict[tuple[Priority, Decimal, Decimal, Decimal], Fraction] = {}
    shares = []
    for (_, ours), kind, within in zip(groups, kinds, sums, strict=True):
        for criterion in ours:
            key = (*kind, within, criterion.weight)
            if key not in known:
                part = (
                    Fraction(criterion.weight) / Fraction(within)
                    if within and total
                    else Fraction(0)
                )
                known[key] = part and whole * weights[kind] * part / total
            shares.append(known[key])
    return shares


def share_of_board(board: Board, names: set[str]) -> Fraction:
    """Return the share that these criteria have of the whole board, by weight."""
    groups = [(task, list(task.criteria)) for task in board.tasks]
    every = (one.id for one in board.criteria())
    shares = _shares(board.priorities, groups)
    return total_of(share for name, share in zip(every, shares, strict=True) if name in names)


def total_of(values: Iterable[Fraction]) -> Fraction:
    """Add exactly, over one common denominator: faster than one by one."""
    terms = list(values)
    denominator = math.lcm(*{term.denominator for term in terms})
    return Fraction(
        sum(term.numerator * (denominator // term.denominator) for term in terms), denominator
    )


# --- showing ------------------------------------------------------------------------------------


def display(score: Fraction | None, target: Decimal) -> str:
    """Write a score rounded down, so that it looks below the target exactly when it is.

    It has as many decimals as the target, and at least one. Without a score: "unknown".
    """
    return "unknown" if score is None else _write(score, _places(target))


def explain(score: Score) -> Explanation:
    """Print the sum: each line's points as a decimal, which add up to the printed score.

    What the last decimals leave over goes to the lines that lost most by rounding down.
    """
    places = max(3, _places(score.target), len(str(len(score.lines))) + 1)
    scale = 10**places
    whole = total_of(line.points for line in score.lines)
    divided = [
        divmod(line.points.numerator * scale, line.points.denominator) for line in score.lines
    ]
    units = [unit for unit, _ in divided]
    lost = [
        rest / line.points.denominator for line, (_, rest) in zip(score.lines, divided, strict=True)
    ]
    left = math.floor(whole * scale) - sum(units)
    for place in sorted(range(len(units)), key=lambda place: -lost[place])[:left]:
        units[place] += 1
    points = tuple(Decimal(unit).scaleb(-places) for unit in units)
    shown = Decimal(_write(whole, _places(score.target)))
    return Explanation(points=points, rounding=shown - sum(points, Decimal(0)), shown=shown)


def _places(target: Decimal) -> int:
    """Return the decimals that tell a number from the target: as many as it has, at least one."""
    exponent = target.normalize().as_tuple().exponent
    return max(1, -exponent) if isinstance(exponent, int) else 1


def _write(number: Fraction, places: int) -> str:
    """Format a number of 0 or more, rounded down to so many decimals."""
    return f"{Decimal(math.floor(number * 10**places)).scaleb(-places):f}"
