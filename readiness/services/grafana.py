"""Ask a Grafana for its dashboards, and every panel of them for its data.

A dashboard whose panels show nothing is a picture of a dashboard; so is one that stands in the
repository and not on the server.
"""

import json
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from readiness.services._answer import Complaint, ProbeError
from readiness.services._http import Via, without_password
from readiness.services._json import get, loads, objects, post, typed
from readiness.services._options import Words
from readiness.services.http import Client

VARIABLES = {
    "$__rate_interval": "5m",
    "${__rate_interval}": "5m",
    "$__interval": "1m",
    "${__interval}": "1m",
    "$__range": "1h",
    "${__range}": "1h",
}
_VARIABLE = re.compile(r"\$\{?\w+|\[\[\w+\]\]")


class GrafanaOptions(Client, frozen=True, kw_only=True):
    """The options of this probe."""

    url: Annotated[str, Meta(description="the address of Grafana")]
    token: Annotated[str, Meta(description="a service account's token; give `--token-env`")] = ""
    folder: Annotated[str, Meta(description="look only at dashboards with this tag")] = ""
    files: Annotated[
        Words, Meta(description="dashboards as the repository has them: files, or folders of them")
    ] = ()
    window: Annotated[str, Meta(description="how far back panels look")] = "now-1h"


class GrafanaAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many panels there are, and what they show.

    `unknown` counts panels whose queries could not be asked: of another source than Prometheus, or
    with a variable that has no value. `lost` counts panels of the files that are not on the server,
    or ask something else there. `faulty` counts all that show no number, and these.
    """

    url: str
    version: str
    dashboards: int
    panels: int
    with_data: int
    without_data: int
    unknown: int
    lost: int
    faulty: int
    problems: list[Complaint]


class _Panel(NamedTuple):
    """A panel: its title, and what it asks."""

    title: str
    targets: tuple[dict[str, object], ...]

    @property
    def asked(self) -> tuple[str, ...]:
        return tuple(str(target.get("expr") or "") for target in self.targets)


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
    served: dict[str, list[_Panel]] = {}
    for entry in entries:
        told = get(f"{url}/api/dashboards/uid/{entry.uid}", via, headers)
        board = typed(told, _Dashboard, url).dashboard
        served[entry.uid] = list(_panels(board))
        for panel in served[entry.uid]:
            state, why = _shown(panel, _values(board), options, url, via, headers)
            counts[state] += 1
            if state != "data":
                problems.append(Complaint(path=entry.title, rule=panel.title, message=why))
    lost = list(_lost(options.files, served))
    return GrafanaAnswer(
        url=without_password(options.url),
        version=version,
        dashboards=len(entries),
        panels=sum(counts.values()),
        with_data=counts["data"],
        without_data=counts["none"],
        unknown=counts["unknown"],
        lost=len(lost),
        faulty=counts["none"] + counts["unknown"] + len(lost),
        problems=[*problems, *lost],
    )


def _lost(files: Iterable[str], served: Mapping[str, list[_Panel]]) -> Iterator[Complaint]:
    """The panels of these files that the server does not have as they stand there."""
    for file in _dashboards(files):
        try:
            with open(file, encoding="utf-8") as stream:
                board = typed(json.load(stream), dict[str, object], file)
        except (OSError, ValueError) as error:
            raise ProbeError(f"{file} cannot be read: {error}") from None
        there = served.get(str(board.get("uid")), [])
        for panel in _panels(board):
            same = [one for one in there if one.title == panel.title]
            if not same:
                yield Complaint(path=file, rule=panel.title, message="it is not on the server")
            elif panel.asked not in [one.asked for one in same]:
                message = "it asks something else on the server"
                yield Complaint(path=file, rule=panel.title, message=message)


def _dashboards(files: Iterable[str]) -> Iterator[str]:
    for file in files:
        if os.path.isdir(file):
            names = sorted(name for name in os.listdir(file) if name.endswith(".json"))
            if not names:
                raise ProbeError(f"{file} holds no dashboard")
            yield from (os.path.join(file, name) for name in names)
        else:
            yield file


def _panels(board: Mapping[str, object]) -> Iterator[_Panel]:
    """Each panel's title and queries; those of folded rows too, those of mere text not."""
    for one in objects(board.get("panels")):
        targets = one.get("targets")
        if isinstance(targets, list) and targets and isinstance(one.get("type"), str):
            yield _Panel(
                str(one.get("title") or one.get("id")),
                tuple(each for each in targets if isinstance(each, dict) and not each.get("hide")),
            )


def _values(board: Mapping[str, object]) -> dict[str, str]:
    """What the dashboard's variables stand for at first: several values as one alternative."""
    values = dict(VARIABLES)
    for one in objects(board.get("templating")):
        name, current = one.get("name"), one.get("current")
        if isinstance(name, str) and isinstance(current, dict):
            value = current.get("value")
            chosen = [str(each) for each in (value if isinstance(value, list) else [value]) if each]
            if "$__all" in chosen:
                chosen = [str(one.get("allValue") or ".*")]
            if chosen:
                values |= dict.fromkeys(
                    (f"${name}", f"${{{name}}}", f"[[{name}]]"), "|".join(chosen)
                )
    return values


def _filled(expression: str, values: Mapping[str, str]) -> str:
    for name in sorted(values, key=len, reverse=True):
        expression = expression.replace(name, values[name])
    return expression


def _shown(
    panel: _Panel,
    values: Mapping[str, str],
    options: GrafanaOptions,
    url: str,
    via: Via,
    headers: dict[str, str],
) -> tuple[str, str]:
    """Whether a panel has data: `data`, `none` or `unknown`, and why."""
    queries = []
    for target in panel.targets:
        expression = _filled(str(target.get("expr") or ""), values)
        if not expression:
            return "unknown", "its query is none of Prometheus"
        if variable := _VARIABLE.search(expression):
            return "unknown", f"its query has the variable {variable[0]}, which has no value"
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
    silent = [
        str(target.get("refId"))
        for target in panel.targets
        if not _has_data(results.get(str(target.get("refId")), {}))
    ]
    if silent:
        return "none", f"no number for {', '.join(silent)}"
    return "data", ""


def _has_data(result: object) -> bool:
    """Whether any frame has a number; its first field, of several, is the time."""
    for frame in objects(result):
        data = frame.get("data")
        fields = data.get("values") if isinstance(data, dict) else None
        if isinstance(fields, list):
            for field in fields[1:] or fields:
                if isinstance(field, list) and any(map(_is_number, field)):
                    return True
    return False


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
