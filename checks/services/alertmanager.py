"""Send alerts on purpose, and see whether they arrive where people would read them.

Each has the labels of a rule, those that all series of its query have, those that Prometheus adds,
and one that no other alert has; all are resolved at the end. What routes, silences, inhibitions and
mute times do to an alert of that rule they do to this one, unless Prometheus relabels its alerts.
"""

from typing import Annotated, Literal

from msgspec import Meta

from checks.services._alert_rules import in_groups
from checks.services._alertmanager_api import Labels, Manager, Routing
from checks.services._answer import Answer, Complaint, ProbeError
from checks.services._http import headers_of, without_password
from checks.services._json import wait
from checks.services._options import Lines, Words
from checks.services._prometheus_api import AlertSettings, PrometheusApi
from checks.services._promql import names_in, seconds
from checks.services.http import Authorized

NAME = "ReadinessCanary"


class AlertmanagerOptions(Authorized, frozen=True, kw_only=True):
    """The options of this probe."""

    url: str
    received: str = ""
    prometheus: str = ""
    prometheus_headers: Lines = ()
    received_headers: Lines = ()
    every: Literal["one", "severity", "rule"] = "one"
    aside: Words = ()
    wait: Annotated[float, Meta(ge=0)] = 60.0
    severity: str = "page"


def measure(options: AlertmanagerOptions) -> Answer:
    """Send the alerts, wait for them, resolve them.

    `channels` counts the receivers that send anything anywhere. `arrived` is null where no channel
    was asked, `linked` where no Prometheus was: whether it sends its alerts there. `passed` tells
    whether the alerts that fire in Prometheus now are there, null where none fires. `works` says
    that none of these is false, and that there is no problem. `sent` counts the alerts that were
    sent, `swallowed` those that did not arrive, or not in time. `seconds` is how long it took.
    """
    api = options.api(options.url)
    channel = api._replace(url=options.received, headers=headers_of(options.received_headers))
    manager = Manager(api, channel)
    version, routing = manager.settings()
    linked, passed, problems, relabels = None, None, [], False
    canaries: list[Labels] = [{"alertname": NAME, "severity": options.severity}]
    if options.prometheus:
        headers = headers_of(options.prometheus_headers)
        url = options.prometheus.rstrip("/")
        server = PrometheusApi(api._replace(url=url, headers=headers))
        own = options.url.rstrip("/").partition("://")[2].rpartition("@")[2]
        settings = server.settings()
        relabels = settings.relabels
        passed, lost = _passed(server, settings, manager, options.wait)
        linked, elsewhere = _linked(server, settings, manager, own, options.wait)
        if options.every != "one":
            canaries = _canaries(server, settings, options)
        dropped = [labels for labels in canaries if settings.drops(labels)]
        why = "Prometheus drops it by its alert_relabel_configs"
        problems = [*elsewhere, *lost, *(_complaint(labels, why) for labels in dropped)]
    problems += _muted(routing, canaries, options.severity)
    arrived, took = None, 0.0
    if options.received:
        alerts = "a test alert" if len(canaries) == 1 else f"{len(canaries)} test alerts"
        options.announce(options.url, f"its receivers would be sent {alerts}")
        channel.get("", object)  # what cannot be asked cannot tell that nothing came
        late, took = manager.deliver(canaries, options.wait, routing)
        interval = routing.longest_interval()
        joined = seconds(interval) > options.wait and all(alert.joined for alert in late)
        # Whether these arrive is not known yet, unless something else is wrong anyway.
        if late and joined and not problems:
            why = f"one that joins a group waits up to {interval} (group_interval)"
            message = _complaint(late[0].labels, f"{late[0].why}; {why}").message
            raise ProbeError(f"{message}: look again after that")
        if late and relabels:
            message = _complaint(late[0].labels, late[0].why).message
            raise ProbeError(f"{message}; which labels Prometheus would give it is not known")
        arrived = bool(canaries) and not late
        problems += [_complaint(alert.labels, alert.why) for alert in late]
        pause = seconds(interval)
        if pause <= options.wait and (count := manager.unresolved(options.wait + pause)):
            why = f"{count} of those that arrived were never said to be over"
            problems.append(Complaint("alerts", NAME, why))
    channels = routing.channels()
    return {
        "url": without_password(options.url),
        "version": version,
        "receivers": len(routing.receivers),
        "channels": channels,
        "arrived": arrived,
        "linked": linked,
        "passed": passed,
        "works": False not in (arrived, linked, passed) and not problems and channels > 0,
        "sent": len(canaries) if options.received else 0,
        "swallowed": len(problems),
        "seconds": took,
        "problems": problems,
    }


