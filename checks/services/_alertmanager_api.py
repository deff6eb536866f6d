"""The questions that the HTTP API of an Alertmanager answers, and the alerts that it is sent."""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from checks.services._answer import ProbeError
from checks.services._json import Api, from_yaml, objects, strings, wait
from checks.services._promql import seconds

MARK = "canary"
LIFE = timedelta(minutes=10)
MATCHER = re.compile(r'([\w.:-]+)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^,}\s]*)')
GROUPS = re.compile(r"^alertmanager_dispatcher_aggregation_groups\S* (\S+)$", re.MULTILINE)
DEFAULTS = {"group_wait": "30s", "group_interval": "5m"}
"""How long a group waits that is new, and one that was told before, if the settings say nothing."""

PATIENCE = 300.0
"""How long (s) to wait for what the settings delay; for longer delays nobody waits."""

Labels = Mapping[str, str]


class Routing(msgspec.Struct):
    """The part of Alertmanager's settings that says who is told of what."""

    route: dict[str, object]
    receivers: list[dict[str, object]]

    def channels(self) -> int:
        """Return how many receivers send anything anywhere."""
        return sum(
            any(name.endswith("_configs") and value for name, value in receiver.items())
            for receiver in self.receivers
        )

    def longest_interval(self) -> str:
        """Return how long an alert may wait that joins a group which was told before."""
        return max(self._delays("group_interval"), key=seconds)

    def patience(self, name: str) -> float:
        """Return for how long to wait where routes delay alerts by this setting."""
        delays = map(seconds, self._delays(name))
        return max((delay for delay in delays if delay <= PATIENCE), default=0.0)

    def mutes(self, labels: Labels) -> list[str]:
        """Return the times that mute an alert, whichever route it takes."""
        ways = list(_ways(self.route, labels))
        times = [[*_names(way, "mute_"), *_names(way, "active_")] for way in ways]
        return sorted({name for names in times for name in names}) if all(times) else []

    def _delays(self, name: str) -> list[str]:
        first, *others = [str(route.get(name) or "") for route in objects(self.route)]
        return [first or DEFAULTS[name], *others]


def _ways(route: Mapping[str, object], labels: Labels) -> Iterator[Mapping[str, object]]:
    """Yield the routes that an alert ends at."""
    below = route.get("routes")
    matching = [
        child for child in (below if isinstance(below, list) else []) if _fits(child, labels)
    ]
    last = next((at for at, child in enumerate(matching) if not child.get("continue")), None)
    for child in matching[: None if last is None else last + 1]:
        yield from _ways(child, labels)
    if not matching:
        yield route


def _fits(route: Mapping[str, object], labels: Labels) -> bool:
    terms = [MATCHER.findall(text) for text in strings({"": route.get("matchers")})]
    demands = [term for several in terms for term in several]
    for field, operator in (("match", "="), ("match_re", "=~")):
        wanted = route.get(field)
        if isinstance(wanted, dict):
            demands += [(name, operator, str(value)) for name, value in wanted.items()]
    return all(
        bool(re.fullmatch(value.strip('"') if "~" in how else re.escape(value.strip('"')), have))
        is not how.startswith("!")
        for name, how, value in demands
        for have in [labels.get(name, "")]
    )


def _names(route: Mapping[str, object], kind: str) -> list[str]:
    names = route.get(f"{kind}time_intervals")
    return [str(name) for name in names] if isinstance(names, list) else []


class _Status(msgspec.Struct, rename="camel"):
    version_info: dict[str, str]
    config: dict[str, str]


class _Standing(msgspec.Struct, rename="camel"):
    silenced_by: list[str] = []
    inhibited_by: list[str] = []
    muted_by: list[str] | None = None

    @property
    def suppressed(self) -> bool:
        """Return whether it goes nowhere. What one route mutes may go by another."""
        return bool(self.silenced_by or self.inhibited_by)


class _Receiver(msgspec.Struct):
    name: str


class HeldAlert(msgspec.Struct, rename="camel"):
    """An alert that it has, and where it goes."""

    labels: dict[str, str]
    status: _Standing
    receivers: list[_Receiver] = []
    updated_at: str = ""


class _AlertGroup(msgspec.Struct):
    labels: dict[str, str]
    receiver: _Receiver
    alerts: list[HeldAlert]

    @property
    def key(self) -> tuple[str, frozenset[tuple[str, str]]]:
        """Return what no other group has."""
        return self.receiver.name, frozenset(self.labels.items())


class LateAlert(NamedTuple):
    """An alert that did not arrive, and why; `joined` where it may only have to wait for others."""

    labels: Labels
    why: str
    inhibited: bool
    joined: bool


