"""The stage that reads: `Capture` → `Measurement`, or the reason why there is none.

Make one `Evidence` for a capture, ask `unusable` first, then `measure` for each criterion that
reads it, then let it go. `close` ends the helper process that searches with doubtful patterns.
"""

from readiness.measure.evidence import Evidence
from readiness.measure.guard import close, worker_pid
from readiness.measure.problem import NotMeasuredError
from readiness.measure.usable import unusable
from readiness.model import Check, Finding, Measure, Measurement, Unmeasured

__all__ = ["Evidence", "close", "findings", "measure", "unusable", "worker_pid"]


def measure(
    evidence: Evidence, check: Check, measure: Measure, *, number: bool
) -> Measurement | Unmeasured:
    """Read one value; only for evidence that is not `unusable`.

    `number` says that the expectation needs a number: then anything else is `not_a_number`.
    Otherwise text stays text, as it was printed: clean it before it is shown. Never raises.
    """
    from readiness.measure.select import one, read

    try:
        values = read(evidence, check, measure, number=number)
        return Measurement(value=one(values, measure.reader), unit=measure.unit)
    except NotMeasuredError as error:
        return error.unmeasured


def findings(evidence: Evidence, check: Check) -> tuple[Finding, ...]:
    """Return the single complaints that the check can read, cleaned; none is no error."""
    if check.findings is None:
        return ()
    from readiness.measure import places

    return places.findings(evidence, check)
