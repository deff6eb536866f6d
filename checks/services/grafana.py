"""Ask a Grafana for its dashboards, and every panel of them for its data.

A dashboard whose panels show nothing is a picture of a dashboard; so is one that stands in the
repository and not on the server.
"""

import math
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, NamedTuple, TypeGuard

import msgspec
from msgspec import Meta

from checks.services._answer import Answer, Complaint, ProbeError
from checks.services._http import Response, without_password
from checks.services._json import Api, from_json, objects, other_status, read_text
from checks.services._options import Words
from checks.services._promql import disturbed
from checks.services.http import Authorized

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
_UNITS = {"s": 1, "m": 60}
LIVE = 300.0
"""How old (s) the newest number of a panel may be: so far back does a query look, usually."""


class GrafanaOptions(Authorized, frozen=True, kw_only=True):
    """The options of this probe."""

    url: str
    folder: str = ""
    files: Words = ()
    window: str = "now-1h"
    at_least: Annotated[int, Meta(ge=0)] = 0


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
        """Return whether it asks the same; a file may leave the source to the server."""
        source = written.uid if "$" not in written.uid else ""
        return self.expression == written.expression and source in ("", self.uid)


class _Panel(NamedTuple):
    """A panel: its title, and what it asks."""

    title: str
    queries: tuple[_Query, ...]

    def is_as(self, written: "_Panel") -> bool:
        """Return whether it asks the same."""
        pairs = zip(self.queries, written.queries, strict=False)
        return len(self.queries) == len(written.queries) and all(a.is_as(b) for a, b in pairs)


class _Entry(msgspec.Struct):
    uid: str
    title: str


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


class _PanelAnswers(msgspec.Struct, frozen=True):
    results: dict[str, _PanelData] = {}
    message: str = ""


def measure(options: GrafanaOptions) -> Answer:
    """Ask for every panel, and tell how many there are, and what they show.

    `unknown` counts panels whose queries could not be asked: of another source than Prometheus, or
    with a variable that has no value. `stale` counts panels with data whose newest number is more
    than five minutes old, or whose dashboard ends before that. `fixed` counts panels that show the
    same whatever Prometheus measures. `lost` counts panels of the files that are not on the server,
    or ask something else there, and how many fewer than `at_least` are there. `faulty` counts all
    that do not show fresh numbers, and these.
    """
    api = options.api(options.url)
    version = api.get("/api/health", str, "version")
    tag = f"&tag={options.folder}" if options.folder else ""
    entries = api.get(f"/api/search?type=dash-db{tag}", list[_Entry])
    counts = {"data": 0, "stale": 0, "fixed": 0, "none": 0, "unknown": 0}
    problems = []
    served: dict[str, list[_Panel]] = {}
    for entry in entries:
        board = api.get(f"/api/dashboards/uid/{entry.uid}", dict[str, object], "dashboard")
        served[entry.uid] = list(_panels(board))
        for panel in served[entry.uid]:
            state, why = _shown(panel, _values(board), options.window, api)
            if state == "data" and _end(board):
                state, why = "stale", f"its dashboard ends at {_end(board)}"
            counts[state] += 1
            if state != "data":
                problems.append(Complaint(entry.title, panel.title, why))
    lost = list(_lost(options.files, served))
    few = options.at_least - sum(counts.values())
    if few > 0:
        lost += [Complaint(api.url, "dashboards", f"{few} panels fewer than {options.at_least}")]
    return {
        "url": without_password(options.url),
        "version": version,
        "dashboards": len(entries),
        "panels": sum(counts.values()),
        "with_data": counts["data"] + counts["stale"] + counts["fixed"],
        "fixed": counts["fixed"],
        "stale": counts["stale"],
        "without_data": counts["none"],
        "unknown": counts["unknown"],
        "lost": len(lost),
        "faulty": sum(counts.values()) - counts["data"] + len(lost) + max(few - 1, 0),
        "problems": [*problems, *lost],
    }


def _lost(files: Iterable[str], served: Mapping[str, list[_Panel]]) -> Iterator[Complaint]:
    """Yield the panels of these files that the server lacks, or has with other queries."""
    for file in _dashboards(files):
        board = from_json(read_text(file), dict[str, object], file)
        panels = served.get(str(board.get("uid")), [])
        for panel in _panels(board):
            namesakes = [other for other in panels if other.title == panel.title]
            if not namesakes:
                yield Complaint(file, panel.title, "it is not on the server")
            elif not any(other.is_as(panel) for other in namesakes):
                yield Complaint(file, panel.title, "it asks something else on the server")


def _dashboards(files: Iterable[str]) -> Iterator[str]:
    for file in files:
        if os.path.isdir(file):
            paths = sorted(map(str, Path(file).rglob("*.json")))
            if not paths:
                raise ProbeError(f"{file} holds no dashboard")
            yield from paths
        else:
            yield file


