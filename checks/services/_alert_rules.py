"""Whether the rules that files hold are the loaded ones, and were seen to fire."""

import os
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from checks.services._answer import Complaint, ProbeError
from checks.services._json import from_yaml, read_text
from checks.services._promql import normal, seconds

TOOL = "promtool"


class AlertRule(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A rule as the server tells it."""

    name: str
    query: str
    health: str
    type: str
    last_error: str = ""
    duration: float = 0.0
    keep_firing_for: float = 0.0
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
    for loaded_group in loaded:
        for loaded_rule in loaded_group.rules:
            known[loaded_group.name, loaded_rule.name].append(_loaded(loaded_rule, loaded_group))
    problems = {}
    for group in _groups(files):
        for rule in group.rules:
            difference = _difference(_wanted(rule, group), known[group.name, rule.alert])
            if rule.alert and difference:
                problems[rule.alert] = difference
    return problems


def _groups(files: Iterable[str]) -> Iterator[_FileGroup]:
    for file in files:
        yield from from_yaml(read_text(file), _RuleFile, file).groups


def _labels(rule: _FileRule, group: _FileGroup) -> frozenset[tuple[str, str]]:
    return frozenset(_texts({**group.labels, **rule.labels}).items())


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _loaded(rule: AlertRule, group: RuleGroup) -> dict[str, object]:
    return {
        "expr": normal(rule.query),
        "for": rule.duration,
        "keep_firing_for": rule.keep_firing_for,
        "labels": rule.labels,
        "annotations": rule.annotations,
        "limit": group.limit,
        "interval": group.interval,
    }


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
    differences = [[key for key in wanted if rule[key] != wanted[key]] for rule in loaded]
    nearest, keys = min(zip(loaded, differences, strict=True), key=lambda pair: len(pair[1]))
    return "; ".join(f"{key} {nearest[key]!r} is loaded, not {wanted[key]!r}" for key in keys)


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
    for path in tests:
        file = from_yaml(read_text(path), _PromtoolFile, path)
        folder = os.path.dirname(path)
        tested = {os.path.realpath(os.path.join(folder, name)) for name in file.rule_files}
        if failure := _failure(path, limit):
            complaints.append(Complaint(path, "promtool test rules", failure))
        elif tested & rules:
            expected = [rule for test in file.tests for rule in test.alert_rule_test]
            fired |= {rule.alertname for rule in expected if rule.exp_alerts}
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
        message = " ".join(lines[:8]) or "nothing"
        raise ProbeError(f"{' '.join(command)} ended with {done.returncode} and said {message}")
    return " ".join(lines[1:8])
