"""Send alerts on purpose, and see whether they arrive where people would read them.

Each has the labels of a rule, and those that all series of its query have, as Prometheus would
send it, and one that no other alert has; all are resolved at the end. What routes, silences,
inhibitions and mute times do to an alert of that rule they do to this one.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from readiness.services._answer import Complaint, ProbeError
from readiness.services._http import Via, without_password
from readiness.services._json import get, post, strings, typed, wait
from readiness.services._options import Words
from readiness.services._prometheus_api import PrometheusApi
from readiness.services._promql import names_in, seconds
from readiness.services._routes import Labels, Routing
from readiness.services.http import Client

NAME = "ReadinessCanary"
MARK = "canary"
LIFE = timedelta(minutes=10)

Sending = Callable[[Labels], Labels | None]


class AlertmanagerOptions(Client, frozen=True, kw_only=True):
    """The options of this probe."""

    url: Annotated[str, Meta(description="the address of Alertmanager")]
    received: Annotated[
        str, Meta(description="an address that tells as JSON what arrived at the channel")
    ] = ""
    prometheus: Annotated[
        str, Meta(description="the Prometheus that should send its alerts there")
    ] = ""
    every: Annotated[
        str,
        Meta(
            pattern="^(severity|rule)$",
            description="send an alert for every `severity` that rules have, or for every `rule`",
        ),
    ] = "severity"
    aside: Annotated[
        Words, Meta(description="severities and rules whose alerts nobody has to see")
    ] = ()
    wait: Annotated[float, Meta(ge=0, description="seconds to wait for the alerts")] = 60.0
    severity: Annotated[
        str, Meta(description="the label `severity` of the alert where no Prometheus is named")
    ] = "page"


class AlertmanagerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the alerts.

    `channels` counts the receivers that send anything anywhere. `arrived` is null where no
    channel was asked, `linked` where no Prometheus was: whether it sends its alerts there.
    `passed` tells whether the alerts that fire in Prometheus now are there, null where none fires.
    `works` says that none of these is false, and that there is no problem. `sent` counts the alerts
    that were sent, `swallowed` those that did not arrive, not in time or not as their rule says.
    `seconds` is how long it took.
    """

    url: str
    version: str
    receivers: int
    channels: int
    arrived: bool | None
    linked: bool | None
    passed: bool | None
    works: bool
    sent: int
    swallowed: int
    seconds: float
    problems: list[Complaint]


class _Version(msgspec.Struct):
    version: str


class _Original(msgspec.Struct):
    original: str


class _Status(msgspec.Struct):
    versionInfo: _Version  # noqa: N815 - the server's name
    config: _Original


class _Stand(msgspec.Struct):
    state: str
    silencedBy: list[str] = []  # noqa: N815 - the server's name
    inhibitedBy: list[str] = []  # noqa: N815 - the server's name
    mutedBy: list[str] | None = None  # noqa: N815 - the server's name

    @property
    def suppressed(self) -> bool:
        """Whether it goes nowhere. What one route mutes may go by another."""
        return bool(self.silencedBy or self.inhibitedBy)


class _Receiver(msgspec.Struct):
    name: str


class _Held(msgspec.Struct):
    labels: dict[str, str]
    status: _Stand
    receivers: list[_Receiver] = []


class _AlertGroup(msgspec.Struct):
    alerts: list[_Held]


class _Late(NamedTuple):
    """An alert that did not arrive, and why."""

    labels: Labels
    why: str
    inhibited: bool


