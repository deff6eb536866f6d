"""Turns the score and its verdicts into the decision and the exit status. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

from readiness.decide.line import complaint, fallen
from readiness.decide.score import by_criterion, display, share_of_board, total_of
from readiness.decide.score import score as score_of
from readiness.model.board import Board, Criterion, Task
from readiness.model.errors import ExitStatus
from readiness.model.judgement import ComparedFindings, Gate, HeldLine, Judgement, Score
from readiness.model.words import Decision, ReasonCode, Verdict
from readiness.text.worded import joined, worded

STATUSES = {
    Decision.READY: ExitStatus.READY,
    Decision.NOT_READY: ExitStatus.NOT_READY,
    Decision.UNDECIDED: ExitStatus.UNDECIDED,
    Decision.LOOSENED: ExitStatus.LOOSENED,
    Decision.HELD: ExitStatus.READY,
    Decision.WORSE: ExitStatus.NOT_READY,
    Decision.ACCEPTED: ExitStatus.READY,
}
NOWHERE = ComparedFindings()


def gate(
    board: Board,
    score: Score,
    judgements: Sequence[Judgement],
    *,
    partial: bool,
    empty: bool = False,
    release: bool = False,
    interrupted: bool = False,
    loosened: Sequence[str] = (),
    accepted: bool = False,
    line: HeldLine | None = None,
    places: ComparedFindings = NOWHERE,
) -> Gate:
    """Decide on a run: `partial` for a selection, `loosened` for what a change weakens.

    What the profile leaves to others makes it a part too, and then it is good where all that it
    measured is; but no `release` may rest on it.
    Where that is `accepted`, it is decided as if nothing was, and a good decision says so.
    An `empty` selection is good: it is of what a change can affect, which is nothing.
    With a `line` of a commit the gate asks only that nothing is worse than there, whatever it asks
    of a release; `places` has what was found then and now.

    What could not be measured is taken once as bad and once as good; where that makes the
    difference, the gate is undecided. An interrupted run is never ready, and holds no line.
    """
    by_id = by_criterion(board, judgements)
    line = line if line and line.commit else None  # compared with nothing, it holds nothing
    if loosened and not accepted:
        decision, reasons = Decision.LOOSENED, list(loosened)
        if line is not None:
            reasons += [reason for part in fallen(board, by_id, line, places) for reason in part]
    elif partial and empty and not interrupted:
        reason = worded("gate.unaffected")
        return Gate(decision=Decision.PARTIAL, exit_status=ExitStatus.READY, reasons=(reason,))
    elif partial or (score.left_out and line is None):
        part = _partial(board, score, by_id, interrupted, line, places)
        return part if partial else _of_profile(part, board, score, by_id, release=release)
    elif line is not None:
        decision, reasons = _hold(board, score, by_id, line, places)
    else:
        decision, reasons = _decide(board, score, by_id)
    if interrupted and line is None and decision is not Decision.LOOSENED:
        reasons = _complaints(board, by_id)  # no score is short that was not added up
    if interrupted and decision.good:
        decision = Decision.UNDECIDED
    if loosened and decision.good:
        decision, reasons = Decision.ACCEPTED, list(loosened)
    if interrupted:
        reasons.append(worded("gate.interrupted"))
    return Gate(decision=decision, exit_status=STATUSES[decision], reasons=tuple(reasons))


def exit_status(
    gate: Gate, *, written: bool = True, signal: int = 0, exit_zero: bool = False
) -> int:
    """Return the status that the process ends with.

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


def _partial(
    board: Board,
    score: Score,
    by_id: Mapping[str, Judgement],
    interrupted: bool,
    line: HeldLine | None,
    places: ComparedFindings,
) -> Gate:
    """Decide on a selection: all of it must be good, or no worse than the line."""
    verdicts = {judgement.verdict for judgement in by_id.values()}
    aside: list[str] = []
    if line is None:
        reasons, failed = _complaints(board, by_id), Verdict.FAIL in verdicts
    else:
        worse, unknown, aside = fallen(board, by_id, line, places)
        reasons, failed = [*worse, *unknown], bool(worse)
    if not any(verdict.in_scope for verdict in verdicts):
        reasons.append(worded("gate.none_selected"))
    elif line is not None and not score.measured:
        reasons.append(worded("gate.nothing_measured"))
    if interrupted:
        reasons.append(worded("gate.interrupted"))
    status = ExitStatus.UNDECIDED if reasons else ExitStatus.READY
    if failed:
        status = ExitStatus.NOT_READY
    return Gate(decision=Decision.PARTIAL, exit_status=status, reasons=(*reasons, *aside))


