"""The way that an alert takes through the routes of an Alertmanager, as it takes it itself.

https://prometheus.io/docs/alerting/latest/configuration/#route
"""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from checks.services._answer import ProbeError
from checks.services._promql import Matcher, read_matcher, seconds

FIRST_WAIT = "30s"
INTERVAL = "5m"

Labels = Mapping[str, str]


class _Route(msgspec.Struct, rename={"continue_": "continue"}):
    """A route as Alertmanager tells it: what is empty its parent says."""

    receiver: str = ""
    matchers: list[str] = []
    match: dict[str, str] = {}
    match_re: dict[str, str] = {}
    continue_: bool = False
    group_wait: str = ""
    group_interval: str = ""
    routes: list["_Route"] = []


class AlertWay(msgspec.Struct, frozen=True):
    """Where a route sends alerts, and how long (as `5m`) a new group waits, and one told before."""

    receiver: str
    group_wait: str = FIRST_WAIT
    group_interval: str = INTERVAL


class Routing(msgspec.Struct):
    """The part of Alertmanager's settings that says who is told of what."""

    route: _Route
    receivers: list[dict[str, object]]

    def delay(self, labels: Labels, wait: float, *, joins: bool = False) -> str:
        """Why people hear too late of a new alert of these labels, also of one that joins a group.

        Empty where they do not.
        """
        way = self.quickest(labels)
        if way and seconds(way.group_wait) > wait:
            return f"a first alert waits {way.group_wait} (group_wait)"
        if way and joins and seconds(way.group_interval) > wait:
            return f"one that joins a group waits up to {way.group_interval} (group_interval)"
        return ""

    def channels(self) -> set[object]:
        """Return the names of the receivers that send anything anywhere."""
        return {
            one.get("name")
            for one in self.receivers
            if any(name.endswith("_configs") and value for name, value in one.items())
        }

    def ways(self, labels: Labels) -> list[AlertWay]:
        """Return the ways that an alert of these labels goes, in Alertmanager's order."""
        return list(_ways(self.route, AlertWay(""), labels))

    def quickest(self, labels: Labels) -> AlertWay | None:
        """Return the way that tells people first of a new alert with these labels; None if none."""
        channels = self.channels()
        told = [way for way in self.ways(labels) if way.receiver in channels]
        return min(told, key=lambda way: seconds(way.group_wait), default=None)


def _ways(route: _Route, above: AlertWay, labels: Labels) -> Iterator[AlertWay]:
    """Yield the ways that an alert takes from this route on; none where it does not match."""
    if not _matches(route, labels):
        return
    own = AlertWay(
        route.receiver or above.receiver,
        route.group_wait or above.group_wait,
        route.group_interval or above.group_interval,
    )
    taken = False
    for below in route.routes:
        ways = list(_ways(below, own, labels))
        yield from ways
        taken = taken or bool(ways)
        if ways and not below.continue_:
            break
    if not taken:
        yield own


def _matches(route: _Route, labels: Labels) -> bool:
    asked: Iterable[tuple[str, str, str]] = [
        *((name, "=", value) for name, value in route.match.items()),
        *((name, "=~", value) for name, value in route.match_re.items()),
        *map(_matcher, route.matchers),
    ]
    return all(_holds(labels.get(name, ""), operator, value) for name, operator, value in asked)


def _matcher(text: str) -> Matcher:
    """Read a matcher as Alertmanager tells it, however it was written: its value is in quotes."""
    try:
        return read_matcher(text)
    except ProbeError as error:
        raise ProbeError(f"the matcher {text!r} of a route cannot be read: {error}") from None


def _holds(value: str, operator: str, asked: str) -> bool:
    if operator in ("=", "!="):
        return (value == asked) is (operator == "=")
    try:
        return bool(re.fullmatch(asked, value)) is (operator == "=~")
    except re.error as error:
        raise ProbeError(f"the expression {asked!r} of a route: {error}") from None
