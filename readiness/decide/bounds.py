"""What can still come of criteria that nobody has measured yet: is a decision certain? Pure."""

import datetime
from collections.abc import Callable, Iterable, Sequence

from readiness.model.board import Criterion
from readiness.model.judgement import Judgement
from readiness.model.words import ReasonCode, Verdict


def is_certain(
    decide: Callable[[Sequence[Judgement]], object],
    judged: Sequence[Judgement],
    pending: Iterable[Criterion],
    today: datetime.date,
) -> bool:
    """Return whether `decide` comes to the same whatever the `pending` criteria come to.

    A gate opens no further for a worse outcome of a criterion. So three outcomes bound all others:
    everything good, nothing measured (the least that a gate which is ready has to bear), and
    everything failing (the most that one which is undecided has to bear).
    """
    asked = list(pending)

    def ends(verdict: Verdict) -> object:
        return decide([*judged, *(_outcome(one, verdict, today) for one in asked)])

    first = ends(Verdict.PASS)
    return all(ends(verdict) == first for verdict in (Verdict.ERROR, Verdict.FAIL))


def _outcome(criterion: Criterion, verdict: Verdict, today: datetime.date) -> Judgement:
    """Return the worst outcome of a criterion, for a gate, that has this verdict.

    A waiver in force without a bound covers any failure, and a missing measurement.
    """
    waiver = criterion.waive
    let_go = waiver is not None and today.isoformat() <= waiver.until and waiver.up_to is None
    return Judgement(
        criterion=criterion,
        verdict=Verdict.WAIVED if let_go and verdict.bad else verdict,
        code=ReasonCode.NOT_RUN if verdict.unknown else None,
    )
