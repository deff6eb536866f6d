"""The questions that the HTTP API of a Prometheus answers."""

import math
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

import msgspec

from checks.services._alert_rules import RuleGroup
from checks.services._answer import ProbeError
from checks.services._http import Request, fetch
from checks.services._json import (
    Api,
    Kind,
    elsewhere,
    from_json,
    from_yaml,
    objects,
    other_status,
    typed,
    typed_field,
    wait,
)
from checks.services._options import OptionsError
from checks.services._promql import seconds, unfiltered

_SERIES = re.compile(r"^([a-zA-Z_:][\w:]*)[{ ]", re.MULTILINE)
_PATIENCE = 15.0
_NOT_OFFERED = (404, 405, 501)
_REMEMBERED = 30 * 86_400.0
"""For how long (s) a metric without series now is one that there is."""

_SAMPLES = ("_total", "_bucket", "_count", "_sum", "_created", "_info")
"""What names of series have behind the name by which a metric may be described."""


class NotOfferedError(ProbeError):
    """A server of the same API, such as Mimir, does not answer questions of this kind."""


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
    scrape_interval: str = ""


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
    """The part of its settings that is about alerts; not `known` where it does not tell them."""

    known: bool = True
    global_: _Global = _Global()
    alerting: _Alerting = _Alerting()

    @property
    def relabels(self) -> bool:
        """Return whether alerts are sent with labels that Prometheus alone knows."""
        managers = self.alerting.alertmanagers
        return not self.known or any(
            [self.alerting.alert_relabel_configs, *(to.alert_relabel_configs for to in managers)]
        )

    def sent(self, labels: Mapping[str, str]) -> Mapping[str, str]:
        """Return the labels with which an alert of these labels is sent, but for relabelling."""
        return {**self.global_.external_labels, **labels}

    def drops(self, labels: Mapping[str, str]) -> bool:
        """Return whether an alert is not sent, as far as no label is changed before."""
        for rule in objects(self.alerting.alert_relabel_configs):
            action, names = str(rule.get("action", "replace")), rule.get("source_labels")
            if action not in ("drop", "keep"):
                return False
            words = [labels.get(str(name), "") for name in names] if isinstance(names, list) else []
            text = str(rule.get("separator", ";")).join(words)
            matches = re.fullmatch(str(rule.get("regex", "(.*)")), text)
            if bool(matches) is (action == "drop"):
                return True
        return False

    def identity(self, labels: Mapping[str, str]) -> Mapping[str, str]:
        """Return the labels by which an alert is known there: its name where these change."""
        return {"alertname": labels.get("alertname", "")} if self.relabels else labels


class _Result(msgspec.Struct, rename="camel"):
    result_type: str
    result: list[object]


class _Sample(msgspec.Struct):
    value: tuple[float, str]
    metric: dict[str, str] = {}

    def as_target(self) -> ScrapeTarget:
        """Return the target that a series of `up` is about."""
        labels = {name: value for name, value in self.metric.items() if name != "__name__"}
        health = "up" if float(self.value[1]) else "down"
        return ScrapeTarget(scrape_url=labels.get("instance", ""), health=health, labels=labels)