class Manager:
    """An Alertmanager, and the channel behind it."""

    def __init__(self, api: Api, received: Api) -> None:
        self._api = api
        self._received = received
        self._marks: set[str] = set()

    def settings(self) -> tuple[str, Routing]:
        """Return its version, and who is told of what."""
        status = self._api.get("/api/v2/status", _Status)
        routing = from_yaml(status.config.get("original", ""), Routing, self._api.url)
        return status.version_info.get("version", ""), routing

    def held(self) -> list[HeldAlert]:
        """Return the alerts that Alertmanager has."""
        return self._api.get("/api/v2/alerts", list[HeldAlert])

    def deliver(
        self, alerts: Sequence[Labels], limit: float, routing: Routing
    ) -> tuple[list[LateAlert], float]:
        """Send these alerts, and tell which did not arrive and why, and how long it took.

        What is inhibited is sent again without the others, which may have done that.
        """
        late, took = self._round(alerts, limit, routing)
        count = len(alerts)
        while 0 < len(inhibited := [alert.labels for alert in late if alert.inhibited]) < count:
            count = len(inhibited)
            again, more = self._round(inhibited, limit, routing)
            late = [*(alert for alert in late if not alert.inhibited), *again]
            took += more
        return late, round(took, 3)

    def _round(
        self, alerts: Sequence[Labels], limit: float, routing: Routing
    ) -> tuple[list[LateAlert], float]:
        marked = {secrets.token_hex(8): labels for labels in alerts}
        self._marks |= marked.keys()
        before, count = {group.key for group in self._groups()}, self._group_count()
        began = datetime.now(UTC)
        self._send(marked, began, began + LIFE)

        def outstanding() -> set[str]:
            return marked.keys() - set(strings(self._received.get("", object)))

        def settled() -> bool | None:
            late = outstanding()
            standing = _marked(self._groups())
            stopped = {mark for mark, alert in standing.items() if alert.status.suppressed}
            return late <= stopped or None

        try:
            _, took = wait(settled, limit + routing.patience("group_wait"))
            standing, joining = self._standing(marked, before, count)
            if outstanding() & joining.keys():
                _, more = wait(settled, routing.patience("group_interval"))
                took += more
            late = outstanding()
            standing, joining = self._standing(marked, before, count)
        finally:
            self._send(marked, began, datetime.now(UTC))
        return [
            _late(marked[mark], standing.get(mark), joins=mark in joining) for mark in sorted(late)
        ], took

    def unresolved(self, limit: float) -> int:
        """Return how many alerts the channel was told of, and not that they are over."""

        def pending() -> set[str]:
            marks = {"firing": set[str](), "resolved": set[str]()}
            for alert in objects(self._received.get("", object)):
                labels, status = alert.get("labels"), alert.get("status")
                if isinstance(labels, dict) and isinstance(status, str) and status in marks:
                    marks[status].add(str(labels.get(MARK)))
            return (marks["firing"] - marks["resolved"]) & self._marks

        wait(lambda: None if pending() else True, limit)
        return len(pending())

    def _standing(
        self, marked: Mapping[str, Labels], before: AbstractSet[object], count: float
    ) -> tuple[Mapping[str | None, HeldAlert], Mapping[str | None, HeldAlert]]:
        """Return the alerts as they stand, and those of them that joined groups known `before`."""
        own = [group for group in self._groups() if marked.keys() & _marked([group])]
        new = [group for group in own if group.key not in before]
        # Of a group whose alerts are all resolved nothing is told, but it is counted.
        grew = self._group_count() - count
        old = own if grew < len(new) else [group for group in own if group.key in before]
        return _marked(own), _marked(old)

    def _groups(self) -> list[_AlertGroup]:
        """Return the groups of routes, with their alerts that are not resolved."""
        return self._api.get("/api/v2/alerts/groups", list[_AlertGroup])

    def _group_count(self) -> float:
        """Return how many groups there are by its own metrics; 0 where it tells none."""
        answer = self._api.ask("/metrics")
        count = GROUPS.search(answer.text)
        return float(count[1]) if count and answer.status == 200 else 0.0

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
        answer = self._api.post("/api/v2/alerts", alerts)
        if answer.status != 200:
            raise ProbeError(f"{answer.url} did not take the alerts: status {answer.status}")


def _marked(groups: Iterable[_AlertGroup]) -> dict[str | None, HeldAlert]:
    """Return the alerts in the groups of routes by their mark, which those sent on purpose have."""
    return {alert.labels.get(MARK): alert for group in groups for alert in group.alerts}


def _late(labels: Labels, held: HeldAlert | None, *, joins: bool) -> LateAlert:
    """Tell why an alert did not arrive, as far as Alertmanager tells."""
    if held is None:
        why = "did not arrive, and Alertmanager does not have it"
        return LateAlert(labels, why, inhibited=False, joined=False)
    standing = held.status
    for kind, names in (
        ("silenced by", standing.silenced_by),
        ("inhibited by", standing.inhibited_by),
        ("muted by", standing.muted_by or []),
    ):
        if names:
            why = f"{kind} {', '.join(names)}"
            break
    else:
        receivers = ", ".join(receiver.name for receiver in held.receivers) or "no receiver"
        why = f"goes to {receivers} and did not arrive at the channel"
    joined = joins and not standing.suppressed
    return LateAlert(labels, why, inhibited=bool(standing.inhibited_by), joined=joined)