def _panels(board: Mapping[str, object]) -> Iterator[_Panel]:
    """Yield each panel with its queries; those of folded rows too, those of mere text not."""
    for panel in objects(board.get("panels")):
        targets = panel.get("targets")
        if isinstance(targets, list) and targets and isinstance(panel.get("type"), str):
            queries = [
                _Query(target, target.get("datasource") or panel.get("datasource"))
                for target in targets
                if isinstance(target, dict) and not target.get("hide")
            ]
            yield _Panel(str(panel.get("title") or panel.get("id")), tuple(queries))


def _values(board: Mapping[str, object]) -> dict[str, str]:
    """Return the initial value of each dashboard variable; several are one alternative."""
    values = dict(VARIABLES)
    for variable in objects(board.get("templating")):
        name, current = variable.get("name"), variable.get("current")
        if isinstance(name, str) and isinstance(current, dict):
            value = current.get("value")
            chosen = [str(part) for part in (value if isinstance(value, list) else [value]) if part]
            if "$__all" in chosen:
                chosen = [str(variable.get("allValue") or ".*")]
            if chosen:
                values[name] = "|".join(chosen)
    return values


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(
        lambda name: values.get(name["a"] or name["b"] or name["c"], name[0]), text
    )


def _shown(panel: _Panel, values: Mapping[str, str], window: str, api: Api) -> tuple[str, str]:
    """Return whether a panel has data: `data`, `stale`, `none` or `unknown`, and why."""
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
    answer, answers = _asked(queries, window, api)
    errors = [data.error for data in answers.results.values() if data.error]
    if errors or not answers.results:
        return "none", (errors or [answers.message or "no answer"])[0]
    names = [str(query.target.get("refId")) for query in panel.queries]
    newest = {name: _newest(answers.results.get(name, _PanelData()).frames or []) for name in names}
    silent = [name for name, at in newest.items() if at is None]
    if silent:
        return "none", f"no number for {', '.join(silent)}"
    age = max(_now(answer) - (at or 0) for at in newest.values())
    if age > LIVE:
        return "stale", f"its newest number is {age:.0f} s old"
    if _is_fixed(queries, answers, window, api):
        return "fixed", "it shows the same, whatever Prometheus measures"
    return "data", ""


def _asked(queries: Sequence[object], window: str, api: Api) -> tuple[Response, _PanelAnswers]:
    answer = api.post("/api/ds/query", {"queries": queries, "from": window, "to": "now"})
    if answer.status in (401, 403):
        raise other_status(answer)
    return answer, from_json(answer.body, _PanelAnswers, answer.url)


def _is_fixed(
    queries: Sequence[Mapping[str, object]], answers: _PanelAnswers, window: str, api: Api
) -> bool:
    """Return whether the queries give the same numbers on other data, and on more of them."""
    try:
        ways = zip(*(disturbed(str(query["expr"])) for query in queries), strict=True)
        changed = [
            [{**query, "expr": expression} for query, expression in zip(queries, way, strict=True)]
            for way in ways
        ]
    except ProbeError:  # a query in another language
        return False
    shown = _numbers(answers)
    for way in changed:
        numbers = _numbers(_asked(way, window, api)[1])
        if numbers and numbers != shown:
            return False
    return True


def _numbers(answers: _PanelAnswers) -> set[float | None]:
    """Return the last number of each series that a panel shows."""
    frames = [frame for data in answers.results.values() for frame in data.frames or []]
    columns = [column for frame in frames for column in (frame.data.values or [])[1:]]
    return {next(filter(_is_number, reversed(column)), None) for column in columns} - {None}


def _end(board: Mapping[str, object]) -> str:
    """Return where the dashboard's range ends; "" where that is now, or minutes ago."""
    span = board.get("time")
    end = str(span.get("to") or "now") if isinstance(span, dict) else "now"
    parts = re.fullmatch(r"now(?:-(\d+)([smhdwMy]))?(?:/[a-zA-Z]+)?", end)
    if parts and int(parts[1] or 0) * _UNITS.get(parts[2] or "s", LIVE + 1) <= LIVE:
        return ""
    return end


def _now(answer: Response) -> float:
    """Return the server's time by its Date header; the local time where that tells none."""
    try:
        return parsedate_to_datetime(answer.header("date")).timestamp()
    except ValueError:
        return time.time()


def _newest(frames: Iterable[_Frame]) -> float | None:
    """Return when the newest number is from; infinity if no time is told, None if there is none.

    A number is as new as the end of its step.
    """
    ends = []
    for frame in frames:
        columns = frame.data.values or []
        timed = bool(frame.schema.fields) and frame.schema.fields[0].type == "time"
        times = [moment for moment in columns[0] if _is_number(moment)] if timed else []
        step = min((later - earlier for earlier, later in pairwise(times)), default=0)
        for column in columns[1:] or columns:
            last = max((at for at, value in enumerate(column) if _is_number(value)), default=None)
            if last is not None:
                ends.append((times[last] + step) / 1000 if last < len(times) else math.inf)
    return max(ends, default=None)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
