"""Tell how complete a report on the performance is.

A scenario is complete when its figures are there and its raw files hold as many requests as it
says. The report is current when nothing below the paths has changed since its commit.
"""

import csv
import math
import os
import subprocess
from datetime import UTC, datetime
from typing import cast

from _common import Place, emit, not_measured, param, place, read_json, require, words

FIGURES = ("users", "requests", "rps", "p95_ms", "error_rate")
Scenario = dict[str, object]


def main() -> None:
    """Have the report written where a target is named, then look at it."""
    require("git")
    if target := param("make"):
        write(target)
    path = param("report")
    report = cast("dict[str, object]", read_json(path))
    try:
        scenarios = cast("list[Scenario]", report["scenarios"])
        date = datetime.fromisoformat(str(report["date"]))
        commit = str(report["commit"])
        named = [(str(each["name"]), each) for each in scenarios]
    except (ValueError, KeyError, TypeError) as error:
        not_measured(f"{path} is no report: {type(error).__name__}: {error}")
    found: list[Place] = [
        place(path, 0, name, why)
        for name, scenario in named
        for why in lacks(scenario, os.path.dirname(path))
    ]
    bad = {problem["rule"] for problem in found}
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    numbers = {
        "scenarios": len(named),
        "complete": len({name for name, _ in named} - bad),
        "age_days": round((datetime.now(UTC) - date).total_seconds() / 86_400, 3),
        "current": is_current(commit, words("paths")) and not report.get("dirty"),
    }
    emit(numbers, found)


def write(target: str) -> None:
    """Run the make target; where it fails there is no report to look at."""
    require("make")
    done = subprocess.run(
        ["make", "--silent", target], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
        said = [line for line in lines if line.strip() and not line.startswith("make")]
        not_measured(f"make {target} failed: {said[-1].strip() if said else lines[-1]}")


def lacks(scenario: Scenario, folder: str) -> list[str]:
    """What a scenario lacks."""
    found = [
        f"{name} is {scenario.get(name)!r}" for name in FIGURES if not is_number(scenario.get(name))
    ]
    if (rate := scenario.get("error_rate")) and is_number(rate) and float(str(rate)) >= 1:
        found.append("no request succeeded")
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
    main()
