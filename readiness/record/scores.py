"""How a score is written, wherever people read one: nothing else makes a text of it."""

from readiness.record.document import ScoreRecord
from readiness.text.sentences import Sentences

NO_SCORE = "–"
"""Stands for the score of a run that did not measure all that it should."""


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
