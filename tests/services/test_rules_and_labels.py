"""Rules without a server: what a query names, what is loaded, what relabelling does."""

from pathlib import Path

import pytest

from readiness.services._alert_rules import AlertRule, RuleGroup, compared
from readiness.services._answer import ProbeError
from readiness.services._promql import names_in, normal, seconds
from readiness.services._relabel import Relabeling, relabeled


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


def test_matchers_are_told_as_promql() -> None:
    """With what has to be escaped."""
    ((metric, matchers),) = names_in(r'up{a="x\"y",b!~"z.*"}').selectors
    assert metric == "up"
    assert [str(one) for one in matchers] == [r'a="x\"y"', 'b!~"z.*"']


def test_a_query_reads_the_same_however_it_is_written() -> None:
    """Blanks, quotes and the place of `by` make no other rule."""
    assert normal("sum(x{a='b'}) by (c)>1") == normal('sum by (c) (x{a="b"})  >  1')
    assert normal("x > 1") != normal("x > 2")


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
      - {alert: A, expr: "up  ==  0", for: 1m, labels: {severity: page, level: 1}}
"""
LOADED = {
    "name": "A",
    "query": "up == 0",
    "health": "ok",
    "type": "alerting",
    "duration": 60.0,
    "labels": {"severity": "page", "level": "1"},
}


@pytest.mark.parametrize(
    ("rule", "group", "told"),
    [
        ({}, {}, ""),
        ({"query": "up == 1"}, {}, "expr"),
        ({"duration": 3600.0}, {}, "for"),
        ({"keepFiringFor": 5.0}, {}, "keep_firing_for"),
        ({"labels": {"severity": "none", "level": "1"}}, {}, "labels"),
        ({}, {"limit": 1}, "limit"),
        ({}, {"interval": 86400.0}, "interval"),
        ({"name": "B"}, {}, "not loaded"),
        ({}, {"name": "other"}, "not loaded"),
    ],
)
def test_a_rule_is_loaded_as_it_stands_in_its_file(
    tmp_path: Path, rule: dict[str, object], group: dict[str, object], told: str
) -> None:
    """What differs is named; blanks and numbers as labels are no difference."""
    (tmp_path / "rules.yml").write_text(RULES)
    made = AlertRule(**{**LOADED, **rule})  # type: ignore[arg-type]
    loaded = RuleGroup(**{"name": "g", "interval": 30.0, "rules": [made], **group})  # type: ignore[arg-type]
    problems = compared([str(tmp_path / "rules.yml")], [loaded])
    assert problems.get("A", "").startswith(told)
    assert bool(problems) == bool(told)


ALERT = {"alertname": "A", "severity": "page"}


@pytest.mark.parametrize(
    ("step", "labels"),
    [
        ({"action": "drop", "source_labels": ["severity"], "regex": "page"}, None),
        ({"action": "drop", "source_labels": ["severity"], "regex": "pag"}, ALERT),
        ({"action": "keep", "source_labels": ["severity"], "regex": "page|x"}, ALERT),
        ({"action": "keep", "source_labels": ["severity"], "regex": "ticket"}, None),
        ({"action": "keepequal", "source_labels": ["severity"], "target_label": "x"}, None),
        ({"action": "dropequal", "source_labels": ["severity"], "target_label": "severity"}, None),
        ({"action": "labeldrop", "regex": "sev.*"}, {"alertname": "A"}),
        ({"action": "labelkeep", "regex": "sev.*"}, {"severity": "page"}),
        ({"target_label": "dc", "replacement": "eu"}, ALERT | {"dc": "eu"}),
        (
            {"source_labels": ["severity"], "regex": "(p)(.*)", "target_label": "severity",
             "replacement": "${2}-$1"},
            {"alertname": "A", "severity": "age-p"},
        ),
        ({"source_labels": ["no"], "regex": "(.+)", "target_label": "b"}, ALERT),
        ({"target_label": "severity", "replacement": ""}, {"alertname": "A"}),
        ({"action": "labelmap", "regex": "(sev).*", "replacement": "my_$1"},
         ALERT | {"my_sev": "page"}),
        ({"action": "uppercase", "source_labels": ["severity"], "target_label": "severity"},
         ALERT | {"severity": "PAGE"}),
        ({"action": "Lowercase", "source_labels": ["alertname"], "target_label": "n"},
         ALERT | {"n": "a"}),
    ],
)  # fmt: skip
def test_relabelling_does_what_prometheus_does(
    step: dict[str, object], labels: dict[str, str] | None
) -> None:
    """One step of each action."""
    assert relabeled(ALERT, [Relabeling(**step)]) == labels  # type: ignore[arg-type]


def test_an_action_that_is_not_known_is_told() -> None:
    """What cannot be followed is no alert that was sent."""
    with pytest.raises(ProbeError, match="'teleport' is not known"):
        relabeled(ALERT, [Relabeling(action="teleport")])
