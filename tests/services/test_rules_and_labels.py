"""Rules without a server: what a query names, and what is loaded."""

from pathlib import Path

import pytest
from msgspec import convert

from checks.services._alert_rules import AlertRule, RuleGroup, compared
from checks.services._alertmanager_api import Routing
from checks.services._answer import ProbeError
from checks.services._prometheus_api import AlertSettings
from checks.services._promql import names_in, seconds, unfiltered


@pytest.mark.parametrize(
    ("query", "metrics"),
    [
        ("up == 0", {"up"}),
        ('sum(rate(a_total{job="b"}[5m])) by (c) / on(d) group_left(e) f', {"a_total", "f"}),
        ("histogram_quantile(0.95, sum by (le) (rate(x_bucket[1m])))", {"x_bucket"}),
        ('absent(up{job="a"}) or vector(1)', {"up"}),
        ("a offset 1h unless b and c > bool 1e3", {"a", "b", "c"}),
        ("job:rate:sum > 1", {"job:rate:sum"}),
        ('label_replace(a, "x", "$1", "y", "(b)")', {"a"}),
        ("count(count(x_info) by (version)) > 1", {"x_info"}),
        ("time() - process_start_time_seconds > 60", {"process_start_time_seconds"}),
        ("1 + 2", set()),
        ('{__name__="up",job="a"}', {"up"}),
        ("max_over_time((sum(rate(z[5m])) by (q))[1h:5m])", {"z"}),
    ],
)
def test_the_metrics_of_a_query_are_found(query: str, metrics: set[str]) -> None:
    """Labels, functions, numbers and words of the language are none."""
    assert names_in(query).metrics == metrics


@pytest.mark.parametrize(
    ("query", "ranges", "oldest"),
    [
        ("up == 0", (), 0),
        ("rate(x[5m]) < 0.3 * rate(x[5m] offset 1h)", (300, 300), 3900),
        ("increase(x[24h])", (86_400,), 86_400),
        ("x offset -5m", (), 0),
    ],
)
def test_how_far_a_query_looks_back(query: str, ranges: tuple[float, ...], oldest: float) -> None:
    """Over a range, and to where that is moved."""
    names = names_in(query)
    assert (names.ranges, names.oldest) == (ranges, oldest)


NIGHT = {"mute_time_intervals": ["night"]}


@pytest.mark.parametrize(
    ("routes", "times"),
    [
        ([{"matchers": ["severity=page"], **NIGHT}], ["night"]),
        ([{"matchers": ['severity=~"page|ticket"'], "active_time_intervals": ["day"]}], ["day"]),
        ([{"matchers": ['{team="a", severity="page"}'], **NIGHT}], ["night"]),
        ([{"match": {"severity": "page"}, "routes": [NIGHT]}], ["night"]),
        ([{"match_re": {"severity": "pa.*"}, **NIGHT}], ["night"]),
        ([{"matchers": ["severity=ticket"], **NIGHT}], []),
        ([{"matchers": ["severity!=page"], **NIGHT}], []),
        ([{"matchers": ["team=a"]}, NIGHT], []),
        ([{**NIGHT, "continue": True}, {"matchers": ["team=a"]}], []),
        ([{"routes": [{"matchers": ["team=b"], **NIGHT}]}], []),
    ],
)
def test_pages_are_heard_at_night(routes: list[object], times: list[str]) -> None:
    """By one of their routes at least; the twins mute others', or have another way."""
    routing = Routing(route={"receiver": "all", "routes": routes}, receivers=[])
    assert routing.mutes({"severity": "page", "team": "a"}) == times