def _muted(routing: Routing, canaries: list[Labels], severity: str) -> list[Complaint]:
    """Return a complaint of each alert of this severity that nobody hears at some time."""
    loud = [labels for labels in canaries if labels.get("severity") == severity]
    times = [(labels, ", ".join(routing.mutes(labels))) for labels in loud]
    return [_complaint(labels, f"muted at times: {names}") for labels, names in times if names]


def _linked(
    server: PrometheusApi, settings: AlertSettings, manager: Manager, own: str, limit: float
) -> tuple[bool, list[Complaint]]:
    """Return whether Prometheus sends its alerts there, by that name or another; if not, where.

    By another name it does if it tells an alert again, as it does every minute by default.
    """
    addresses = server.alertmanagers()
    if any(address.partition("://")[2].startswith(f"{own}/") for address in addresses or ()):
        return True, []
    before = [(alert.labels, alert.updated_at) for alert in manager.held()]

    def told_again() -> bool | None:
        firing = [settings.identity(settings.sent(labels)) for labels in server.firing()]
        held = manager.held()
        renewed = [alert for alert in held if (alert.labels, alert.updated_at) not in before]
        return any(settings.identity(alert.labels) in firing for alert in renewed) or None

    if addresses != [] and server.firing() and wait(told_again, limit)[0]:
        return True, []
    if addresses is None:
        raise ProbeError(
            f"{server.url} does not tell where it sends alerts, and none was told here again in "
            f"{limit:g} s: a rule that always fires, vector(1), would show it"
        )
    where = ", ".join(map(without_password, addresses)) or "nobody"
    why = f"Prometheus sends its alerts to {where}, and none was told here again in {limit:g} s"
    return False, [Complaint("alerts", "alertmanagers", why)]


def _passed(
    server: PrometheusApi, settings: AlertSettings, manager: Manager, limit: float
) -> tuple[bool | None, list[Complaint]]:
    """Return whether Alertmanager knows what fires in Prometheus, and a complaint of each other."""

    def missing() -> list[Labels]:
        known = [settings.identity(alert.labels) for alert in manager.held()]
        return [
            labels
            for labels in server.firing()
            if settings.identity(settings.sent(labels)) not in known
        ]

    if not server.firing():
        return None, []
    wait(lambda: None if missing() else True, limit)
    lost = missing()
    return not lost, [_complaint(labels, "fires and is not in Alertmanager") for labels in lost]


def _canaries(
    server: PrometheusApi, settings: AlertSettings, options: AlertmanagerOptions
) -> list[Labels]:
    """Return the labels of the rules as they are sent.

    One that stands for several rules has of their series' labels those that all of them share.
    A rule that asks for no metric fires always, and goes to whoever waits for its silence.
    """
    rules = [
        rule
        for rule in in_groups(server.groups()).values()
        if names_in(rule.query).selectors
        and not {rule.name, rule.labels.get("severity")} & set(options.aside)
    ]
    wanted: dict[tuple[str, ...], tuple[Labels, Labels]] = {}
    for rule in rules:
        own = {**rule.labels, "alertname": rule.name}
        shared = server.shared_labels(rule.query) if rule.health == "ok" else {}
        severity = settings.sent(own).get("severity", "")
        key = (severity, *([rule.name] if options.every == "rule" else []))
        first, common = wanted.get(key, (own, shared))
        wanted[key] = (first, dict(common.items() & shared.items()))
    return [settings.sent({**common, **own}) for own, common in wanted.values()]


def _complaint(labels: Labels, message: str) -> Complaint:
    severity = labels.get("severity", "")
    text = f"severity {severity}: {message}" if severity else message
    return Complaint("alerts", labels.get("alertname", NAME), text)
