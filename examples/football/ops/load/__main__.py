"""Run the four scenarios and write the report: `python -m ops.load --host URL --report FOLDER`.

The folder gets `report.json`, and for each scenario the raw figures that locust wrote.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from ops.stack.processes import prefer
from ops.stack.state import PROJECT

SCENARIOS = {
    "health check": (20, 10),
    "light load": (50, 20),
    "medium load": (100, 20),
    "heavy load": (200, 10),
}
"""Users, and how many requests each of them makes."""

Row = dict[str, str]


def main() -> int:
    """Run all scenarios, one after the other."""
    parser = argparse.ArgumentParser(prog="ops.load", description=__doc__)
    parser.add_argument("--host", default=os.environ.get("LOAD_URL", ""))
    parser.add_argument("--report", type=Path, default=PROJECT / "reports" / "performance")
    options = parser.parse_args()
    if not options.host:
        parser.error("--host or LOAD_URL must say which service is loaded")
    if nice := os.environ.get("LOAD_NICE"):
        prefer(os.getpid(), int(nice))
    options.report.mkdir(parents=True, exist_ok=True)
    ran = [
        run(name, users, requests, options.host, options.report)
        for name, (users, requests) in SCENARIOS.items()
    ]
    report = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "HEAD"),
        "dirty": bool(_git("status", "--porcelain", "--", "src")),
        "host": options.host,
        "tool": _tool(),
        "scenarios": [scenario for scenario, _ in ran],
        "bottlenecks": bottlenecks(str(ran[-1][0]["name"]), ran[-1][1]),
    }
    target = options.report / "report.json"
    target.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(target)
    return 0


def run(
    name: str, users: int, requests: int, host: str, folder: Path
) -> tuple[dict[str, object], list[Row]]:
    """Run one scenario; its figures with the files of the raw ones, and what each endpoint took."""
    stem = name.replace(" ", "-")
    with tempfile.TemporaryDirectory() as temporary:
        command = ["locust", "-f", str(Path(__file__).parent / "locustfile.py"), "--headless"]
        command += ["--host", host, "-u", str(users), "-r", str(users), "-t", "120s"]
        command += ["--csv", f"{temporary}/{stem}", "--csv-full-history", "--only-summary"]
        command += ["--exit-code-on-error", "0"]
        command += ["--requests", str(requests)]
        subprocess.run(command, check=True, capture_output=True)
        for kind in ("stats", "stats_history", "failures"):
            written = Path(temporary, f"{stem}_{kind}.csv").read_text(encoding="utf-8")
            (folder / f"{stem}_{kind}.csv").write_text(written, encoding="utf-8")
    with (folder / f"{stem}_stats.csv").open(encoding="utf-8", newline="") as file:
        *rows, total = csv.DictReader(file)
    count, failed = int(total["Request Count"]), int(total["Failure Count"])
    if count == failed:
        raise SystemExit(f"{host} answered none of {count} requests of the scenario {name}")
    figures: dict[str, object] = {
        "name": name,
        "users": users,
        "requests": count,
        "failures": failed,
        "error_rate": failed / count,
        "rps": float(total["Requests/s"]),
        "mean_ms": float(total["Average Response Time"]),
        "p50_ms": float(total["50%"]),
        "p95_ms": float(total["95%"]),
        "p99_ms": float(total["99%"]),
        "raw": [f"{stem}_{kind}.csv" for kind in ("stats", "stats_history", "failures")],
    }
    return figures, rows


def bottlenecks(scenario: str, rows: list[Row]) -> list[dict[str, object]]:
    """The endpoints for which users waited longest in all, until half of their waiting is told."""
    waited = {
        row["Name"]: int(row["Request Count"]) * float(row["Average Response Time"]) for row in rows
    }
    found: list[dict[str, object]] = []
    share = 0.0
    for row in sorted(rows, key=lambda each: -waited[each["Name"]]):
        if share < 0.5:
            part = waited[row["Name"]] / sum(waited.values())
            share += part
            found.append(
                {
                    "endpoint": f"{row['Type']} {row['Name']}",
                    "scenario": scenario,
                    "requests": int(row["Request Count"]),
                    "p95_ms": float(row["95%"]),
                    "share_of_waiting": round(part, 3),
                }
            )
    return found


def _tool() -> str:
    found = subprocess.run(["locust", "--version"], check=True, capture_output=True, text=True)
    return " ".join(found.stdout.split()[:2])


def _git(*arguments: str) -> str:
    found = subprocess.run(["git", "-C", str(PROJECT), *arguments], capture_output=True, text=True)
    return found.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
