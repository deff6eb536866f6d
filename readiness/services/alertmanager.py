"""Send an alert on purpose, and see whether it arrives where people would read it.

The alert has a name and a label that no other has, and is resolved at the end.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from readiness.services._answer import ProbeError
from readiness.services._http import Via, without_password
from readiness.services._json import get, post, strings, typed, wait
from readiness.services.http import Client
from readiness.services.prometheus import Managers

NAME = "ReadinessCanary"


class AlertmanagerOptions(Client, frozen=True, kw_only=True):
    """The options of this probe."""

    url: Annotated[str, Meta(description="the address of Alertmanager")]
    received: Annotated[
        str, Meta(description="an address that tells as JSON what arrived at the channel")
    ] = ""
    prometheus: Annotated[
        str, Meta(description="the Prometheus that should send its alerts there")
    ] = ""
    wait: Annotated[float, Meta(ge=0, description="seconds to wait for the alert")] = 60.0
    severity: Annotated[str, Meta(description="the label `severity` of the alert")] = "page"


class AlertmanagerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the alert.

    `channels` counts the receivers that send anything anywhere. `arrived` is null where no
    channel was asked, `linked` where no Prometheus was; `works` says that neither is false.
    `seconds` is how long it took.
    """

    url: str
    version: str
    receivers: int
    channels: int
    arrived: bool | None
    linked: bool | None
    works: bool
    seconds: float


class _Version(msgspec.Struct):
    version: str


class _Config(msgspec.Struct):
    original: str


class _Status(msgspec.Struct):
    versionInfo: _Version  # noqa: N815 - the server's name
    config: _Config


class _Told(msgspec.Struct):
    data: Managers


def measure(options: AlertmanagerOptions) -> AlertmanagerAnswer:
    """Send the alert, wait for it, resolve it."""
    via = options.via()
    url = options.url.rstrip("/")
    status = typed(get(f"{url}/api/v2/status", via), _Status, url)
    receivers, channels = _receivers(status.config.original, url)
    linked = _linked(options, via)
    arrived, seconds = None, 0.0
    if options.received:
        get(options.received, via)  # what cannot be asked cannot tell that nothing came
        arrived, seconds = _canary(options, url, via)
    return AlertmanagerAnswer(
        url=without_password(options.url),
        version=status.versionInfo.version,
        receivers=receivers,
        channels=channels,
        arrived=arrived,
        linked=linked,
        works=arrived is not False and linked is not False and channels > 0,
        seconds=seconds,
    )


def _canary(options: AlertmanagerOptions, url: str, via: Via) -> tuple[bool, float]:
    mark = secrets.token_hex(8)
    began = datetime.now(UTC)
    _send(url, options, mark, began, began + timedelta(minutes=10), via)

    def find() -> bool | None:
        return True if mark in set(strings(get(options.received, via))) else None

    try:
        found, seconds = wait(find, options.wait)
    finally:
        _send(url, options, mark, began, datetime.now(UTC), via)
    return found is not None, seconds


def _send(
    url: str, options: AlertmanagerOptions, mark: str, begins: datetime, ends: datetime, via: Via
) -> None:
    alert = {
        "labels": {"alertname": NAME, "severity": options.severity, "canary": mark},
        "annotations": {"summary": "Sent on purpose, to see whether alerts arrive"},
        "startsAt": begins.isoformat(),
        "endsAt": ends.isoformat(),
    }
    answer = post(f"{url}/api/v2/alerts", [alert], via)
    if answer.status != 200:
        raise ProbeError(f"{answer.url} did not take the alert: status {answer.status}")


def _linked(options: AlertmanagerOptions, via: Via) -> bool | None:
    if not options.prometheus:
        return None
    address = f"{options.prometheus.rstrip('/')}/api/v1/alertmanagers"
    told = typed(get(address, via), _Told, address)
    own = options.url.rstrip("/").partition("://")[2]
    return any(
        active.url.partition("://")[2].startswith(own) for active in told.data.activeAlertmanagers
    )


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
