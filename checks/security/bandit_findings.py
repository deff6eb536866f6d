"""Count bandit's findings (JSON on standard input) by severity, without the code it quotes."""

import json
from collections.abc import Mapping
from typing import TextIO, TypedDict, cast

from checks.in_project.common import emit, not_measured, place, require

SEVERITIES = ("HIGH", "MEDIUM", "LOW", "UNDEFINED")
SECRETS = {"B105", "B106", "B107"}
"""Rules whose message quotes a password."""


class _Unread(TypedDict):
    filename: str
    reason: str


class _BanditResult(TypedDict):
    filename: str
    line_number: int
    issue_severity: str
    issue_text: str
    test_id: str


class BanditReport(TypedDict):
    """bandit's JSON, as far as it is read here."""

    errors: list[_Unread]
    metrics: dict[str, dict[str, int]]
    results: list[_BanditResult]


def message(result: _BanditResult) -> str:
    """Say what may be said of a finding: never the secret itself."""
    text = result["issue_text"]
    said = text.partition(":")[0] if result["test_id"] in SECRETS else text
    return f"{result['issue_severity'].lower()}: {said}"


def main(_argv: list[str], _env: Mapping[str, str], stdin: TextIO) -> int:
    """Refuse a scan that left a file out or read nothing, then count."""
    require("bandit")
    try:
        report = cast("BanditReport", json.load(stdin))
    except ValueError:
        not_measured("bandit printed no JSON")
    for unread in report["errors"]:
        not_measured(f"{unread['filename']} was not scanned: {unread['reason']}")
    totals = report["metrics"]["_totals"]
    if not totals["loc"]:
        not_measured("bandit scanned no line of code")
    results = sorted(report["results"], key=lambda each: SEVERITIES.index(each["issue_severity"]))
    severities = [result["issue_severity"] for result in results]
    numbers = {
        "total": len(results),
        "high": severities.count("HIGH"),
        "medium": severities.count("MEDIUM"),
        "low": severities.count("LOW"),
        "nosec": totals["nosec"] + totals["skipped_tests"],
        "lines": totals["loc"],
        "files": len(report["metrics"]) - 1,  # beside them stand the totals
    }
    emit(
        numbers, (place(r["filename"], r["line_number"], r["test_id"], message(r)) for r in results)
    )
    return 0
