"""Ask a Grafana for its dashboards, and every panel of them for its data.

A dashboard whose panels show nothing is a picture of a dashboard.
"""

import re
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from readiness.services._answer import Complaint, ProbeError
from readiness.services._http import Via, without_password
from readiness.services._json import get, loads, objects, post, typed
from readiness.services.http import Client

VARIABLES = {
    "$__rate_interval": "5m",
    "${__rate_interval}": "5m",
    "$__interval": "1m",
    "${__interval}": "1m",
    "$__range": "1h",
    "${__range}": "1h",
}
_VARIABLE = re.compile(r"\$\{?\w+")


class GrafanaOptions(Client, frozen=True, kw_only=True):
    """The options of this probe."""

    url: Annotated[str, Meta(description="the address of Grafana")]
    token: Annotated[str, Meta(description="a service account's token; give `--token-env`")] = ""
    folder: Annotated[str, Meta(description="look only at dashboards with this tag")] = ""
    window: Annotated[str, Meta(description="how far back panels look")] = "now-1h"


class GrafanaAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many panels there are, and what they show.

    `unknown` counts panels whose queries have variables of the dashboard: they were not asked.
    """

    url: str
    version: str
    dashboards: int
    panels: int
    with_data: int
    without_data: int
    unknown: int
    problems: list[Complaint]


class _Health(msgspec.Struct):
    version: str


class _Entry(msgspec.Struct):
    uid: str
    title: str


class _Dashboard(msgspec.Struct):
    dashboard: dict[str, object]


class _Results(msgspec.Struct):
    results: dict[str, object] = {}


def measure(options: GrafanaOptions) -> GrafanaAnswer:
    """Ask for every panel."""
    via = options.via()
    url = options.url.rstrip("/")
    headers = {"Authorization": f"Bearer {options.token}"} if options.token else {}
    version = typed(get(f"{url}/api/health", via), _Health, url).version
    tag = f"&tag={options.folder}" if options.folder else ""
    entries = typed(get(f"{url}/api/search?type=dash-db{tag}", via, headers), list[_Entry], url)
    counts = {"data": 0, "none": 0, "unknown": 0}
    problems = []
    for entry in entries:
        board = typed(get(f"{url}/api/dashboards/uid/{entry.uid}", via, headers), _Dashboard, url)
        for title, panel in _panels(board.dashboard):
            state, why = _shown(panel, options, url, via, headers)
            counts[state] += 1
            if state != "data":
                problems.append(Complaint(path=entry.title, rule=title, message=why))
    return GrafanaAnswer(
        url=without_password(options.url),
        version=version,
        dashboards=len(entries),
        panels=sum(counts.values()),
        with_data=counts["data"],
        without_data=counts["none"],
        unknown=counts["unknown"],
        problems=problems,
    )


def _panels(board: dict[str, object]) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """Each panel's title and queries; those of folded rows too, those of mere text not."""
    for one in objects(board.get("panels")):
        targets = one.get("targets")
        if isinstance(targets, list) and targets and isinstance(one.get("type"), str):
            shown = [target for target in targets if isinstance(target, dict)]
            yield (
                str(one.get("title") or one.get("id")),
                [target for target in shown if not target.get("hide")],
            )


def _shown(
    targets: list[dict[str, object]],
    options: GrafanaOptions,
    url: str,
    via: Via,
    headers: dict[str, str],
) -> tuple[str, str]:
    """Whether a panel has data: `data`, `none` or `unknown`, and why."""
    queries = []
    for target in targets:
        expression = str(target.get("expr") or "")
        for name, value in VARIABLES.items():
            expression = expression.replace(name, value)
        if not expression:
            return "unknown", "its query is none of Prometheus"
        if variable := _VARIABLE.search(expression):
            return "unknown", f"its query has the variable {variable[0]}"
        queries.append({**target, "expr": expression, "maxDataPoints": 100})
    answer = post(
        f"{url}/api/ds/query",
        {"queries": queries, "from": options.window, "to": "now"},
        via,
        headers,
    )
    if answer.status in (401, 403):
        raise ProbeError(f"{answer.url} answered with status {answer.status}")
    results = typed(loads(answer), _Results, answer.url).results
    errors = [str(one["error"]) for one in objects(results) if one.get("error")]
    if errors:
        return "none", errors[0]
    return ("data", "") if _has_data(results) else ("none", "no data")


def _has_data(results: dict[str, object]) -> bool:
    for frame in objects(results):
        data = frame.get("data")
        values = data.get("values") if isinstance(data, dict) else None
        if isinstance(values, list) and any(isinstance(one, list) and one for one in values):
            return True
    return False
