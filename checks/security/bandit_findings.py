"""Count bandit's findings (JSON on standard input) by severity, without the code it quotes."""

import json
import os
import subprocess
from collections.abc import Mapping
from typing import TextIO, TypedDict, cast

from checks.in_project.common import (
    Params,
    emit,
    files_below,
    not_measured,
    place,
    read_text,
    require,
)

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


def read(text: str) -> BanditReport:
    """Return bandit's report; one of a scan that left a file out ends the script."""
    try:
        report = cast("BanditReport", json.loads(text))
    except ValueError:
        not_measured("bandit printed no JSON")
    for unread in report["errors"]:
        not_measured(f"{unread['filename']} was not scanned: {unread['reason']}")
    return report


def scan_what_is_left(params: Params, report: BanditReport) -> None:
    """Add to a report what bandit leaves out by itself: parts of names, and links to folders.

    Whoever says what to leave out has put bandit's own list aside, and is obeyed.
    """
    paths, args = params.words("paths"), params.words("args")
    own = any(word.startswith(("-x", "--exclude", "--ini")) for word in args)
    own = own or any("exclude" in read_text(path) for path in files_below(paths, (".bandit",)))
    scanned = set(map(os.path.realpath, report["metrics"]))
    left = [path for path in files_below(paths) if os.path.realpath(path) not in scanned]
    if own or not left:
        return
    nothing = ["--exclude", params.tmp]
    command = ["bandit", "-q", "-f", "json", *args, *nothing, "--", *left]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    more = read(done.stdout)
    report["results"] += more["results"]
    totals = report["metrics"].pop("_totals")
    added = more["metrics"].pop("_totals")
    report["metrics"] |= more["metrics"]
    report["metrics"]["_totals"] = {name: totals[name] + added[name] for name in totals}


def main(_argv: list[str], env: Mapping[str, str], stdin: TextIO) -> int:
    """Refuse a scan that left a file out or read nothing, then count."""
    require("bandit")
    report = read(stdin.read())
    scan_what_is_left(Params(env), report)
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