def measure(options: AlertmanagerOptions) -> AlertmanagerAnswer:
    """Send the alerts, wait for them, resolve them."""
    via = options.via()
    manager = _Manager(options.url, options.received, via)
    version, routing = manager.settings()
    channels = len(routing.channels())
    linked, passed, problems = None, None, []
    canaries: list[Labels] = [{"alertname": NAME, "severity": options.severity}]
    if options.prometheus:
        server = PrometheusApi(options.prometheus, via)
        own = options.url.rstrip("/").partition("://")[2].rpartition("@")[2]
        linked = any(
            address.partition("://")[2].startswith(f"{own}/") for address in server.alertmanagers()
        )
        settings = server.settings()
        sent = partial(settings.sent, manager=own.partition("/")[0])
        passed, lost = _passed(server, sent, manager, options.wait)
        canaries, changed = _canaries(server, sent, options)
        problems = [*lost, *changed]
    arrived, took = None, 0.0
    late: list[_Late] = []
    if options.received:
        get(options.received, via)  # what cannot be asked cannot tell that nothing came
        late, took = manager.deliver(canaries, routing, options.wait)
        arrived = bool(canaries) and not late
    problems += [_complaint(one.labels, one.why) for one in late]
    problems += [
        _complaint(labels, why)
        for labels in canaries
        if labels not in [one.labels for one in late]
        and (why := _delay(routing, labels, options.wait))
    ]
    return AlertmanagerAnswer(
        url=without_password(options.url),
        version=version,
        receivers=len(routing.receivers),
        channels=channels,
        arrived=arrived,
        linked=linked,
        passed=passed,
        works=False not in (arrived, linked, passed) and not problems and channels > 0,
        sent=len(canaries) if options.received else 0,
        swallowed=len(problems),
        seconds=took,
        problems=problems,
    )


def _passed(
    server: PrometheusApi, sent: Sending, manager: "_Manager", limit: float
) -> tuple[bool | None, list[Complaint]]:
    """Whether the alerts that fire in Prometheus are known to Alertmanager, and which are not."""

    def missing() -> list[Labels]:
        known = [one.labels for one in manager.held()]
        return [labels for labels in server.firing() if sent(labels) not in known]

    if not server.firing():
        return None, []
    wait(lambda: None if missing() else True, limit)
    lost = missing()
    return not lost, [_complaint(labels, "fires and is not in Alertmanager") for labels in lost]


def _canaries(
    server: PrometheusApi, sent: Sending, options: AlertmanagerOptions
) -> tuple[list[Labels], list[Complaint]]:
    """The labels of the rules as they are sent, and what relabelling drops or changes of them.

    One that stands for several rules has of their series' labels those that all of them share.
    A rule that asks for no metric fires always, and goes to whoever waits for its silence.
    """
    rules = [
        rule
        for group in server.groups()
        for rule in group.rules
        if rule.type == "alerting"
        and names_in(rule.query).selectors
        and not {rule.name, rule.labels.get("severity")} & set(options.aside)
    ]
    wanted: dict[tuple[str, ...], tuple[Labels, Labels]] = {}
    changed = []
    for rule in rules:
        own = {**rule.labels, "alertname": rule.name}
        shared = server.shared_labels(rule.query) if rule.health == "ok" else {}
        told = sent({**shared, **own})
        if told is None:
            changed.append(_complaint(own, "the settings of Prometheus drop it"))
            continue
        changed += [_complaint(own, why) for why in _changes(own, told)]
        key = (told.get("severity", ""), *([rule.name] if options.every == "rule" else []))
        first, common = wanted.get(key, (own, shared))
        wanted[key] = (first, dict(common.items() & shared.items()))
    canaries = [sent({**common, **own}) for own, common in wanted.values()]
    return [labels for labels in canaries if labels is not None], changed


def _changes(own: Labels, sent: Labels) -> Iterator[str]:
    """What of a rule's own labels is sent otherwise; renamed, or in other letters, is the same."""
    values = {value.casefold() for value in sent.values()}
    for name, value in own.items():
        told = sent.get(name)
        if value.casefold() not in (values if told is None else {told.casefold()}):
            yield f"its {name} is not sent" if told is None else f"its {name} is sent as {told}"


def _delay(routing: Routing, labels: Labels, wait: float, *, joins: bool = False) -> str:
    """Why people hear too late of a new alert of these labels, also of one that joins a group.

    Empty where they do not.
    """
    way = routing.quickest(labels)
    if way and seconds(way.group_wait) > wait:
        return f"a first alert waits {way.group_wait} (group_wait)"
    if way and joins and seconds(way.group_interval) > wait:
        return f"one that joins a group waits up to {way.group_interval} (group_interval)"
    return ""


def _complaint(labels: Labels, message: str) -> Complaint:
    severity = labels.get("severity", "")
    return Complaint(
        path="alerts",
        rule=labels.get("alertname", NAME),
        message=f"severity {severity}: {message}" if severity else message,
    )


