"""Part of a locust run: writes its exact figures to READINESS_LOAD when the load is over.

Loaded by locust beside the project's own file. The CSV files of locust are behind by a second or
more and lack whatever came after; and they do not tell an error status from no answer at all.
Where READINESS_COUNTER is the address of the service's own numbers, what these were before and
after the load is written too.
"""

import json
import os
import ssl
import urllib.request
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import gevent
from locust import events

PAUSE = 0.25
answered = 0
most_users = 0
why: Counter[str] = Counter()
asked: Counter[tuple[str, str]] = Counter()
counted: list[str] = []


@events.request.add_listener
def count(
    request_type: str = "",
    name: str = "",
    url: str | None = None,
    response: Any = None,
    exception: Any = None,
    **_: object,
) -> None:
    """Tell an answer from none, which locust both calls an error, and what was asked for."""
    global answered
    if exception is None or getattr(response, "status_code", None):
        answered += 1
    if exception is None:
        asked[request_type, urlsplit(url or name).path] += 1
    else:
        why[str(exception)[:200]] += 1


@events.spawning_complete.add_listener
def came(user_count: int, **_: object) -> None:
    """Remember how many users there were at most."""
    global most_users
    most_users = max(most_users, user_count)


@events.test_start.add_listener
def begin(environment: Any, **_: object) -> None:
    """See what the service had counted before, and look whether anybody is answered."""
    read_counter()
    gevent.spawn(end_in_vain, environment)


def end_in_vain(environment: Any) -> None:
    """End the load where every user came, asked and got no answer: there is nothing to measure."""
    while not answered:
        if why.total() >= most_users > 0:
            environment.runner.quit()
            return
        gevent.sleep(PAUSE)


def read_counter() -> None:
    """Read the service's own numbers; what goes wrong is written down in their place."""
    if address := os.environ.get("READINESS_COUNTER"):
        trusted = ssl.create_default_context(cafile=os.environ.get("READINESS_AUTHORITY") or None)
        try:
            with urllib.request.urlopen(address, timeout=10, context=trusted) as answer:  # noqa: S310
                counted.append(answer.read().decode())
        except (OSError, ValueError) as error:
            counted.append(f"#! {error}")


@events.quitting.add_listener
def write(environment: Any, **_: object) -> None:
    """Write it all down."""
    total = environment.stats.total
    read_counter()
    figures = {
        "requests": total.num_requests,
        "failures": total.num_failures,
        "answered": answered,
        "rps": total.total_rps,
        "times": sorted(total.response_times.items()),
        "of_each": [
            [*what, sorted(entry.response_times.items())]
            for what, entry in environment.stats.entries.items()
        ],
        "users": most_users,
        "why": why.most_common(3),
        "asked": [[*what, number] for what, number in asked.items()],
        "counted": counted,
    }
    with open(os.environ["READINESS_LOAD"], "w", encoding="utf-8") as file:
        json.dump(figures, file)
