"""The timeline stage: recorded runs compared, and followed over time. Pure."""

from readiness.timeline.difference import Cause, CriterionChange, Difference, difference
from readiness.timeline.trend import Point, Trend, trend

__all__ = [
    "Cause",
    "CriterionChange",
    "Difference",
    "Point",
    "Trend",
    "difference",
    "trend",
]