def _of_profile(
    part: Gate, board: Board, score: Score, by_id: Mapping[str, Judgement], *, release: bool
) -> Gate:
    """Add to the decision on all that a profile measures what it leaves to others.

    A release is ruled out where no outcome of that could make it ready, and else undecided.
    """
    reasons, status = list(part.reasons), part.exit_status
    if release:
        all_of_it = {**by_id, **{one.id: _left_out(one) for one in score.left_out}}
        decision, _ = _decide(board, score_of(board, [*all_of_it.values()]), all_of_it)
        ruled_out = decision is Decision.NOT_READY
        status = ExitStatus.NOT_READY if ruled_out else ExitStatus.UNDECIDED
        blocking = _blocking(board, all_of_it).items()
        left = {name: judged for name, judged in blocking if judged is not by_id[name]}
        reasons += _complaints(board, left)
    summary = worded(
        "gate.left_out",
        good=sum(judgement.verdict.good for judgement in by_id.values()),
        scope=score.in_scope,
        count=len(score.left_out),
        total=score.in_scope + len(score.left_out),
        profiles=joined(score.left_to, "names"),
    )
    return Gate(decision=part.decision, exit_status=status, reasons=(*reasons, summary))


def _left_out(criterion: Criterion) -> Judgement:
    why = worded("gate.left_to", profiles=joined(criterion.profiles, "names"))
    return Judgement(criterion=criterion, verdict=Verdict.ERROR, reason=why)


# --- the line -----------------------------------------------------------------------------------


def _hold(
    board: Board,
    score: Score,
    by_id: Mapping[str, Judgement],
    line: HeldLine,
    places: ComparedFindings,
) -> tuple[Decision, list[str]]:
    worse, unknown, aside = fallen(board, by_id, line, places)
    if worse:
        return Decision.WORSE, [*worse, *unknown, *aside]
    if unknown or not score.measured:
        return Decision.UNDECIDED, [*unknown, *aside] or [worded("gate.nothing_measured")]
    return Decision.HELD, aside


# --- the release --------------------------------------------------------------------------------


def _decide(
    board: Board, score: Score, by_id: Mapping[str, Judgement]
) -> tuple[Decision, list[str]]:
    unknown = {name for name, judgement in by_id.items() if judgement.verdict.unknown}
    blocking = _blocking(board, by_id)
    low = total_of(line.points for line in score.lines)
    high = low + total_of(line.possible for line in score.lines if line.verdict.unknown)
    share = _share_if_good(board, score, unknown)
    blocked = any(judgement.verdict is Verdict.FAIL for judgement in blocking.values())
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
    named = {
        name: judgement for name, judgement in by_id.items() if name in blocking or name in deciding
    }
    return decision, [*score_short, *_complaints(board, named), *share_short]


def _blocking(board: Board, by_id: Mapping[str, Judgement]) -> dict[str, Judgement]:
    """Return the judgements of blocking priorities that are bad or unknown, in board order."""
    return {
        criterion.id: by_id[criterion.id]
        for task, criterion in board.pairs()
        if board.priorities[task.priority].blocking and by_id[criterion.id].verdict.bad
    }


def _score_short(board: Board, score: Score, low: Fraction, high: Fraction) -> list[str]:
    if score.value is None:
        return [worded("gate.unknown_score")]
    if low >= board.target:
        return []
    target = display(Fraction(board.target), board.target)
    below = worded("gate.score_below", score=display(low, board.target), target=target)
    if high < board.target:
        return [below]
    return [worded("gate.score_could_be", below=below, high=display(high, board.target))]


def _share_short(board: Board, score: Score) -> list[str]:
    if board.min_measured is None or score.measured_share >= board.min_measured:
        return []
    wanted = board.min_measured * 100
    share = display(score.measured_share * 100, wanted)
    required = display(Fraction(wanted), wanted)
    return [worded("gate.share_short", share=share, required=required)]


def _share_if_good(board: Board, score: Score, unknown: set[str]) -> Fraction:
    """Return the measured share if all that is unknown had been measured."""
    if board.min_measured is None or not unknown:
        return score.measured_share
    return score.measured_share + share_of_board(board, unknown)


def _complaints(board: Board, by_id: Mapping[str, Judgement]) -> list[str]:
    """Write a sentence for each of these criteria that is bad or unknown, in board order.

    Those of a priority that one cause keeps from being measured have one together. Those that were
    not run are counted: they share their reason, and tell nothing of the product.
    """
    says = {Verdict.FAIL: "fails", Verdict.ERROR: "unmeasured"}
    alike: dict[object, list[str]] = {}
    facts: dict[object, tuple[str, Task, str]] = {}
    not_run: Counter[str] = Counter()
    for task, criterion in board.pairs():
        judged = by_id.get(criterion.id)
        if judged is None or judged.verdict not in says:
            continue
        cause = (task.priority, judged.code, judged.reason, judged.hint)
        key = cause if judged.verdict.unknown else criterion.id
        alike.setdefault(key, []).append(criterion.id)
        facts[key] = (says[judged.verdict], task, judged.reason)
        not_run[judged.reason] += judged.code is ReasonCode.NOT_RUN
    counted = {reason: count for reason, count in not_run.items() if count > 1}
    return [
        *(
            complaint(names, *facts[key])
            for key, names in alike.items()
            if not (isinstance(key, tuple) and key[1] is ReasonCode.NOT_RUN and key[2] in counted)
        ),
        *(worded("gate.not_run", count=count, reason=reason) for reason, count in counted.items()),
    ]
