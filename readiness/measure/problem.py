"""How a reader says, from any depth, that there is no measurement."""

from readiness.model.judgement import Unmeasured
from readiness.model.words import ReasonCode
from readiness.text.clean import clean, cut
from readiness.text.worded import Worded, mapped

_SHOWN = 200


class NotMeasuredError(Exception):
    """There is no measurement; `unmeasured` says why. Stays inside this package."""

    def __init__(self, code: ReasonCode, reason: str, hint: str = "") -> None:
        super().__init__(code, reason, hint)
        self.unmeasured = Unmeasured(code=code, reason=reason, hint=hint)


def unreadable(reason: str, hint: str = "") -> NotMeasuredError:
    """Return that the output cannot be read."""
    return NotMeasuredError(ReasonCode.UNREADABLE, reason, hint)


def no_value(reason: str, hint: str = "") -> NotMeasuredError:
    """Return that nothing in the output is the value."""
    return NotMeasuredError(ReasonCode.NO_VALUE, reason, hint)


def not_a_number(reason: str, hint: str = "") -> NotMeasuredError:
    """Return that the value is no number, or not the whole of one."""
    return NotMeasuredError(ReasonCode.NOT_A_NUMBER, reason, hint)


def shown(text: str, limit: int = _SHOWN) -> str:
    """Return foreign text as it may stand in a reason: one clean line of bounded length.

    A sentence of ours stays one, with what it is filled in with made safe.
    """
    if isinstance(text, Worded):
        return mapped(text, lambda fact: shown(str(fact), limit)) if text.key else shown(str(text))
    # The first cut bounds the work; cleaning makes the text longer, hence the second.
    return cut(clean(cut(text, 4 * limit), newlines=False), limit)
