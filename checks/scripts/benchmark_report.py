"""Tell how complete a report on the performance is: `benchmark_report.py REPORT PATH…`.

A scenario is complete when its figures are there and its raw files hold as many requests as it
says. The report is current when nothing below the paths has changed since its commit.
"""

import csv
import json
import math
import os
import subprocess
import sys
from datetime import UTC, datetime

FIGURES = ("users", "requests", "rps", "p95_ms", "error_rate")


def main(report: str, paths: list[str]) -> int:
    """Print what was found."""
    try:
        with open(report, encoding="utf-8") as file:
            data = json.load(file)
        scenarios = data["scenarios"]
        date = datetime.fromisoformat(data["date"])
        commit = str(data["commit"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"not measured: {report}: {type(error).__name__}: {error}\n")
        return 3
    problems = [
        {"path": report, "line": 0, "rule": str(scenario.get("name")), "message": why}
        for scenario in scenarios
        for why in lacks(scenario, os.path.dirname(report))
    ]
    bad = {problem["rule"] for problem in problems}
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    print(
        json.dumps(
            {
                "scenarios": len(scenarios),
                "complete": sum(str(one.get("name")) not in bad for one in scenarios),
                "age_days": round((datetime.now(UTC) - date).total_seconds() / 86_400, 3),
                "current": is_current(commit, paths) and not data.get("dirty"),
                "problems": problems,
            }
        )
    )
    return 0


def lacks(scenario: dict[str, object], folder: str) -> list[str]:
    """What a scenario lacks."""
    found = [
        f"{name} is {scenario.get(name)!r}" for name in FIGURES if not is_number(scenario.get(name))
    ]
    raw = scenario.get("raw")
    if not isinstance(raw, list) or not raw:
        return [*found, "there are no raw figures"]
    counted = []
    for name in raw:
        path = os.path.join(folder, str(name))
        if not os.path.exists(path):
            found.append(f"{name} is missing")
        elif not os.path.getsize(path):
            found.append(f"{name} is empty")
        else:
            counted += total(path)
    if counted and scenario.get("requests") not in counted:
        found.append(f"the raw figures tell of {counted[0]} requests, not {scenario['requests']}")
    if not counted:
        found.append("no raw file tells how many requests were made")
    return found


def is_number(value: object) -> bool:
    """Whether it is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def total(path: str) -> list[int]:
    """How many requests a file of locust's figures tells of; nothing where it is another file."""
    with open(path, encoding="utf-8", newline="") as file:
        return [
            int(row["Request Count"])
            for row in csv.DictReader(file)
            if row.get("Name") == "Aggregated" and row.get("Request Count", "").isdecimal()
        ]


def is_current(commit: str, paths: list[str]) -> bool:
    """Whether the paths are as they were at that commit."""
    known = subprocess.run(["git", "cat-file", "-e", f"{commit}^{{commit}}"], capture_output=True)
    if not commit.isalnum() or known.returncode:
        return False
    changed = subprocess.run(["git", "diff", "--quiet", commit, "--", *paths], capture_output=True)
    return changed.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
