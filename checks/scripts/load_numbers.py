"""Print what locust measured as one JSON object: `load_numbers.py CSV-PREFIX HOST`.

Reads the files that `locust --csv PREFIX --csv-full-history` writes. Ends with 3 where nothing
was answered at all, and says what happened instead.
"""

import csv
import json
import sys


def rows(path: str) -> list[dict[str, str]]:
    """The rows of a CSV file with a header."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main(prefix: str, host: str) -> int:
    """Print the figures over all requests."""
    totals = [row for row in rows(f"{prefix}_stats.csv") if row["Name"] == "Aggregated"]
    requests = int(totals[0]["Request Count"]) if totals else 0
    failures = rows(f"{prefix}_failures.csv")
    failed = sum(int(row["Occurrences"]) for row in failures)
    if not requests:
        sys.stderr.write(f"not measured: {host}: no request was made\n")
        return 3
    answered = requests - sum(
        int(row["Occurrences"]) for row in failures if "HTTPError" not in row["Error"]
    )
    if not answered:
        worst = max(failures, key=lambda row: int(row["Occurrences"]))["Error"]
        sys.stderr.write(f"not measured: {host} answered none of {requests} requests: {worst}\n")
        return 3
    (total,) = totals
    users = [int(row["User Count"]) for row in rows(f"{prefix}_stats_history.csv")]
    print(
        json.dumps(
            {
                "requests": requests,
                "failures": failed,
                "error_rate": round(100 * failed / requests, 4),
                "rps": float(total["Requests/s"]),
                "p50": float(total["50%"]),
                "p95": float(total["95%"]),
                "p99": float(total["99%"]),
                "users": max(users, default=0),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
