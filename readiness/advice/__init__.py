"""The advice stage: what to do next, and the cheapest way to a score. Pure."""

from readiness.advice.estimates import Effort, effort
from readiness.advice.knapsack import Bundle, Work, cheapest
from readiness.advice.ranking import OpenCriterion, rank, works

__all__ = ["Bundle", "Effort", "OpenCriterion", "Work", "cheapest", "effort", "rank", "works"]
