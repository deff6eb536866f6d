"""The stage that reads: `Capture` → `Measurement`, or the reason why there is none.

Make one `Documents` for a capture, ask `unusable` first, then `measure` for each criterion that
reads it, then let it go. `close` ends the helper process that searches with doubtful patterns and
reads what may take long.
"""

import msgspec

from readiness.measure.documents import Documents
from readiness.measure.problem import NotMeasuredError
from readiness.measure.select import picked, quantile, read, total
from readiness.measure.structured import listed
from readiness.measure.text import counted
from readiness.measure.usable import doubts, own_words, unusable
from readiness.measure.worker import close
from readiness.model.board import Check, Measure
from readiness.model.judgement import Finding, Measurement, Unmeasured

__all__ = ["Documents", "close", "doubts", "find", "measure", "unusable"]


def measure(
    documents: Documents, check: Check, measure: Measure, *, number: bool, error: float = 0.05
) -> Measurement | Unmeasured:
    """Read one value; only for documents that are not `unusable`.

    `number` says that the expectation needs a number: then anything else is `not_a_number`.
    Otherwise text stays text, as it was printed: clean it before it is shown. Never raises. What
    was read once, for whatever criterion, is not read again. `error` is that of a quantile's
    bounds.
    """
    key = (measure, check.proof, number, error)
    if key not in documents.measured:
        documents.measured[key] = _measured(documents, check, measure, number=number, error=error)
    return documents.measured[key]


def _measured(
    documents: Documents, check: Check, measure: Measure, *, number: bool, error: float
) -> Measurement | Unmeasured:
    try:
        values = read(documents, check, measure, number=number)
        if measure.reader.pick is not None and measure.reader.pick.share:
            low, middle, high = quantile(values, measure.reader.pick, error)
            return Measurement(value=middle, unit=measure.unit, low=low, high=high)
        value = picked(values, measure.reader)
        of = total(documents, check, measure.of) if measure.of is not None else None
        lines = counted(documents, measure.reader) or listed(documents, measure, check)
        return Measurement(value=value, unit=measure.unit, of=of, lines=lines)
    except NotMeasuredError as error:
        own = own_words(documents.capture.stderr)  # why it left that out
        return msgspec.structs.replace(error.unmeasured, reason=own) if own else error.unmeasured


def find(documents: Documents, check: Check, *, flaky: bool = False) -> tuple[Finding, ...]:
    """Return the single complaints that the check can read, cleaned; there may be none.

    With `flaky`, the tests that passed only on another try.
    """
    reader = check.flaky if flaky else check.findings
    if reader is None:
        return ()
    from readiness.measure import places

    return places.find(documents, check, reader)
