"""The questions that the HTTP API of a Prometheus answers."""

import math
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

import msgspec

from checks.services._alert_rules import RuleGroup
from checks.services._answer import ProbeError
from checks.services._http import Request, Via, fetch
from checks.services._json import Kind, elsewhere, from_json, from_yaml, typed, typed_field
from checks.services._options import OptionsError
from checks.services._promql import unfiltered

_SAMPLES = ("_total", "_bucket", "_count", "_sum", "_created", "_info")
"""What names of series have behind the name by which a metric may be described."""


class _Envelope(msgspec.Struct):
    status: str
    data: object = None
    error: str = ""


class ScrapeTarget(msgspec.Struct, rename="camel"):
    """What Prometheus looks at."""

    scrape_url: str
    health: str
    labels: dict[str, str]
    last_error: str = ""


class _Describing(msgspec.Struct):
    target: dict[str, str]


class _KnownManager(msgspec.Struct):
    url: str


class _Alert(msgspec.Struct):
    labels: dict[str, str]
    state: str


class _Global(msgspec.Struct, frozen=True):
    external_labels: dict[str, str] = {}


class _Receiving(msgspec.Struct):
    alert_relabel_configs: list[object] = []


class _Alerting(msgspec.Struct, frozen=True):
    alert_relabel_configs: list[object] = []
    alertmanagers: list[_Receiving] = []


class AlertSettings(msgspec.Struct, rename={"global_": "global"}):
    """The part of its settings that is about alerts."""

    global_: _Global = _Global()
    alerting: _Alerting = _Alerting()

    @property
    def relabels(self) -> bool:
        """Return whether alerts are sent with labels that Prometheus alone knows."""
        managers = self.alerting.alertmanagers
        return any(
            [self.alerting.alert_relabel_configs, *(to.alert_relabel_configs for to in managers)]
        )

    def sent(self, labels: Mapping[str, str]) -> Mapping[str, str]:
        """Return the labels with which an alert of these labels is sent, but for relabelling."""
        return {**self.global_.external_labels, **labels}

    def identity(self, labels: Mapping[str, str]) -> Mapping[str, str]:
        """Return the labels by which an alert is known there: its name where these change."""
        return {"alertname": labels.get("alertname", "")} if self.relabels else labels


class _Result(msgspec.Struct, rename="camel"):
    result_type: str
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
        return self._field("rules", "groups", list[RuleGroup], type="alert")

    def targets(self) -> list[ScrapeTarget]:
        """Return the targets that are scraped."""
        return self._field("targets", "activeTargets", list[ScrapeTarget], state="active")

    def alertmanagers(self) -> list[str]:
        """Return the addresses to which Prometheus sends alerts."""
        active = self._field("alertmanagers", "activeAlertmanagers", list[_KnownManager])
        return [manager.url for manager in active]

    def settings(self) -> AlertSettings:
        """Return the settings by which Prometheus runs."""
        return from_yaml(self._field("status/config", "yaml", str), AlertSettings, self._url)

    def firing(self) -> list[dict[str, str]]:
        """Return the labels of each alert that fires now."""
        alerts = self._field("alerts", "alerts", list[_Alert])
        return [alert.labels for alert in alerts if alert.state == "firing"]

    def version(self) -> str:
        """Return the version of Prometheus."""
        return self._field("status/buildinfo", "version", str)

    def has(self, metric: str, *matchers: str) -> bool:
        """Return whether there is a series of the metric now of which all of that holds."""
        selector = ",".join([f'__name__="{metric}"', *matchers])
        return bool(self._query(f"count({{{selector}}})"))

    def is_quiet(self, metric: str, targets: Iterable[ScrapeTarget]) -> bool:
        """Return whether some of the targets describe the metric, and show no series of it.

        A counter with labels has none before there is something to count. Where a target shows
        series that the server lacks, its settings drop them. One that cannot be asked is believed.
        """
        families = {metric, *(metric.removesuffix(end) for end in _SAMPLES)}
        describing = [target for family in families for target in self._describing(family)]
        own = [target for target in targets if target.labels in describing]
        return bool(own) and not any(self._shows(metric, target) for target in own)

    def _describing(self, family: str) -> list[dict[str, str]]:
        """Return the labels of the targets that describe a metric."""
        try:
            answer = self._ask("targets/metadata", metric=family)
        except ProbeError:  # other servers of the same API may not have it
            return []
        return [entry.target for entry in typed(answer, list[_Describing], self._url)]

    def _shows(self, metric: str, target: ScrapeTarget) -> bool:
        try:
            answer = fetch(Request(url=target.scrape_url), elsewhere(self._via))
        except (ProbeError, OptionsError):
            return False
        return bool(re.search(rf"^{re.escape(metric)}[{{ ]", answer.text, re.MULTILINE))

    def shared_labels(self, query: str) -> dict[str, str]:
        """Return the labels that all alerts of such a rule would have; none if no series tells."""
        kind, samples = self._samples(unfiltered(query))
        all_labels = [sample.metric.items() for sample in samples if kind == "vector"]
        shared = set(all_labels[0]).intersection(*all_labels) if all_labels else set()
        return {name: value for name, value in shared if name != "__name__"}

    def value(self, query: str) -> tuple[int, float | None]:
        """Return how many series a query gives, and the value where it is one finite number."""
        values = self._query(query) if query else []
        if len(values) != 1:
            return len(values), None
        number = float(values[0])
        return 1, number if math.isfinite(number) else None

    def _query(self, query: str) -> list[str]:
        return [sample.value[1] for sample in self._samples(query)[1]]

    def _samples(self, query: str) -> tuple[str, list[_Sample]]:
        answer = typed(self._ask("query", query=query), _Result, self._url)
        if answer.result_type == "scalar":
            return "scalar", [typed({"value": answer.result}, _Sample, self._url)]
        return answer.result_type, typed(answer.result, list[_Sample], self._url)

    def _field(self, path: str, field: str, kind: type[Kind], **parameters: str) -> Kind:
        return typed_field(self._ask(path, **parameters), field, kind, self._url)

    def _ask(self, path: str, **parameters: str) -> object:
        query = f"?{urlencode(parameters)}" if parameters else ""
        answer = fetch(Request(url=f"{self._url}/api/v1/{path}{query}"), self._via)
        if answer.status not in (200, 400, 422):
            raise ProbeError(f"{answer.url} answered with status {answer.status}")
        envelope = from_json(answer.body, _Envelope, answer.url)
        if envelope.status != "success":
            raise ProbeError(f"{answer.url} refused the question: {envelope.error}")
        return envelope.data
