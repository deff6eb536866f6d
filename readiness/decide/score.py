"""Turns verdicts into the score, the gate and the exit status, and explains the sum. Pure."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import msgspec

from readiness.model.board import Board, Criterion, PriorityRule, Task
from readiness.model.errors import ExitStatus
from readiness.model.judgement import Gate, Judgement, Score, ScoreLine
from readiness.model.words import Decision, Priority, ReasonCode, Scoring, Verdict

FULL = 10
NOTHING = Fraction(0)
STATUSES = {
    Decision.READY: ExitStatus.READY,
    Decision.NOT_READY: ExitStatus.NOT_READY,
    Decision.UNDECIDED: ExitStatus.UNDECIDED,
    Decision.LOOSENED: ExitStatus.LOOSENED,
}

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
    found = _by_criterion(board, judgements)
    every = [(task, list(task.criteria)) for task in board.tasks]
    scope = [
        (task, [one for one in ours if found[one.id].verdict.in_scope]) for task, ours in every
    ]
    lines = tuple(_lines(board, scope, found))
    points = _total(line.points for line in lines)
    measured = {name for name, one in found.items() if _is_measured(one)}
    attested = {one.id for _, ours in scope for one in ours if one.check is None}
    from_attested = _total(line.points for line in lines if line.criterion in attested)
    return Score(
        value=points if measured else None,
        target=board.target,
        lines=lines,
        measured=len(measured),
        in_scope=len(lines),
        total=len(found),
        measured_share=_board_share(board, measured),
        attested_share=from_attested / points if points else Fraction(0),
    )


def _by_criterion(board: Board, judgements: Sequence[Judgement]) -> dict[str, Judgement]:
    """Return one judgement for each criterion of the board, in its order."""
    given = {judgement.criterion.id: judgement for judgement in judgements}
    return {one.id: given.get(one.id) or _not_judged(one) for one in board.criteria()}


def _not_judged(criterion: Criterion) -> Judgement:
    return Judgement(
        criterion=criterion,
        verdict=Verdict.ERROR,
        code=ReasonCode.NOT_RUN,
        reason="its probe was not run",
    )


def _is_measured(judgement: Judgement) -> bool:
    """Whether the verdict rests on a measurement or on a valid attestation."""
    if judgement.verdict.good:
        return True
    if judgement.verdict is Verdict.FAIL:
        return judgement.criterion.check is not None
    return judgement.verdict is Verdict.WAIVED and judgement.value is not None


def _lines(
    board: Board, scope: Sequence[Group], found: Mapping[str, Judgement]
) -> Iterable[ScoreLine]:
    shares = iter(_shares(board.priorities, scope, FULL))
    for task, criteria in scope:
        for criterion in criteria:
            judgement = found[criterion.id]
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
    """Take a third for a third, though its decimals end somewhere.

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
    sums = [sum((one.weight for one in ours), Decimal(0)) for _, ours in groups]
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
        for one in ours:
            key = (*kind, within, one.weight)
            if key not in known:
                part = Fraction(one.weight) / Fraction(within) if within and total else Fraction(0)
                known[key] = part and whole * weights[kind] * part / total
            shares.append(known[key])
    return shares


def _board_share(board: Board, names: set[str]) -> Fraction:
    """Return the share that these criteria have of the whole board, by weight."""
    groups = [(task, list(task.criteria)) for task in board.tasks]
    every = (one.id for one in board.criteria())
    shares = _shares(board.priorities, groups)
    return _total(share for name, share in zip(every, shares, strict=True) if name in names)


