"""The score of a run, and how it is written: nothing else makes a text of it."""

import msgspec

from readiness.text.sentences import Sentences

NO_SCORE = "–"
"""Stands for the score of a run that did not measure all that it should."""


class ScoreRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The score: `value` and `progress` are null where there is none, `shown` is what is printed.

    There is none where nothing was measured, or not all that should have been. `left_out` counts
    what the profile leaves to others: the score is not of these, and no progress. `attested` is the
    share of the score, 0..1, that rests on attestations. The points of all criteria and `rounding`
    (0 or less) add up to what is shown. `seen_to_fail` counts what is known to be able to fail.
    """

    value: float | None
    shown: str
    target: float
    progress: float | None
    measured: int
    in_scope: int
    total: int
    left_out: int = 0
    attested: float = 0.0
    rounding: float = 0.0
    seen_to_fail: int = 0


def score_text(score: ScoreRecord, say: Sentences) -> str:
    """Return the score as the run recorded it: rounded down, to the decimals of its target."""
    if score.value is not None:
        return score.shown
    return NO_SCORE if score.shown == NO_SCORE else say("report.unknown")


def over(score: ScoreRecord, say: Sentences) -> str:
    """Format of how many criteria a score is; "" where the profile leaves nothing to others."""
    if not score.left_out:
        return ""
    return say("report.over", scope=score.in_scope, total=score.in_scope + score.left_out)


def goal_text(score: float) -> str:
    """Format a target or a first score, with one decimal at least: `8.0`, `8.25`."""
    return f"{score:.1f}" if round(score, 1) == score else repr(score)
