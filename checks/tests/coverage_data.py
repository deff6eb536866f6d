"""Read what coverage measured: its JSON report, of lines alone, and its own word on a limit."""

import os
import subprocess
from collections.abc import Iterable, Sequence
from typing import NotRequired, TypedDict, cast

from checks.in_project.common import is_below, not_measured, read_json, relative
from checks.tests.session import Event

BELOW = 2
"""The status of `coverage report` where the total is below the limit."""


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


def refuse_below_limit(events: Sequence[Event], data: str, source: list[str], omit: str) -> None:
    """End the script where pytest would have ended badly, as its own plugin measures less.

    It is put aside for the run: two cannot measure at once. Of code that was not measured here
    nothing is known, nor what its plugin makes of it.
    """
    asked = next((event for event in events if event["event"] == "limit"), None)
    if asked is None or not os.path.exists(data):
        return
    folders = [_folder(str(name), source) for name in asked["sources"] if name is not True]
    if not all(folders):
        return
    unlisted = [path for event in events if event["event"] == "unlisted" for path in event["files"]]
    words = ["--data-file", data, "--skip-covered"]
    if left_out := [*filter(None, [omit]), *unlisted]:
        words += ["--omit", ",".join(left_out)]
    if folders:
        words += ["--include", ",".join(f"{folder}/*" for folder in folders)]
    if asked["under"] is not None:
        words += ["--fail-under", str(asked["under"])]
    if asked["config"] != ".coveragerc":
        words += ["--rcfile", asked["config"]]
    done = subprocess.run(
        ["coverage", "report", *words], capture_output=True, text=True, check=False
    )
    if done.returncode == BELOW:
        lines = done.stdout.strip().splitlines() or ["coverage is below its limit"]
        not_measured(f"no test failed, and pytest-cov ends with status 1: {lines[-1]}")


def _folder(name: str, source: list[str]) -> str:
    """Return the folder of a package, or of that path, which was measured; "" where it was not."""
    package = name.replace(".", "/")
    beside = (
        os.path.join(top, package) for each in source for top in (each, os.path.dirname(each))
    )
    folder = next(filter(os.path.isdir, (name, *beside)), "")
    return os.path.normpath(folder) if folder and is_below(folder, *source) else ""
