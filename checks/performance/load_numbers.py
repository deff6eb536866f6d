"""Print what locust measured as one JSON object: `load_numbers.py FIGURES HOST`.

Reads what load_listener.py wrote. A service that answered nothing is not measured. Where the
service's own counter was read, an answer is the service's as far as that counter grew; all others
came from what stands before it.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from math import ceil, comb
from typing import TextIO, TypedDict, cast

from checks.in_project.common import CheckFinding, Params, emit, not_measured, place
from checks.performance.endpoints import Endpoints, read_endpoints

SAMPLE = re.compile(r"^(?P<name>[\w:]+)(?:\{(?P<labels>.*)\})? (?P<number>\S+)", re.MULTILINE)
LABEL = re.compile(r'\w+="((?:[^"\\]|\\.)*)"')
FEW = 0.01
"""Which share of the answers may come from elsewhere before they are not the service's."""

RARE = 59
"""Of how many times there is no p95."""

CHANCE = 0.01
"""How likely so many slow times are, at most, where 95 % of all are no slower."""


class Figures(TypedDict):
    """What the listener wrote; `times` are milliseconds, and how often a request took so long."""

    requests: int
    failures: int
    answered: int
    rps: float
    times: list[tuple[float, int]]
    of_each: list[tuple[str, str, list[tuple[float, int]]]]
    users: int
    why: list[tuple[str, int]]
    asked: list[tuple[str, str, int]]
    counted: list[str]


def unasked(params: Params, asked: Counter[str], endpoints: Endpoints | None) -> list[str]:
    """Name the operations that were not asked for with success, and are not left out by name."""
    if endpoints is None:
        return []
    left_out = {" ".join(line.split()) for line in params.text("left_out").splitlines()} - {""}
    if unknown := left_out - set(endpoints.names):
        not_measured(f"there is no operation {min(unknown)}, which `left_out` names")
    return [name for name in endpoints.names if name not in left_out and not asked[name]]


def samples(params: Params, text: str) -> dict[tuple[str, ...], float]:
    """Return what the counter says, by the values of its labels."""
    if text.startswith("#!"):
        not_measured(f"{params.text('counter')} was not read: {text[2:].strip()}")
    return {
        tuple(LABEL.findall(found["labels"] or "")): float(found["number"])
        for found in SAMPLE.finditer(text)
        if found["name"] == params.text("counted")
    }


def grown(params: Params, counted: list[str], endpoints: Endpoints | None) -> Counter[str]:
    """Say by how much the service's counter grew, by operation; all of it where none is told."""
    before, after = (samples(params, text) for text in counted)
    if not after:
        not_measured(f"{params.text('counter')} has no number called {params.text('counted')}")
    grown: Counter[str] = Counter()
    for labels, number in after.items():
        more = round(number - before.get(labels, 0))
        if more < 0:
            not_measured("the service began anew while it was loaded")
        name = endpoints.of_labels(labels) if endpoints else None
        grown[name or ""] += more
    return grown


def given_elsewhere(asked: Counter[str], grew: Counter[str]) -> Counter[str]:
    """Count the good answers that the service knows nothing of, by operation."""
    if not any(grew):
        grew, asked = Counter({"": grew[""]}), Counter({"": asked.total()})
    return asked - grew


def spread(times: Iterable[tuple[float, int]]) -> list[float]:
    """Return each time as often as it was taken."""
    return [taken for taken, count in times for _ in range(count)]


def surely(times: list[float]) -> float:
    """Return what the p95 of a few sorted times surely is at least; 0 if that is unknown."""
    count, chance = len(times), 1.0
    for slower in range(count + 1):
        if chance <= CHANCE:
            return times[-slower]
        chance -= comb(count, slower) * 0.05**slower * 0.95 ** (count - slower)
    return 0.0


def slowest(figures: Figures) -> tuple[str, list[float]]:
    """Return what the slowest operation by its p95 took; what was rarely asked for is one.

    But what a rare one surely takes counts alone.
    """
    operations = [(f"{how} {name}", spread(times)) for name, how, times in figures["of_each"]]
    operations.sort(key=lambda operation: len(operation[1]))
    sure = [(name, [surely(times)] * RARE) for name, times in operations if len(times) < RARE]
    rare: list[float] = []
    while operations and (len(operations[0][1]) < RARE or 0 < len(rare) < RARE):
        rare += operations.pop(0)[1]
    operations += [*sure, *([("what was rarely asked for", sorted(rare))] if rare else [])]
    if not operations:
        return "", []
    return max(operations, key=lambda operation: operation[1][ceil(0.95 * len(operation[1])) - 1])


def found_places(
    host: str,
    figures: Figures,
    missing: Iterable[str],
    elsewhere: Counter[str],
    asked: Counter[str],
) -> Iterable[CheckFinding]:
    """Tell errors, what nobody asked for, and what the service did not answer by itself."""
    for reason, count in figures["why"]:
        yield place(host, 0, "error", f"{count} × {reason}")
    for name in missing:
        yield place(host, 0, "unasked", f"{name} was not in the load, and is not left out by name")
    for name, count in elsewhere.most_common():
        of = f"{asked[name]} answers to {name}" if name else f"{asked.total()} answers"
        yield place(host, 0, "kept", f"{count} of {of} did not come from the service")


def main(argv: list[str], env: Mapping[str, str], _stdin: TextIO) -> int:
    """Print the figures over all requests."""
    params = Params(env)
    path, host = argv
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
    endpoints = read_endpoints(params, params.text("api")) if params.text("api") else None
    asked: Counter[str] = Counter()
    for method, at, number in figures["asked"]:
        asked[(endpoints and endpoints.of_request(method, at)) or ""] += number
    missing = unasked(params, asked, endpoints)
    elsewhere: Counter[str] = Counter()
    if params.text("counter"):
        elsewhere = given_elsewhere(asked, grown(params, figures["counted"], endpoints))
    kept = elsewhere.total()
    rate = figures["rps"] / requests
    name, slow = slowest(figures)
    numbers = {
        "requests": requests,
        "failures": failures,
        "unanswered": requests - figures["answered"],
        "error_rate": round(100 * failures / requests, 4),
        "rps": round(figures["rps"], 1),
        "service_rps": round(rate * (asked.total() - kept), 1),
        "kept_rps": round(rate * kept, 1),
        "times": spread(figures["times"]),
        "times_of_slowest": slow,
        "slowest": name,
        "users": figures["users"],
        "unasked": len(missing),
        "its_own": kept <= FEW * asked.total(),
    }
    emit(numbers, found_places(host, figures, missing, elsewhere, asked))
    return 0
