"""The questions that the HTTP API of an Alertmanager answers, and the alerts that it is sent."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from checks.services._answer import ProbeError
from checks.services._http import Request, Via, fetch
from checks.services._json import get, post, strings, typed, wait
from checks.services._routes import Labels, Routing

MARK = "canary"
LIFE = timedelta(minutes=10)
GROUPS = re.compile(r"^alertmanager_dispatcher_aggregation_groups\S* (\S+)$", re.MULTILINE)


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


class HeldAlert(msgspec.Struct):
    """An alert that it has, and where it goes."""

    labels: dict[str, str]
    status: _Stand
    receivers: list[_Receiver] = []
    updatedAt: str = ""  # noqa: N815 - the server's name


class _AlertGroup(msgspec.Struct):
    labels: dict[str, str]
    receiver: _Receiver
    alerts: list[HeldAlert]

    @property
    def key(self) -> tuple[str, frozenset[tuple[str, str]]]:
        """What no other group has."""
        return self.receiver.name, frozenset(self.labels.items())


class LateAlert(NamedTuple):
    """An alert that did not arrive, and why; `joined` where it may only have to wait for others."""

    labels: Labels
    why: str
    inhibited: bool
    joined: bool


class Manager:
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

    def held(self) -> list[HeldAlert]:
        """Return the alerts that Alertmanager has."""
        return typed(get(f"{self._url}/api/v2/alerts", self._via), list[HeldAlert], self._url)

    def deliver(
        self, alerts: Sequence[Labels], routing: Routing, limit: float
    ) -> tuple[list[LateAlert], float]:
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
    ) -> tuple[list[LateAlert], float]:
        marked = {secrets.token_hex(8): labels for labels in alerts}
        before, count = {group.key for group in self._groups()}, self._group_count()
        began = datetime.now(UTC)
        self._send(marked, began, began + LIFE)

        def outstanding() -> set[str]:
            return marked.keys() - set(strings(get(self._received, self._via)))

        def settled() -> bool | None:
            late = outstanding()
            stands = _marked(self._groups())
            stopped = {mark for mark, one in stands.items() if one.status.suppressed}
            return late <= stopped or None

        try:
            _, took = wait(settled, limit)
            late = outstanding()
            groups = self._groups()
            grew = self._group_count() - count
        finally:
            self._send(marked, began, datetime.now(UTC))
        own = [group for group in groups if marked.keys() & _marked([group])]
        new = [group for group in own if group.key not in before]
        # Of a group whose alerts are all resolved nothing is told, but it is counted.
        old = own if grew < len(new) else [group for group in own if group.key in before]
        told = []
        for mark in sorted(late):
            stand, joins = _marked(own).get(mark), mark in _marked(old)
            told.append(_late(marked[mark], stand, routing, limit, joins=joins))
        return told, took

    def _groups(self) -> list[_AlertGroup]:
        """Return the groups of routes, with their alerts that are not resolved."""
        told = get(f"{self._url}/api/v2/alerts/groups", self._via)
        return typed(told, list[_AlertGroup], self._url)

    def _group_count(self) -> float:
        """How many groups there are by its own metrics; none where it tells none."""
        answer = fetch(Request(url=f"{self._url}/metrics"), self._via)
        found = GROUPS.search(answer.text)
        return float(found[1]) if found and answer.status == 200 else 0.0

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


def _marked(groups: Iterable[_AlertGroup]) -> dict[str | None, HeldAlert]:
    """Return the alerts in the groups of routes by their mark, which those sent on purpose have."""
    return {one.labels.get(MARK): one for group in groups for one in group.alerts}


def _late(
    labels: Labels, stand: HeldAlert | None, routing: Routing, limit: float, *, joins: bool
) -> LateAlert:
    suppressed = bool(stand and stand.status.suppressed)
    delay = "" if suppressed or not stand else routing.delay(labels, limit, joins=joins)
    return LateAlert(
        labels,
        "; ".join(filter(None, [_told(stand), delay])),
        inhibited=bool(stand and stand.status.inhibitedBy),
        joined=bool(delay) and not routing.delay(labels, limit),
    )


def _told(held: HeldAlert | None) -> str:
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
