"""The questions that the HTTP API of a Prometheus answers."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

import msgspec

from checks.services._alert_rules import RuleGroup
from checks.services._answer import ProbeError
from checks.services._http import Request, Via, fetch
from checks.services._json import elsewhere, loads, typed
from checks.services._options import OptionsError
from checks.services._promql import Window, unfiltered
from checks.services._relabel import Relabeling, relabeled

_SAMPLES = ("_total", "_bucket", "_count", "_sum", "_created", "_info")
"""What names of series have behind the name by which a metric may be described."""


class _Envelope(msgspec.Struct):
    status: str
    data: object = None
    error: str = ""


class _Groups(msgspec.Struct):
    groups: list[RuleGroup]


class ScrapeTarget(msgspec.Struct):
    """What it looks at."""

    scrapeUrl: str  # noqa: N815 - the server's name
    health: str
    labels: dict[str, str]
    lastError: str = ""  # noqa: N815 - the server's name
    scrapeInterval: str = "0s"  # noqa: N815 - the server's name


class _Describing(msgspec.Struct):
    target: dict[str, str]


class _Targets(msgspec.Struct):
    activeTargets: list[ScrapeTarget]  # noqa: N815 - the server's name


class _KnownManager(msgspec.Struct):
    url: str


class _Managers(msgspec.Struct):
    activeAlertmanagers: list[_KnownManager]  # noqa: N815 - the server's name


class _Alert(msgspec.Struct):
    labels: dict[str, str]
    state: str


class _Alerts(msgspec.Struct):
    alerts: list[_Alert]


class _Config(msgspec.Struct):
    yaml: str


class _Global(msgspec.Struct, frozen=True):
    external_labels: dict[str, str] = {}
    evaluation_interval: str = "1m"
    rule_query_offset: str = "0s"


class _Addresses(msgspec.Struct):
    targets: list[str] = []


class _Receiving(msgspec.Struct):
    alert_relabel_configs: list[Relabeling] = []
    static_configs: list[_Addresses] = []

    def reaches(self, manager: str) -> bool:
        """Whether its settings name this host and port."""
        return any(manager in one.targets for one in self.static_configs)


class _Alerting(msgspec.Struct, frozen=True):
    alert_relabel_configs: list[Relabeling] = []
    alertmanagers: list[_Receiving] = []


class AlertSettings(msgspec.Struct, rename={"global_": "global"}):
    """The part of its settings that is about alerts."""

    global_: _Global = _Global()
    alerting: _Alerting = _Alerting()

    def sent(self, labels: Mapping[str, str], manager: str) -> Mapping[str, str] | None:
        """Return the labels with which an alert of these labels is sent; None if it is dropped.

        Of an Alertmanager that is discovered it is not known by which of several ways it is told.
        """
        told = relabeled(
            {**self.global_.external_labels, **labels}, self.alerting.alert_relabel_configs
        )
        if told is None:
            return None
        there = [way for way in self.alerting.alertmanagers if way.reaches(manager)]
        ways = [way.alert_relabel_configs for way in there or self.alerting.alertmanagers]
        return next((one for way in ways if (one := relabeled(told, way)) is not None), None)


class _Build(msgspec.Struct):
    version: str


class _Flags(msgspec.Struct):
    lookback: str = msgspec.field(name="query.lookback-delta", default="5m")


class _Result(msgspec.Struct):
    resultType: str  # noqa: N815 - the server's name
    result: list[object]


class _Sample(msgspec.Struct):
    value: tuple[float, str]
    metric: dict[str, str] = {}


class PrometheusApi:
    """The questions that its HTTP API answers."""

    def __init__(self, url: str, via: Via) -> None:
        self._url = url.rstrip("/")
        self._via = via

    def groups(self) -> list[RuleGroup]:
        """Return the groups of the alert rules that are loaded."""
        return typed(self._ask("rules", type="alert"), _Groups, self._url).groups

    def targets(self) -> list[ScrapeTarget]:
        """Return the targets that are scraped."""
        return typed(self._ask("targets", state="active"), _Targets, self._url).activeTargets

    def alertmanagers(self) -> list[str]:
        """Return the addresses to which Prometheus sends alerts."""
        active = typed(self._ask("alertmanagers"), _Managers, self._url).activeAlertmanagers
        return [manager.url for manager in active]

    def settings(self) -> AlertSettings:
        """Return the settings by which Prometheus runs."""
        import yaml

        text = typed(self._ask("status/config"), _Config, self._url).yaml
        try:
            return typed(yaml.load(text, yaml.CSafeLoader) or {}, AlertSettings, self._url)
        except yaml.YAMLError as error:
            raise ProbeError(f"{self._url} told settings that are no YAML: {error}") from None

    def firing(self) -> list[dict[str, str]]:
        """Return the labels of each alert that fires now."""
        alerts = typed(self._ask("alerts"), _Alerts, self._url).alerts
        return [alert.labels for alert in alerts if alert.state == "firing"]

    def version(self) -> str:
        """Return the version of Prometheus."""
        return typed(self._ask("status/buildinfo"), _Build, self._url).version

    def lookback(self) -> str:
        """How far back a query looks for a value, such as `5m`."""
        return typed(self._ask("status/flags"), _Flags, self._url).lookback

    def has(self, metric: str, *asked: str) -> bool:
        """Whether there is a series of the metric now of which all of that holds."""
        asks = ",".join([f'__name__="{metric}"', *asked])
        return bool(self._query(f"count({{{asks}}})"))

    def is_quiet(self, metric: str, targets: Iterable[ScrapeTarget]) -> bool:
        """Whether some of the targets describe the metric, and show no series of it.

        A counter with labels has none before there is something to count. Where a target shows
        series that the server lacks, its settings drop them. One that cannot be asked is believed.
        """
        describing = [
            one.target
            for family in {metric, *(metric.removesuffix(end) for end in _SAMPLES)}
            for one in self._describing(family)
        ]
        own = [one for one in targets if one.labels in describing]
        return bool(own) and not any(self._shows(metric, one) for one in own)

    def _describing(self, family: str) -> list[_Describing]:
        try:
            told = self._ask("targets/metadata", metric=family)
        except ProbeError:  # other servers of the same API may not have it
            return []
        return typed(told, list[_Describing], self._url)

    def _shows(self, metric: str, target: ScrapeTarget) -> bool:
        try:
            answer = fetch(Request(url=target.scrapeUrl), elsewhere(self._via))
        except (ProbeError, OptionsError):
            return False
        return bool(re.search(rf"^{re.escape(metric)}[{{ ]", answer.text, re.MULTILINE))

    def has_two(self, window: Window) -> bool:
        """Whether a series has two values in the window, as far as any has two in a wider one.

        It is one that goes on: one that ends or begins, as with the process that tells it, may
        have one value in any window.
        """
        few, many = (
            f"max(count_over_time({each}) and {window.whole})"
            for each in (window.text, window.wider)
        )
        return not self._query(f"({few} or vector(0)) < 2 and {many} >= 2")

    def shared_labels(self, query: str) -> dict[str, str]:
        """Return the labels that all alerts of such a rule would have; none if no series tells."""
        told = typed(self._ask("query", query=unfiltered(query)), _Result, self._url)
        of_series = told.result if told.resultType == "vector" else []
        all_labels = [one.metric.items() for one in typed(of_series, list[_Sample], self._url)]
        shared = set(all_labels[0]).intersection(*all_labels) if all_labels else set()
        return {name: value for name, value in shared if name != "__name__"}

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
