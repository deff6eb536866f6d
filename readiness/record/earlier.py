"""What a run document has of earlier runs."""

import msgspec

from readiness.model.words import Decision, ReasonCode, Verdict
from readiness.record.wording import Wording

Value = int | float | bool | str | None


class Previous(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The same criterion in the last comparable run.

    `scatter` is how far apart its values lay from run to run until then, 0 where that is unknown.
    """

    verdict: Verdict
    value: Value
    scatter: float = 0.0


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """The newest measurement of a criterion that this run did not try, and which run took it.

    `at` is when that run started, `profile` its profile. `points` are what it earned there, of the
    whole board; waivers and attestations count as far as they are in force today.
    """

    run: str
    at: str
    profile: str
    verdict: Verdict
    value: Value
    shown: str
    unit: str
    reason: str
    commit: str = ""
    dirty: bool = False
    of: int | float | None = None
    progress: float | None = None
    reason_code: ReasonCode | None = None
    hint: str | None = None
    flaky: bool = False
    points: float = 0.0
    points_possible: float = 0.0
    wordings: dict[str, Wording] = msgspec.field(name="said", default_factory=dict)


class ReusedFrom(msgspec.Struct, frozen=True, kw_only=True):
    """The run that a reused result was measured in, and when the probe started there.

    `age_s` is how long ago that was, when this run began.
    """

    run: str
    at: str
    age_s: float


class LastKnown(msgspec.Struct, frozen=True, kw_only=True):
    """The last value of a criterion that could not be measured now, and the run that found it."""

    run: str
    at: str
    verdict: Verdict
    value: Value
    shown: str
    wordings: dict[str, Wording] = msgspec.field(name="said", default_factory=dict)


class PastPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What a report shows of an earlier run: its score, and each criterion's verdict and number.

    `shown` is how its score is written. Criteria out of scope are in neither; `values` has finite
    numbers alone. Of the runs of a day that found the same, the last one is here.
    """

    id: str
    started_at: str
    commit: str
    board_digest: str
    decision: Decision
    score: float | None
    shown: str = ""
    verdicts: dict[str, Verdict]
    values: dict[str, float]


class PreviousRun(msgspec.Struct, frozen=True, kw_only=True):
    """The run that ended before this one in the same history. `digest` is over its document."""

    id: str
    digest: str
