"""Whether the rules that files hold are the loaded ones, in time, and were seen to fire."""

import os
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec
import yaml

from checks.services._answer import Complaint, ProbeError
from checks.services._json import typed
from checks.services._promql import normal, seconds

MOST_FILE = 16 * 2**20
TOOL = "promtool"
Kind = TypeVar("Kind")


class AlertRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as the server tells it."""

    name: str
    query: str
    health: str
    type: str
    lastError: str = ""  # noqa: N815 - the server's name
    duration: float = 0.0
    keepFiringFor: float = 0.0  # noqa: N815 - the server's name
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class RuleGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A group of rules as the server tells it."""

    name: str
    rules: list[AlertRule]
    interval: float = 0.0
    limit: int = 0


class _FileRule(msgspec.Struct, rename={"for_": "for"}):
    alert: str = ""
    expr: str | int | float = ""
    for_: str | int = ""
    keep_firing_for: str | int = ""
    labels: dict[str, object] = {}
    annotations: dict[str, object] = {}


class _FileGroup(msgspec.Struct):
    name: str = ""
    rules: list[_FileRule] = []
    interval: str | int = ""
    query_offset: str | int = ""
    labels: dict[str, object] = {}
    limit: int = 0


class _RuleFile(msgspec.Struct):
    groups: list[_FileGroup] = []


class RuleKey(NamedTuple):
    """What makes two rules one, however often they are loaded."""

    group: str
    name: str
    query: str
    labels: frozenset[tuple[str, str]]


def in_files(files: Iterable[str]) -> set[RuleKey]:
    """Return the alert rules of these files."""
    return {
        RuleKey(group.name, rule.alert, normal(str(rule.expr)), _labels(rule, group))
        for group in _groups(files)
        for rule in group.rules
        if rule.alert
    }


def in_groups(groups: Iterable[RuleGroup]) -> dict[RuleKey, AlertRule]:
    """Return the alert rules that are loaded, by key."""
    return {
        RuleKey(group.name, rule.name, normal(rule.query), frozenset(rule.labels.items())): rule
        for group in groups
        for rule in group.rules
        if rule.type == "alerting"
    }


def compared(files: Iterable[str], loaded: Sequence[RuleGroup]) -> dict[str, str]:
    """Return how alerts of these files differ from the loaded ones, by the name of the alert.

    A rule that is loaded with another query, duration, label or text is another rule, and so is one
    whose group is evaluated at another interval or may raise fewer alerts. Raises ProbeError for
    a file that cannot be read.
    """
    known: dict[tuple[str, str], list[dict[str, object]]] = defaultdict(list)
    for group in loaded:
        for rule in group.rules:
            known[group.name, rule.name].append(
                {
                    "expr": normal(rule.query),
                    "for": rule.duration,
                    "keep_firing_for": rule.keepFiringFor,
                    "labels": rule.labels,
                    "annotations": rule.annotations,
                    "limit": group.limit,
                    "interval": group.interval,
                }
            )
    problems = {}
    for written in _groups(files):
        for one in written.rules:
            told = _difference(_wanted(one, written), known[written.name, one.alert])
            if one.alert and told:
                problems[one.alert] = told
    return problems


def delayed(
    files: Iterable[str],
    loaded: Iterable[RuleGroup],
    lookback: float,
    *,
    interval: str,
    offset: str,
) -> dict[str, str]:
    """Return the alerts that are late by a setting for all groups, and not their own, and why.

    `interval` and `offset` are what the server's settings say for all groups. A group whose file is
    not among these, and that has the interval of all, is taken for one that says nothing of it.
    """
    written = {group.name: group for group in _groups(files)}
    problems: dict[str, str] = {}
    for group in loaded:
        own = written.get(group.name, _FileGroup())
        told = ""
        if not own.interval and lookback < group.interval == seconds(interval):
            told = f"evaluated every {interval} alone, as all rules are"
        elif not own.query_offset and seconds(offset) > lookback:
            told = f"evaluated on what was {offset} before, as all rules are"
        problems |= {rule.name: told for rule in group.rules if told}
    return problems


