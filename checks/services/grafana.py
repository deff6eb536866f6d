"""Ask a Grafana for its dashboards, and every panel of them for its data.

A dashboard whose panels show nothing is a picture of a dashboard; so is one that stands in the
repository and not on the server.
"""

import json
import math
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, NamedTuple, TypeGuard

import msgspec
from msgspec import Meta

from checks.services._answer import Complaint, ProbeError
from checks.services._http import Response, Via, without_password
from checks.services._json import get, loads, objects, post, typed
from checks.services._options import Words
from checks.services.http import Client

VARIABLES = {
    "__rate_interval": "5m",
    "__interval": "1m",
    "__interval_ms": "60000",
    "__range": "1h",
    "__range_s": "3600",
}
_VARIABLE = re.compile(
    r"\$(?P<a>[A-Za-z_]\w*)|\$\{(?P<b>[A-Za-z_]\w*)[^}]*\}|\[\[(?P<c>\w+)[^\]]*\]\]"
)
LIVE = 300.0
"""How old (s) the newest number of a panel may be: so far back does a query look, usually."""


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
    with a variable that has no value. `stale` counts panels with data whose newest number is more
    than five minutes old. `lost` counts panels of the files that are not on the server, or ask
    something else there. `faulty` counts all that show no number, or an old one, and these.
    """

    url: str
    version: str
    dashboards: int
    panels: int
    with_data: int
    stale: int
    without_data: int
    unknown: int
    lost: int
    faulty: int
    problems: list[Complaint]


class _Query(NamedTuple):
    """What a panel asks, and of which source: as that is written there, perhaps by a variable."""

    target: Mapping[str, object]
    source: object

    @property
    def expression(self) -> str:
        return str(self.target.get("expr") or "")

    @property
    def uid(self) -> str:
        return str(self.source.get("uid") or "") if isinstance(self.source, dict) else ""

    def is_as(self, written: "_Query") -> bool:
        """Whether it asks the same; a file may leave the source to the server."""
        source = written.uid if "$" not in written.uid else ""
        return self.expression == written.expression and source in ("", self.uid)


class _Panel(NamedTuple):
    """A panel: its title, and what it asks."""

    title: str
    queries: tuple[_Query, ...]

    def is_as(self, written: "_Panel") -> bool:
        """Whether it asks the same."""
        pairs = zip(self.queries, written.queries, strict=False)
        return len(self.queries) == len(written.queries) and all(a.is_as(b) for a, b in pairs)


class _Health(msgspec.Struct):
    version: str


class _Entry(msgspec.Struct):
    uid: str
    title: str


class _Dashboard(msgspec.Struct):
    dashboard: dict[str, object]


class _Field(msgspec.Struct, frozen=True):
    type: str = ""


class _Schema(msgspec.Struct, frozen=True):
    fields: list[_Field] = []


class _Columns(msgspec.Struct, frozen=True):
    values: list[list[object]] | None = None


class _Frame(msgspec.Struct, frozen=True):
    schema: _Schema = _Schema()
    data: _Columns = _Columns()


class _PanelData(msgspec.Struct, frozen=True):
    frames: list[_Frame] | None = None
    error: str = ""


class _Answers(msgspec.Struct, frozen=True):
    results: dict[str, _PanelData] = {}
    message: str = ""


def measure(options: GrafanaOptions) -> GrafanaAnswer:
    """Ask for every panel."""
    via = options.via()
    url = options.url.rstrip("/")
    headers = {"Authorization": f"Bearer {options.token}"} if options.token else {}
    version = typed(get(f"{url}/api/health", via), _Health, url).version
    tag = f"&tag={options.folder}" if options.folder else ""
    entries = typed(get(f"{url}/api/search?type=dash-db{tag}", via, headers), list[_Entry], url)
    counts = {"data": 0, "stale": 0, "none": 0, "unknown": 0}
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
        with_data=counts["data"] + counts["stale"],
        stale=counts["stale"],
        without_data=counts["none"],
        unknown=counts["unknown"],
        lost=len(lost),
        faulty=sum(counts.values()) - counts["data"] + len(lost),
        problems=[*problems, *lost],
    )


def _lost(files: Iterable[str], served: Mapping[str, list[_Panel]]) -> Iterator[Complaint]:
    """Yield the panels of these files that the server lacks, or has with other queries."""
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
            elif not any(one.is_as(panel) for one in same):
                message = "it asks something else on the server"
                yield Complaint(path=file, rule=panel.title, message=message)


def _dashboards(files: Iterable[str]) -> Iterator[str]:
    for file in files:
        if os.path.isdir(file):
            found = sorted(map(str, Path(file).rglob("*.json")))
            if not found:
                raise ProbeError(f"{file} holds no dashboard")
            yield from found
        else:
            yield file


def _panels(board: Mapping[str, object]) -> Iterator[_Panel]:
    """Each panel's title and queries; those of folded rows too, those of mere text not."""
    for one in objects(board.get("panels")):
        targets = one.get("targets")
        if isinstance(targets, list) and targets and isinstance(one.get("type"), str):
            shown = [each for each in targets if isinstance(each, dict) and not each.get("hide")]
            yield _Panel(
                str(one.get("title") or one.get("id")),
                tuple(
                    _Query(each, each.get("datasource") or one.get("datasource")) for each in shown
                ),
            )