@pytest.mark.parametrize(
    ("rules", "dropped"),
    [
        ([{"source_labels": ["severity"], "regex": "page", "action": "drop"}], True),
        ([{"source_labels": ["team", "severity"], "regex": "a;page", "action": "drop"}], True),
        ([{"source_labels": ["severity"], "regex": "ticket", "action": "keep"}], True),
        ([{"source_labels": ["severity"], "regex": "pag", "action": "drop"}], False),
        ([{"source_labels": ["severity"], "regex": "page|ticket", "action": "keep"}], False),
        ([{"regex": "severity", "action": "labeldrop"}], False),
    ],
)
def test_alerts_that_are_dropped_before_they_are_sent(
    rules: list[dict[str, object]], dropped: bool
) -> None:
    """As Prometheus' own relabelling does it, as long as it changes no label."""
    settings = convert({"alerting": {"alert_relabel_configs": rules}}, AlertSettings)
    assert settings.drops({"severity": "page", "team": "a"}) is dropped


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("sum by (a, b) (x)", {("a", "b")}),
        ("sum without (a) (x)", set()),
        ("x / on (c) y", {("c",)}),
        ("x / ignoring (c) y", set()),
        ('sum by (n) (label_replace(x, "n", "$1", "m", "(.*)"))', set()),
        ("count(count(x) by (v)) > 1", {("v",)}),
    ],
)
def test_the_labels_that_a_query_groups_by_are_found(query: str, labels: set[object]) -> None:
    """Labels that it takes away, and those that it makes itself, need not be there."""
    assert {grouping.labels for grouping in names_in(query).groupings} == labels


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("(x > 1)", "x"),
        ("3 < sum by (a) (x)", "sum by (a) (x)"),
        ("rate(x[5m]) > 2 and on (a) y > 3", "rate(x[5m])"),
        ("(x / y > 1) unless z", "x / y"),
        ("x > y", "x"),
        ("x > on (a) y", "x > on (a) y"),
        ("x > bool 1", "x > bool 1"),
        ("x or y", "x or y"),
        ("absent(x)", "absent(x)"),
    ],
)
def test_what_a_rule_asks_before_it_compares_is_found(query: str, expected: str) -> None:
    """Where that keeps the labels of what the rule gives."""
    assert unfiltered(query) == expected


@pytest.mark.parametrize(
    ("text", "value"), [("1h30m", 5400), ("0", 0), ("0s", 0), ("0h0m", 0), ("", 0), ("250ms", 0.25)]
)
def test_durations_are_those_of_prometheus(text: str, value: float) -> None:
    """In seconds."""
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["soon", "1 minute"])
def test_what_is_no_duration_is_told(text: str) -> None:
    """Instead of a number that was made up."""
    with pytest.raises(ProbeError, match="no duration"):
        seconds(text)


RULES = """\
groups:
  - name: g
    interval: 30s
    rules:
      - {alert: A, expr: "up  ==  0", for: 1m, labels: {level: 1}, annotations: {text: it}}
    labels: {severity: page, level: 2}
"""
LOADED = {
    "name": "A",
    "query": "up == 0",
    "health": "ok",
    "type": "alerting",
    "duration": 60.0,
    "labels": {"severity": "page", "level": "1"},
    "annotations": {"text": "it"},
}


@pytest.mark.parametrize(
    ("rule", "group", "difference"),
    [
        ({}, {}, ""),
        ({"query": "up == 1"}, {}, "expr"),
        ({"duration": 3600.0}, {}, "for"),
        ({"keep_firing_for": 5.0}, {}, "keep_firing_for"),
        ({"labels": {"severity": "none", "level": "1"}}, {}, "labels"),
        ({"annotations": {}}, {}, "annotations"),
        ({}, {"limit": 1}, "limit"),
        ({}, {"interval": 86400.0}, "interval"),
        ({"name": "B"}, {}, "not loaded"),
        ({}, {"name": "other"}, "not loaded"),
    ],
)
def test_a_rule_is_loaded_as_it_stands_in_its_file(
    tmp_path: Path, rule: dict[str, object], group: dict[str, object], difference: str
) -> None:
    """What differs is named; blanks, numbers as labels and labels of a group are no difference."""
    (tmp_path / "rules.yml").write_text(RULES)
    made = AlertRule(**{**LOADED, **rule})  # type: ignore[arg-type]
    loaded = RuleGroup(**{"name": "g", "interval": 30.0, "rules": [made], **group})  # type: ignore[arg-type]
    problems = compared([str(tmp_path / "rules.yml")], [loaded])
    assert problems.get("A", "").startswith(difference)
    assert bool(problems) == bool(difference)
