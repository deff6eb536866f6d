"""Ask a Prometheus what it knows: its rules, targets, Alertmanagers, and the value of a query.

Rules in a file, rules that are loaded, and rules that can be evaluated are three numbers. So are
the metrics that rules name and those that there are series of: a rule about a metric that nobody
exports never fires.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from readiness.services._answer import Complaint, ProbeError
from readiness.services._http import Request, Via, fetch, without_password
from readiness.services._json import loads, typed
from readiness.services._options import Words
from readiness.services.http import Client

MOST_FILE = 16 * 2**20


class PrometheusOptions(Client, frozen=True, kw_only=True):
    """The options of this probe."""

    url: Annotated[str, Meta(description="the address of Prometheus")]
    query: Annotated[str, Meta(description="a PromQL query whose value is told")] = ""
    files: Annotated[Words, Meta(description="rule files whose rules should be loaded")] = ()
    pattern: Annotated[
        str, Meta(description="regular expression; alert rules whose query matches are counted")
    ] = ""
    job: Annotated[str, Meta(description="look only at the targets of this job")] = ""


class AlertRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as the server tells it."""

    name: str
    query: str
    health: str
    type: str
    lastError: str = ""  # noqa: N815 - the server's name


class PrometheusAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the server knows.

    `healthy` counts alert rules that were evaluated without an error, `matching` those of them
    that match the pattern, `not_loaded` the alert rules of the files that the server does not have.
    `absent` counts the metrics that rules name and that have no series, of `named` ones. `value`
    is null where the query gives no series or several; `series` counts them.
    """

    url: str
    version: str
    loaded: int
    healthy: int
    unhealthy: int
    matching: int
    in_files: int
    not_loaded: int
    targets: int
    up: int
    down: int
    alertmanagers: int
    named: int
    absent: int
    series: int
    value: float | None
    problems: list[Complaint]


def measure(options: PrometheusOptions) -> PrometheusAnswer:
    """Ask for all of it."""
    server = _PrometheusApi(options)
    rules = server.rules()
    healthy = [rule for rule in rules if rule.health == "ok"]
    problems = [
        Complaint(path="rules", rule=rule.name, message=f"{rule.health}: {rule.lastError}")
        for rule in rules
        if rule.health != "ok"
    ]
    expected = _in_files(options.files)
    known = {rule.name for rule in rules}
    lost = [name for name in expected if name not in known]
    problems += [Complaint(path="rules", rule=name, message="not loaded") for name in lost]
    targets = server.targets()
    down = [target for target in targets if target.health != "up"]
    problems += [
        Complaint(path="targets", rule=target.scrapeUrl, message=target.lastError or target.health)
        for target in down
    ]
    named = sorted({name for rule in rules for name in metrics_in(rule.query)})
    absent = [name for name in named if not server.has(name)]
    problems += [Complaint(path="metrics", rule=name, message="no series") for name in absent]
    series, value = server.value(options.query)
    return PrometheusAnswer(
        url=without_password(options.url),
        version=server.version(),
        loaded=len(rules),
        healthy=len(healthy),
        unhealthy=len(rules) - len(healthy),
        matching=_matching(options.pattern, healthy),
        in_files=len(expected),
        not_loaded=len(lost),
        targets=len(targets),
        up=len(targets) - len(down),
        down=len(down),
        alertmanagers=server.alertmanagers(),
        named=len(named),
        absent=len(absent),
        series=series,
        value=value,
        problems=problems,
    )


def _matching(pattern: str, rules: Sequence[AlertRule]) -> int:
    if not pattern:
        return 0
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise ProbeError(f"--pattern {pattern!r} is no regular expression: {error}") from None
    return sum(bool(wanted.search(rule.query)) for rule in rules)


# --- the server ---------------------------------------------------------------------------------


class _Envelope(msgspec.Struct):
    status: str
    data: object = None
    error: str = ""


class _Group(msgspec.Struct):
    rules: list[AlertRule]


class _Groups(msgspec.Struct):
    groups: list[_Group]


class _ScrapeTarget(msgspec.Struct):
    scrapeUrl: str  # noqa: N815 - the server's name
    health: str
    labels: dict[str, str]
    lastError: str = ""  # noqa: N815 - the server's name


class _Targets(msgspec.Struct):
    activeTargets: list[_ScrapeTarget]  # noqa: N815 - the server's name


class _Manager(msgspec.Struct):
    url: str


class Managers(msgspec.Struct):
    """Where a server sends its alerts."""

    activeAlertmanagers: list[_Manager]  # noqa: N815 - the server's name


class _Build(msgspec.Struct):
    version: str


class _Result(msgspec.Struct):
    resultType: str  # noqa: N815 - the server's name
    result: list[object]


class _Sample(msgspec.Struct):
    value: tuple[float, str]


class _PrometheusApi:
    """The questions that its HTTP API answers."""

    def __init__(self, options: PrometheusOptions) -> None:
        self._url = options.url.rstrip("/")
        self._via: Via = options.via()
        self._job = options.job

    def rules(self) -> list[AlertRule]:
        """The alert rules that are loaded."""
        groups = typed(self._ask("rules", type="alert"), _Groups, self._url).groups
        return [rule for group in groups for rule in group.rules if rule.type == "alerting"]

    def targets(self) -> list[_ScrapeTarget]:
        """The targets that are scraped."""
        found = typed(self._ask("targets", state="active"), _Targets, self._url).activeTargets
        return [one for one in found if not self._job or one.labels.get("job") == self._job]

    def alertmanagers(self) -> int:
        """How many Alertmanagers it sends alerts to."""
        return len(typed(self._ask("alertmanagers"), Managers, self._url).activeAlertmanagers)

    def version(self) -> str:
        """What it is."""
        return typed(self._ask("status/buildinfo"), _Build, self._url).version

    def has(self, metric: str) -> bool:
        """Whether there is a series of the metric now."""
        return bool(self._query(f'count({{__name__="{metric}"}})'))

    def value(self, query: str) -> tuple[int, float | None]:
        """How many series a query gives, and the value where it is one finite number."""
        if not query:
            return 0, None
        found = self._query(query)
        if len(found) != 1:
            return len(found), None
        number = float(found[0])
        return 1, number if number - number == 0 else None

    def _query(self, query: str) -> list[str]:
        result = typed(self._ask("query", query=query), _Result, self._url)
        if result.resultType == "scalar":
            return [str(result.result[1])]
        return [sample.value[1] for sample in typed(result.result, list[_Sample], self._url)]

    def _ask(self, path: str, **parameters: str) -> object:
        query = f"?{urlencode(parameters)}" if parameters else ""
        answer = fetch(Request(url=f"{self._url}/api/v1/{path}{query}"), self._via)
        if answer.status not in (200, 400, 422):
            raise ProbeError(f"{answer.url} answered with status {answer.status}")
        told = typed(loads(answer), _Envelope, answer.url)
        if told.status != "success":
            raise ProbeError(f"{answer.url} refused the question: {told.error}")
        return told.data


# --- rule files ---------------------------------------------------------------------------------


class _FileRule(msgspec.Struct):
    alert: str = ""


class _FileGroup(msgspec.Struct):
    rules: list[_FileRule] = []


class _File(msgspec.Struct):
    groups: list[_FileGroup] = []


def _in_files(files: Iterable[str]) -> list[str]:
    """The names of the alerts in these rule files."""
    import yaml

    names = []
    for file in files:
        try:
            with open(file, encoding="utf-8") as stream:
                data = yaml.load(stream.read(MOST_FILE), yaml.CSafeLoader)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise ProbeError(f"{file} cannot be read: {error}") from None
        groups = typed(data or {}, _File, file).groups
        names += [rule.alert for group in groups for rule in group.rules if rule.alert]
    return names


# --- PromQL -------------------------------------------------------------------------------------

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`')
_LABELS = re.compile(r"\{[^{}]*\}")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)")
_RANGE = re.compile(r"\[[^\[\]]*\]")
_NAME = re.compile(r"(?<![\w:.])[A-Za-z_:][\w:]*(?!\s*\(|[\w:])")
_WORDS = {
    *("and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right"),
    *("offset", "bool", "inf", "nan", "start", "end", "atan2"),
}
_AGGREGATIONS = {
    *("sum", "min", "max", "avg", "count", "group", "stddev", "stdvar", "topk", "bottomk"),
    *("count_values", "quantile"),
}


def metrics_in(query: str) -> set[str]:
    """The metrics that a PromQL query names; what is only a label or a function is none."""
    bare = _STRING.sub('""', query)
    bare = _GROUPING.sub(" ", _RANGE.sub(" ", _LABELS.sub(" ", bare)))
    names = {name for name in _NAME.findall(bare) if name.lower() not in _WORDS}
    return names - _AGGREGATIONS
