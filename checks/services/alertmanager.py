"""Send alerts on purpose, and see whether they arrive where people would read them.

Each has the labels of a rule, and those that all series of its query have, as Prometheus would
send it, and one that no other alert has; all are resolved at the end. What routes, silences,
inhibitions and mute times do to an alert of that rule they do to this one.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from checks.services._alertmanager_api import LateAlert, Manager
from checks.services._answer import Complaint, ProbeError
from checks.services._http import without_password
from checks.services._json import get, wait
from checks.services._options import Words
from checks.services._prometheus_api import PrometheusApi
from checks.services._promql import names_in
from checks.services._routes import Labels
from checks.services.http import Client

NAME = "ReadinessCanary"

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


def measure(options: AlertmanagerOptions) -> AlertmanagerAnswer:
    """Send the alerts, wait for them, resolve them."""
    via = options.via()
    manager = Manager(options.url, options.received, via)
    version, routing = manager.settings()
    channels = len(routing.channels())
    linked, passed, problems = None, None, []
    canaries: list[Labels] = [{"alertname": NAME, "severity": options.severity}]
    if options.prometheus:
        server = PrometheusApi(options.prometheus, via)
        own = options.url.rstrip("/").partition("://")[2].rpartition("@")[2]
        settings = server.settings()
        sent = partial(settings.sent, manager=own.partition("/")[0])
        passed, lost = _passed(server, sent, manager, options.wait)
        linked, elsewhere = _linked(server, sent, manager, own, options.wait)
        canaries, changed = _canaries(server, sent, options)
        problems = [*elsewhere, *lost, *changed]
    arrived, took = None, 0.0
    late: list[LateAlert] = []
    if options.received:
        get(options.received, via)  # what cannot be asked cannot tell that nothing came
        late, took = manager.deliver(canaries, routing, options.wait)
        # Whether these arrive is not known yet, unless something else is wrong anyway.
        if late and not problems and all(one.joined for one in late):
            raise ProbeError(f"{_complaint(*late[0][:2]).message}: look again after that")
        arrived = bool(canaries) and not late
    problems += [_complaint(one.labels, one.why) for one in late]
    problems += [
        _complaint(labels, why)
        for labels in canaries
        if labels not in [one.labels for one in late]
        and (why := routing.delay(labels, options.wait))
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


def _linked(
    server: PrometheusApi, sent: Sending, manager: Manager, own: str, limit: float
) -> tuple[bool, list[Complaint]]:
    """Whether Prometheus sends its alerts there, by that name or by another one; if not, where.

    By another name it does if it tells an alert again, as it does every minute by default.
    """
    addresses = server.alertmanagers()
    if any(address.partition("://")[2].startswith(f"{own}/") for address in addresses):
        return True, []
    before = [(one.labels, one.updatedAt) for one in manager.held()]

    def told_again() -> bool | None:
        firing = [sent(labels) for labels in server.firing()]
        again = [one for one in manager.held() if (one.labels, one.updatedAt) not in before]
        return any(one.labels in firing for one in again) or None

    if addresses and server.firing() and wait(told_again, limit)[0]:
        return True, []
    where = ", ".join(map(without_password, addresses)) or "nobody"
    why = f"Prometheus sends its alerts to {where}, and none was told here again in {limit:g} s"
    return False, [Complaint(path="alerts", rule="alertmanagers", message=why)]


def _passed(
    server: PrometheusApi, sent: Sending, manager: Manager, limit: float
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
    """Return the labels of the rules as they are sent, and what relabelling drops or changes.

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
    """Yield how a rule's own labels are changed when sent; renamed or recased is the same."""
    values = {value.casefold() for value in sent.values()}
    for name, value in own.items():
        told = sent.get(name)
        if value.casefold() not in (values if told is None else {told.casefold()}):
            yield f"its {name} is not sent" if told is None else f"its {name} is sent as {told}"


def _complaint(labels: Labels, message: str) -> Complaint:
    severity = labels.get("severity", "")
    return Complaint(
        path="alerts",
        rule=labels.get("alertname", NAME),
        message=f"severity {severity}: {message}" if severity else message,
    )
