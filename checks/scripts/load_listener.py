"""Part of a locust run: writes its exact figures to READINESS_LOAD when the load is over.

Loaded by locust beside the project's own file. The CSV files of locust are behind by a second or
more and lack whatever came after; and they do not tell an error status from no answer at all.
"""

import json
import os
from collections import Counter
from typing import Any

from locust import events

answered = 0
most_users = 0
why: Counter[str] = Counter()


@events.request.add_listener
def count(response: Any = None, exception: Any = None, **_: object) -> None:
    """Tell an answer from none; locust calls both an error."""
    global answered
    if exception is None or getattr(response, "status_code", 0):
        answered += 1
    if exception is not None:
        why[str(exception)[:200]] += 1


@events.spawning_complete.add_listener
def came(user_count: int, **_: object) -> None:
    """Remember how many users there were at most."""
    global most_users
    most_users = max(most_users, user_count)


@events.quitting.add_listener
def write(environment: Any, **_: object) -> None:
    """Write it all down."""
    total = environment.stats.total
    figures = {
        "requests": total.num_requests,
        "failures": total.num_failures,
        "answered": answered,
        "rps": total.total_rps,
        **{
            f"p{share}": total.get_response_time_percentile(share / 100) if answered else None
            for share in (50, 95, 99)
        },
        "users": most_users,
        "why": why.most_common(3),
    }
    with open(os.environ["READINESS_LOAD"], "w", encoding="utf-8") as file:
        json.dump(figures, file)
