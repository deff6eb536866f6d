"""Send alerts on purpose, and see whether they arrive where people would read them.

Each has the labels of a rule, as Prometheus would send it, and one that no other alert has; all
are resolved at the end. What routes, silences, inhibitions and mute times do to an alert of that
rule they do to this one.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from readiness.services._answer import Complaint, ProbeError
from readiness.services._http import Via, without_password
from readiness.services._json import get, post, strings, typed, wait
from readiness.services._options import Words
from readiness.services._prometheus_api import AlertSettings, PrometheusApi
from readiness.services._promql import names_in
from readiness.services.http import Client

NAME = "ReadinessCanary"
MARK = "canary"
LIFE = timedelta(minutes=10)

Labels = Mapping[str, str]


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
    `works` says that none of these is false. `sent` counts the alerts that were sent, `swallowed`
    those that did not arrive. `seconds` is how long it took.
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


class _Receiver(msgspec.Struct):
    name: str


class _Held(msgspec.Struct):
    labels: dict[str, str]
    status: _Stand
    receivers: list[_Receiver] = []


def measure(options: AlertmanagerOptions) -> AlertmanagerAnswer:
    """Send the alerts, wait for them, resolve them."""
    via = options.via()
    manager = _Manager(options.url, options.received, via)
    version, receivers, channels = manager.settings()
    linked, passed, problems = None, None, []
    canaries: list[Labels] = [{"alertname": NAME, "severity": options.severity}]
    if options.prometheus:
        server = PrometheusApi(options.prometheus, via)
        own = options.url.rstrip("/").partition("://")[2]
        linked = any(
            address.partition("://")[2].startswith(own) for address in server.alertmanagers()
        )
        settings = server.settings()
        passed, lost = _passed(server, settings, manager, options.wait)
        canaries, dropped = _canaries(server, settings, options)
        problems = [*lost, *dropped]
    arrived, seconds, sent = None, 0.0, 0
    if options.received:
        get(options.received, via)  # what cannot be asked cannot tell that nothing came
        swallowed, seconds = manager.deliver(canaries, options.wait)
        problems += swallowed
        arrived, sent = bool(canaries) and not swallowed, len(canaries)
    return AlertmanagerAnswer(
        url=without_password(options.url),
        version=version,
        receivers=receivers,
        channels=channels,
        arrived=arrived,
        linked=linked,
        passed=passed,
        works=False not in (arrived, linked, passed) and not problems and channels > 0,
        sent=sent,
        swallowed=len(problems),
        seconds=seconds,
        problems=problems,
    )


def _passed(
    server: PrometheusApi, settings: AlertSettings, manager: "_Manager", seconds: float
) -> tuple[bool | None, list[Complaint]]:
    """Whether the alerts that fire in Prometheus are known to Alertmanager, and which are not."""

    def missing() -> list[Labels]:
        known = [one.labels for one in manager.held()]
        sent = [(labels, settings.sent(labels)) for labels in server.firing()]
        return [labels for labels, told in sent if told not in known]

    if not server.firing():
        return None, []
    wait(lambda: None if missing() else True, seconds)
    lost = missing()
    return not lost, [_complaint(labels, "fires and is not in Alertmanager") for labels in lost]


def _canaries(
    server: PrometheusApi, settings: AlertSettings, options: AlertmanagerOptions
) -> tuple[list[Labels], list[Complaint]]:
    """The labels of the rules as they are sent, and the rules that relabelling drops.

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
    wanted: dict[str, Labels] = {}
    dropped = []
    for rule in rules:
        labels = {**rule.labels, "alertname": rule.name}
        sent = settings.sent(labels)
        if sent is None:
            dropped.append(_complaint(labels, "the settings of Prometheus drop it"))
        else:
            wanted.setdefault(
                rule.name if options.every == "rule" else sent.get("severity", ""), sent
            )
    return list(wanted.values()), dropped


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

    def settings(self) -> tuple[str, int, int]:
        """Its version, and how many receivers there are and how many of them send anything."""
        status = typed(get(f"{self._url}/api/v2/status", self._via), _Status, self._url)
        return status.versionInfo.version, *_receivers(status.config.original, self._url)

    def held(self) -> list[_Held]:
        """The alerts that it has."""
        return typed(get(f"{self._url}/api/v2/alerts", self._via), list[_Held], self._url)

    def deliver(self, alerts: Sequence[Labels], seconds: float) -> tuple[list[Complaint], float]:
        """Send these alerts, and tell which did not arrive, and how long it took.

        What did not arrive is sent again without the others, which may have inhibited it.
        """
        late, took = self._round(alerts, seconds)
        if late and len(late) < len(alerts):
            late, again = self._round([labels for labels, _ in late], seconds)
            took += again
        return [_complaint(labels, why) for labels, why in late], round(took, 3)

    def _round(
        self, alerts: Sequence[Labels], seconds: float
    ) -> tuple[list[tuple[Labels, str]], float]:
        marked = {secrets.token_hex(8): labels for labels in alerts}
        began = datetime.now(UTC)
        self._send(marked, began, began + LIFE)

        def outstanding() -> set[str]:
            return marked.keys() - set(strings(get(self._received, self._via)))

        try:
            _, took = wait(lambda: None if outstanding() else True, seconds)
            late = outstanding()
            stands = {one.labels.get(MARK): one for one in self.held()} if late else {}
        finally:
            self._send(marked, began, datetime.now(UTC))
        return [(marked[mark], _told(stands.get(mark))) for mark in marked if mark in late], took

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


def _receivers(config: str, url: str) -> tuple[int, int]:
    """How many receivers the settings name, and how many of them send anything."""
    import yaml

    try:
        data = yaml.load(config, yaml.CSafeLoader)
        receivers = data["receivers"]
        sending = [
            any(name.endswith("_configs") and value for name, value in receiver.items())
            for receiver in receivers
        ]
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        raise ProbeError(f"{url} told settings without receivers") from None
    return len(sending), sum(sending)
