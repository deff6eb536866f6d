"""Print what locust measured as one JSON object: `load_numbers.py FIGURES HOST`.

Reads what load_listener.py wrote. A service that answered nothing is not measured.
"""

import json
import sys
from typing import TypedDict, cast

from _common import emit, not_measured


class Figures(TypedDict):
    """What the listener wrote; percentiles are in milliseconds."""

    requests: int
    failures: int
    answered: int
    rps: float
    p50: float | None
    p95: float | None
    p99: float | None
    users: int
    why: list[tuple[str, int]]


def main(path: str, host: str) -> None:
    """Print the figures over all requests."""
    try:
        with open(path, encoding="utf-8") as file:
            figures = cast("Figures", json.load(file))
    except (OSError, ValueError):
        not_measured(f"{host}: locust left no figures")
    requests, failures = figures["requests"], figures["failures"]
    if not requests:
        not_measured(f"{host}: no request was made")
    if not figures["answered"]:
        reason = figures["why"][0][0] if figures["why"] else "nothing came back"
        not_measured(f"{host} answered none of {requests} requests: {reason}")
    emit(
        {
            "requests": requests,
            "failures": failures,
            "unanswered": requests - figures["answered"],
            "error_rate": round(100 * failures / requests, 4),
            "rps": round(figures["rps"], 1),
            "p50": figures["p50"],
            "p95": figures["p95"],
            "p99": figures["p99"],
            "users": figures["users"],
        },
        (
            {"path": host, "line": 0, "rule": "error", "message": f"{count} × {reason}"}
            for reason, count in figures["why"]
        ),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