def _groups(files: Iterable[str]) -> Iterator[_FileGroup]:
    for file in files:
        yield from _read(file, _RuleFile).groups


def _labels(rule: _FileRule, group: _FileGroup) -> frozenset[tuple[str, str]]:
    return frozenset(_texts({**group.labels, **rule.labels}).items())


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _wanted(rule: _FileRule, group: _FileGroup) -> dict[str, object]:
    wanted: dict[str, object] = {
        "expr": normal(str(rule.expr)),
        "for": seconds(str(rule.for_)),
        "keep_firing_for": seconds(str(rule.keep_firing_for)),
        "labels": dict(_labels(rule, group)),
        "annotations": _texts(rule.annotations),
        "limit": group.limit,
    }
    return wanted | ({"interval": seconds(str(group.interval))} if group.interval else {})


def _difference(wanted: Mapping[str, object], loaded: Sequence[Mapping[str, object]]) -> str:
    if not loaded:
        return "not loaded"
    nearest = min(
        ({key: one[key] for key in wanted if one[key] != wanted[key]} for one in loaded), key=len
    )
    told = [f"{key} {value!r} is loaded, not {wanted[key]!r}" for key, value in nearest.items()]
    return "; ".join(told)


# --- tests of rules -----------------------------------------------------------------------------


class _RuleTest(msgspec.Struct):
    alertname: str = ""
    exp_alerts: list[object] | None = None


class _RuleTests(msgspec.Struct):
    alert_rule_test: list[_RuleTest] = []


class _PromtoolFile(msgspec.Struct):
    rule_files: list[str] = []
    tests: list[_RuleTests] = []


def seen_to_fire(
    tests: Iterable[str], files: Sequence[str], limit: float
) -> tuple[set[str], list[Complaint]]:
    """Return the alerts that tests of these rule files make fire, and promtool's complaints.

    The tests are promtool's: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/.
    An alert counts where a test that passes expects it of one of these files. Raises ProbeError
    where there is no promtool, it says of a test neither that it passes nor that it fails, or a
    file cannot be read.
    """
    rules = {os.path.realpath(file) for file in files}
    fired: set[str] = set()
    complaints = []
    for file in tests:
        told = _read(file, _PromtoolFile)
        folder = os.path.dirname(file)
        about = {os.path.realpath(os.path.join(folder, each)) for each in told.rule_files}
        if said := _failure(file, limit):
            complaints.append(Complaint(path=file, rule="promtool test rules", message=said))
        elif about & rules:
            fired |= {
                one.alertname
                for test in told.tests
                for one in test.alert_rule_test
                if one.exp_alerts
            }
    return fired, complaints


def _failure(file: str, limit: float) -> str:
    """Return what promtool says of a test file that does not pass; "" where it does."""
    command = [TOOL, "test", "rules", file]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit,
            check=False,
        )
    except FileNotFoundError:
        raise ProbeError(f"{TOOL} is not installed; it tests {file}") from None
    except subprocess.TimeoutExpired:
        raise ProbeError(f"{' '.join(command)} took longer than {limit:g} s") from None
    if done.returncode == 0 and "SUCCESS" in done.stdout:
        return ""
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    if done.returncode == 0 or "FAILED:" not in lines:
        said = " ".join(lines[:8]) or "nothing"
        raise ProbeError(f"{' '.join(command)} ended with {done.returncode} and said {said}")
    return " ".join(lines[1:8])


def _read(file: str, kind: type[Kind]) -> Kind:
    try:
        with open(file, encoding="utf-8") as stream:
            data = yaml.load(stream.read(MOST_FILE), yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProbeError(f"{file} cannot be read: {error}") from None
    return typed(data or {}, kind, file)