class PrometheusApi:
    """The questions that its HTTP API answers, and servers of the same API as far as they can."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.url = api.url

    def groups(self) -> list[RuleGroup]:
        """Return the groups of the alert rules that are loaded."""
        return self._field("rules", "groups", list[RuleGroup], type="alert")

    def targets(self) -> list[ScrapeTarget]:
        """Return the targets that are scraped, by what is kept of them where it scrapes none."""
        try:
            return self._field("targets", "activeTargets", list[ScrapeTarget], state="active")
        except NotOfferedError:
            return [sample.as_target() for sample in self._samples("up")[1]]

    def alertmanagers(self) -> list[str] | None:
        """Return the addresses to which Prometheus sends alerts; None where it does not tell."""
        try:
            active = self._field("alertmanagers", "activeAlertmanagers", list[_KnownManager])
        except NotOfferedError:
            return None
        return [manager.url for manager in active]

    def settings(self) -> AlertSettings:
        """Return the settings by which Prometheus runs."""
        try:
            text = self._field("status/config", "yaml", str)
        except NotOfferedError:
            return AlertSettings(known=False)
        return from_yaml(text, AlertSettings, self.url)

    def firing(self) -> list[dict[str, str]]:
        """Return the labels of each alert that fires now."""
        alerts = self._field("alerts", "alerts", list[_Alert])
        return [alert.labels for alert in alerts if alert.state == "firing"]

    def version(self) -> str:
        """Return the version of Prometheus; "" where it does not tell."""
        try:
            return self._field("status/buildinfo", "version", str)
        except NotOfferedError:
            return ""

    def has(self, metric: str, *matchers: str) -> bool:
        """Return whether there is a series of the metric now of which all of that holds."""
        selector = ",".join([f'__name__="{metric}"', *matchers])
        return bool(self._query(f"count({{{selector}}})"))

    def is_quiet(self, metric: str, targets: Iterable[ScrapeTarget]) -> bool | None:
        """Return whether some of the targets describe the metric, and show no series of it.

        A counter with labels has none before there is something to count. Where a target shows
        series that the server lacks, its settings drop them. One that cannot be asked is believed.
        Where the server scrapes nothing itself, the metric is quiet if it had series lately, and
        None, not known, if it is described, or nothing is.
        """
        families = {metric, *(metric.removesuffix(end) for end in _SAMPLES)}
        try:
            describing = [target for family in families for target in self._describing(family)]
        except NotOfferedError:
            start = str(time.time() - _REMEMBERED)
            if self._ask("series", **{"match[]": metric, "start": start, "limit": "1"}):
                return True
            described = any(self._ask("metadata", metric=family) for family in families)
            return None if described or not self._ask("metadata", limit="1") else False
        own = [target for target in targets if target.labels in describing]
        return bool(own) and not any(self._shows(metric, target) for target in own)

    def retention(self) -> float:
        """Return for how long (s) samples are kept; without end where it does not tell."""
        try:
            kept = self._field("status/runtimeinfo", "storageRetention", str)
            return seconds(kept.partition(" or ")[0])
        except ProbeError:  # another server, or a limit of size alone
            return math.inf

    def cut(self, metrics: Iterable[str], targets: Iterable[ScrapeTarget]) -> dict[str, str]:
        """Return metrics of which a target, one of each job, shows more series than are kept.

        What cannot be asked from here is believed, and so is what has none: that is told elsewhere.
        """
        messages: dict[str, str] = {}
        via = elsewhere(self._api.via)._replace(timeout=_PATIENCE)
        jobs = {target.labels.get("job"): target for target in targets if target.health == "up"}
        for target in jobs.values():
            try:
                page = fetch(Request(url=target.scrape_url), via).text
            except (ProbeError, OptionsError):
                continue
            shown = Counter(_SERIES.findall(page))
            own = [f'{name}="{target.labels.get(name, "")}"' for name in ("job", "instance")]
            for metric in shown.keys() & set(metrics):
                count = f"count({metric}{{{','.join(own)}}})"

                def whole(count: str = count, least: int = shown[metric]) -> bool | None:
                    kept = self._query(count)
                    return True if not kept or float(kept[0]) >= least else None

                pause = min(seconds(target.scrape_interval or "0"), _PATIENCE) + 1
                if not wait(whole, pause)[0]:
                    messages[metric] = (
                        f"fewer series of {metric} are kept than {target.scrape_url} shows"
                    )
        return messages

    def _describing(self, family: str) -> list[dict[str, str]]:
        """Return the labels of the targets that describe a metric."""
        answer = self._ask("targets/metadata", metric=family)
        return [entry.target for entry in typed(answer, list[_Describing], self.url)]

    def _shows(self, metric: str, target: ScrapeTarget) -> bool:
        try:
            answer = fetch(Request(url=target.scrape_url), elsewhere(self._api.via))
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
        answer = typed(self._ask("query", query=query), _Result, self.url)
        if answer.result_type == "scalar":
            return "scalar", [typed({"value": answer.result}, _Sample, self.url)]
        return answer.result_type, typed(answer.result, list[_Sample], self.url)

    def _field(self, path: str, field: str, kind: type[Kind], **parameters: str) -> Kind:
        return typed_field(self._ask(path, **parameters), field, kind, self.url)

    def _ask(self, path: str, **parameters: str) -> object:
        query = f"?{urlencode(parameters)}" if parameters else ""
        answer = self._api.ask(f"/api/v1/{path}{query}")
        if answer.status in _NOT_OFFERED:
            raise NotOfferedError(str(other_status(answer)))
        if answer.status not in (200, 400, 422):
            raise other_status(answer)
        envelope = from_json(answer.body, _Envelope, answer.url)
        if envelope.status != "success":
            raise ProbeError(f"{answer.url} refused the question: {envelope.error}")
        return envelope.data
