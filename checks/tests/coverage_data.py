"""Read the JSON report of coverage; lines only, branches are never mixed in."""

import os
from collections.abc import Iterable
from typing import NotRequired, TypedDict, cast

from checks.in_project.common import is_below, not_measured, read_json, relative


class Summary(TypedDict):
    """The numbers of one file."""

    covered_lines: int
    num_statements: int
    excluded_lines: int
    missing: NotRequired[list[int]]


class _File(TypedDict):
    summary: Summary
    missing_lines: NotRequired[list[int]]


class _Report(TypedDict):
    files: dict[str, _File]
    unreported: NotRequired[str]


def read_report(path: str) -> dict[str, Summary]:
    """Map each measured file to its numbers."""
    if not os.path.exists(path):
        not_measured("coverage is not installed beside pytest; install it: pip install coverage")
    report = cast("_Report", read_json(path))
    if reason := report.get("unreported"):
        not_measured(f"coverage cannot report on the tests: {reason}")
    for file in report["files"].values():
        file["summary"]["missing"] = file.get("missing_lines", [])
    return {relative(name): file["summary"] for name, file in report["files"].items()}


def select(files: dict[str, Summary], tops: list[str]) -> dict[str, Summary]:
    """Keep the files below some paths; all of them where none is named."""
    return {path: summary for path, summary in files.items() if not tops or is_below(path, *tops)}


def percent(summaries: Iterable[Summary], what: str) -> float:
    """Return covered statements per hundred; without statements nothing was measured."""
    listed = list(summaries)
    statements = sum(summary["num_statements"] for summary in listed)
    if not statements:
        not_measured(f"coverage measured no statement in {what}")
    return 100 * sum(summary["covered_lines"] for summary in listed) / statements