def _total(values: Iterable[Fraction]) -> Fraction:
    """Add exactly, over one common denominator, equal shares at once: faster than one by one."""
    every = list(values)
    terms = {id(term): term for term in every}
    counts = Counter(map(id, every))
    denominator = math.lcm(*{term.denominator for term in terms.values()})
    numerator = sum(
        term.numerator * (denominator // term.denominator) * counts[each]
        for each, term in terms.items()
    )
    return Fraction(numerator, denominator)


# --- the gate -----------------------------------------------------------------------------------


def gate(
    board: Board,
    score: Score,
    judgements: Sequence[Judgement],
    *,
    partial: bool,
    interrupted: bool = False,
    loosened: Sequence[str] = (),
) -> Gate:
    """Decide. `partial` says that a selection was run, `loosened` what a change let slip.

    What could not be measured is taken once as bad and once as good; where that makes the
    difference, the gate is undecided. An interrupted run is never ready.
    """
    found = _by_criterion(board, judgements)
    if loosened:
        decision, reasons = Decision.LOOSENED, list(loosened)
    elif partial:
        return _partial(board, found, interrupted)
    else:
        decision, reasons = _decide(board, score, found)
    if interrupted and decision is Decision.READY:
        decision = Decision.UNDECIDED
    if interrupted:
        reasons.append("the run was interrupted")
    return Gate(decision=decision, exit_status=STATUSES[decision], reasons=tuple(reasons))


def exit_status(
    gate: Gate, *, written: bool = True, signal: int = 0, exit_zero: bool = False
) -> int:
    """Make the status that the process ends with.

    `written` says that all reports and the history were; `signal` is the one that ended the run;
    `exit_zero` asks for 0 in place of "not ready" and "undecided".
    """
    if signal:
        return ExitStatus.SIGNAL + signal
    status = gate.exit_status
    if exit_zero and status in (ExitStatus.NOT_READY, ExitStatus.UNDECIDED):
        status = ExitStatus.READY
    if status == ExitStatus.READY and not written:
        return ExitStatus.NOT_WRITTEN
    return int(status)


def _partial(board: Board, found: Mapping[str, Judgement], interrupted: bool) -> Gate:
    """Ask of a selection only that all of it is good."""
    verdicts = {judgement.verdict for judgement in found.values()}
    reasons = _complaints(board, found)
    if not any(verdict.in_scope for verdict in verdicts):
        reasons.append("no criterion was selected")
    if interrupted:
        reasons.append("the run was interrupted")
    status = ExitStatus.UNDECIDED if reasons else ExitStatus.READY
    if Verdict.FAIL in verdicts:
        status = ExitStatus.NOT_READY
    return Gate(decision=Decision.PARTIAL, exit_status=status, reasons=tuple(reasons))


def _decide(
    board: Board, score: Score, found: Mapping[str, Judgement]
) -> tuple[Decision, list[str]]:
    unknown = {name for name, one in found.items() if one.verdict.unknown}
    blocking = _blocking(board, found)
    low = _total(line.points for line in score.lines)
    high = low + _total(line.possible for line in score.lines if line.verdict.unknown)
    share = _share_if_good(board, score, unknown)
    blocked = any(one.verdict is Verdict.FAIL for one in blocking.values())
    possible = (
        high >= board.target
        and not blocked
        and (board.min_measured is None or share >= board.min_measured)
        and bool(score.measured or unknown)
    )
    score_short = _score_short(board, score, low, high)
    share_short = _share_short(board, score)
    if not (score_short or share_short or blocking):
        return Decision.READY, []
    decision = Decision.UNDECIDED if possible else Decision.NOT_READY
    # Where a sum is short and could be enough, all that is missing in it matters.
    deciding = unknown if possible and (score_short or share_short) else set()
    named = {name: one for name, one in found.items() if name in blocking or name in deciding}
    return decision, [*score_short, *_complaints(board, named), *share_short]


def _blocking(board: Board, found: Mapping[str, Judgement]) -> dict[str, Judgement]:
    """Return the judgements of blocking priorities that are bad or unknown, in board order."""
    return {
        one.id: found[one.id]
        for task, one in board.pairs()
        if board.priorities[task.priority].blocking and found[one.id].verdict.bad
    }


def _score_short(board: Board, score: Score, low: Fraction, high: Fraction) -> list[str]:
    if score.value is None:
        return ["the score is unknown: nothing was measured"]
    if low >= board.target:
        return []
    target = _write(Fraction(board.target), _places(board.target))
    below = f"score {display(low, board.target)} is below the target {target}"
    if high < board.target:
        return [below]
    return [f"{below}, but could be {display(high, board.target)} with what was not measured"]


def _share_short(board: Board, score: Score) -> list[str]:
    if board.min_measured is None or score.measured_share >= board.min_measured:
        return []
    wanted = board.min_measured * 100
    share = display(score.measured_share * 100, wanted)
    required = _write(Fraction(wanted), _places(wanted))
    return [f"only {share} % of the board was measured, {required} % is required"]


def _share_if_good(board: Board, score: Score, unknown: set[str]) -> Fraction:
    """Return the measured share, had all the unknown been measured."""
    if board.min_measured is None or not unknown:
        return score.measured_share
    return score.measured_share + _board_share(board, unknown)


def _complaints(board: Board, found: Mapping[str, Judgement]) -> list[str]:
    """Write a sentence for each of these criteria that is bad or unknown, in board order."""
    says = {Verdict.FAIL: "fails", Verdict.ERROR: "could not be measured"}
    return [
        f"{one.id} ({task.priority}) {says[judged.verdict]}: {judged.reason}"
        for task, one in board.pairs()
        if (judged := found.get(one.id)) and judged.verdict in says
    ]


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
    whole = _total(line.points for line in score.lines)
    units, lost = [], []
    known: dict[int, tuple[int, float]] = {}
    for line in score.lines:
        if id(line.points) not in known:
            unit, rest = divmod(line.points.numerator * scale, line.points.denominator)
            known[id(line.points)] = (unit, rest / line.points.denominator)
        unit, part = known[id(line.points)]
        units.append(unit)
        lost.append(part)
    left = math.floor(whole * scale) - sum(units)
    for place in sorted(range(len(units)), key=lambda place: -lost[place])[:left]:
        units[place] += 1
    written = {unit: Decimal(unit).scaleb(-places) for unit in set(units)}
    points = tuple(written[unit] for unit in units)
    shown = Decimal(_write(whole, _places(score.target)))
    return Explanation(points=points, rounding=shown - sum(points, Decimal(0)), shown=shown)


def _places(target: Decimal) -> int:
    """How many decimals tell a number from the target: as many as it has, at least one."""
    exponent = target.normalize().as_tuple().exponent
    return max(1, -exponent) if isinstance(exponent, int) else 1


def _write(number: Fraction, places: int) -> str:
    """Write a number of 0 or more, rounded down to so many decimals."""
    return f"{Decimal(math.floor(number * 10**places)).scaleb(-places):f}"