class _Manager:
    """An Alertmanager, and the channel behind it."""

    def __init__(self, url: str, received: str, via: Via) -> None:
        self._url = url.rstrip("/")
        self._received = received
        self._via = via

    def settings(self) -> tuple[str, Routing]:
        """Its version, and who is told of what."""
        import yaml

        status = typed(get(f"{self._url}/api/v2/status", self._via), _Status, self._url)
        try:
            settings = yaml.load(status.config.original, yaml.CSafeLoader)
        except yaml.YAMLError as error:
            raise ProbeError(f"{self._url} told settings that are no YAML: {error}") from None
        return status.versionInfo.version, typed(settings, Routing, self._url)

    def held(self) -> list[_Held]:
        """The alerts that it has."""
        return typed(get(f"{self._url}/api/v2/alerts", self._via), list[_Held], self._url)

    def deliver(
        self, alerts: Sequence[Labels], routing: Routing, limit: float
    ) -> tuple[list[_Late], float]:
        """Send these alerts, and tell which did not arrive and why, and how long it took.

        What is inhibited is sent again without the others, which may have done that.
        """
        late, took = self._round(alerts, routing, limit)
        count = len(alerts)
        while 0 < len(inhibited := [one.labels for one in late if one.inhibited]) < count:
            count = len(inhibited)
            again, more = self._round(inhibited, routing, limit)
            late = [*(one for one in late if not one.inhibited), *again]
            took += more
        return late, round(took, 3)

    def _round(
        self, alerts: Sequence[Labels], routing: Routing, limit: float
    ) -> tuple[list[_Late], float]:
        marked = {secrets.token_hex(8): labels for labels in alerts}
        began = datetime.now(UTC)
        self._send(marked, began, began + LIFE)

        def outstanding() -> set[str]:
            return marked.keys() - set(strings(get(self._received, self._via)))

        def settled() -> bool | None:
            late = outstanding()
            stopped = {mark for mark, one in self._marked().items() if one.status.suppressed}
            return late <= stopped or None

        try:
            _, took = wait(settled, limit)
            late = outstanding()
            stands = self._marked()
        finally:
            self._send(marked, began, datetime.now(UTC))
        told = []
        for mark, labels in marked.items():
            if mark in late:
                stand = stands.get(mark)
                why = [_told(stand)]
                if stand and not stand.status.suppressed:
                    why.append(_delay(routing, labels, limit, joins=True))
                inhibited = bool(stand and stand.status.inhibitedBy)
                told.append(_Late(labels, "; ".join(filter(None, why)), inhibited))
        return told, took

    def _marked(self) -> dict[str | None, _Held]:
        """The alerts that were sent on purpose, as they stand in the groups of routes."""
        told = get(f"{self._url}/api/v2/alerts/groups", self._via)
        groups = typed(told, list[_AlertGroup], self._url)
        return {one.labels.get(MARK): one for group in groups for one in group.alerts}

    def _send(self, marked: Mapping[str, Labels], begins: datetime, ends: datetime) -> None:
        alerts = [
            {
                "labels": {**labels, MARK: mark},
                "annotations": {"summary": "Sent on purpose, to see whether alerts arrive"},
                "startsAt": begins.isoformat(),
                "endsAt": ends.isoformat(),
            }
            for mark, labels in marked.items()
        ]
        answer = post(f"{self._url}/api/v2/alerts", alerts, self._via)
        if answer.status != 200:
            raise ProbeError(f"{answer.url} did not take the alerts: status {answer.status}")


def _told(held: _Held | None) -> str:
    """Why an alert did not arrive, as far as Alertmanager tells."""
    if held is None:
        return "did not arrive, and Alertmanager does not have it"
    for kind, by in (
        ("silenced by", held.status.silencedBy),
        ("inhibited by", held.status.inhibitedBy),
        ("muted by", held.status.mutedBy or []),
    ):
        if by:
            return f"{kind} {_listed(by)}"
    names = _listed(one.name for one in held.receivers) or "no receiver"
    return f"goes to {names} and did not arrive at the channel"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