def _values(board: Mapping[str, object]) -> dict[str, str]:
    """Return the initial value of each dashboard variable; several are one alternative."""
    values = dict(VARIABLES)
    for one in objects(board.get("templating")):
        name, current = one.get("name"), one.get("current")
        if isinstance(name, str) and isinstance(current, dict):
            value = current.get("value")
            chosen = [str(each) for each in (value if isinstance(value, list) else [value]) if each]
            if "$__all" in chosen:
                chosen = [str(one.get("allValue") or ".*")]
            if chosen:
                values[name] = "|".join(chosen)
    return values


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(
        lambda found: values.get(found["a"] or found["b"] or found["c"], found[0]), text
    )


def _shown(
    panel: _Panel,
    values: Mapping[str, str],
    options: GrafanaOptions,
    url: str,
    via: Via,
    headers: dict[str, str],
) -> tuple[str, str]:
    """Whether a panel has data: `data`, `stale`, `none` or `unknown`, and why."""
    queries = []
    for query in panel.queries:
        expression = _filled(query.expression, values)
        if not expression:
            return "unknown", "its query is none of Prometheus"
        if variable := _VARIABLE.search(expression):
            return "unknown", f"its query has the variable {variable[0]}, which has no value"
        source = query.source
        if isinstance(source, dict):
            source = {**source, "uid": _filled(query.uid, values)}
        asked = {**query.target, "expr": expression, "maxDataPoints": 100}
        queries.append(asked | ({"datasource": source} if source else {}))
    if not queries:
        return "none", "it asks nothing"
    answer = post(
        f"{url}/api/ds/query",
        {"queries": queries, "from": options.window, "to": "now"},
        via,
        headers,
    )
    if answer.status in (401, 403):
        raise ProbeError(f"{answer.url} answered with status {answer.status}")
    told = typed(loads(answer), _Answers, answer.url)
    errors = [one.error for one in told.results.values() if one.error]
    if errors or not told.results:
        return "none", (errors or [told.message or "no answer"])[0]
    names = [str(query.target.get("refId")) for query in panel.queries]
    newest = {name: _newest(told.results.get(name, _PanelData()).frames or []) for name in names}
    silent = [name for name, at in newest.items() if at is None]
    if silent:
        return "none", f"no number for {', '.join(silent)}"
    age = max(_now(answer) - (at or 0) for at in newest.values())
    return ("stale", f"its newest number is {age:.0f} s old") if age > LIVE else ("data", "")


def _now(answer: Response) -> float:
    """Return the server's time by its Date header; the local time where that tells none."""
    try:
        return parsedate_to_datetime(answer.header("date")).timestamp()
    except ValueError:
        return time.time()


def _newest(frames: Iterable[_Frame]) -> float | None:
    """When the newest number is from; infinity where no time is told, None where there is none.

    A number is as new as the end of its step.
    """
    found = []
    for frame in frames:
        columns = frame.data.values or []
        timed = bool(frame.schema.fields) and frame.schema.fields[0].type == "time"
        times = [each for each in columns[0] if _is_number(each)] if timed else []
        step = min((later - one for one, later in pairwise(times)), default=0)
        for column in columns[1:] or columns:
            last = max((at for at, one in enumerate(column) if _is_number(one)), default=None)
            if last is not None:
                found.append((times[last] + step) / 1000 if last < len(times) else math.inf)
    return max(found, default=None)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
