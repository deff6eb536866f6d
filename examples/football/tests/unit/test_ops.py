"""The production side speaks of what the service really exports."""

import json
import re
from pathlib import Path

import pytest
import yaml

from src.monitoring.metrics import Metrics

ROOT = Path(__file__).parent.parent.parent
OPS = ROOT / "ops"
RULES = [
    rule
    for file in sorted((OPS / "prometheus" / "rules").glob("*.yml"))
    for group in yaml.safe_load(file.read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
BOARDS = sorted((OPS / "grafana" / "dashboards").glob("*.json"))
METRIC = re.compile(r"\b(?:football|process|python)_\w+")


def exported() -> set[str]:
    metrics = Metrics()
    metrics.observe("GET", "/", 200, 0.1)
    return set(re.findall(r"^(\w+)", metrics.text().decode(), re.MULTILINE))


def test_there_are_enough_rules_each_with_what_a_reader_needs() -> None:
    assert len(RULES) >= 20
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in ("page", "ticket", "none")
        assert rule["annotations"]["summary"]
        assert rule["for"]


def test_each_alert_has_a_series_that_makes_it_fire() -> None:
    file = OPS / "prometheus" / "tests" / "football.yml"
    fired = {
        one["alertname"]
        for test in yaml.safe_load(file.read_text("utf-8"))["tests"]
        for one in test["alert_rule_test"]
        if one["exp_alerts"]
    }
    assert fired == {rule["alert"] for rule in RULES}


def test_rules_are_about_metrics_that_exist() -> None:
    named = {name for rule in RULES for name in METRIC.findall(rule["expr"])}
    assert named <= exported()


def test_every_alert_has_its_row_in_the_guide() -> None:
    guide = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    for rule in RULES:
        expression = rule["expr"].replace("|", "\\|")
        line = f"| {rule['alert']} | `{expression}`, {rule['for']} |"
        assert line in guide


@pytest.mark.parametrize("file", BOARDS, ids=lambda file: file.name)
def test_dashboards_ask_for_metrics_that_exist(file: Path) -> None:
    board = json.loads(file.read_text("utf-8"))
    assert board["uid"] == file.stem
    assert board["panels"]
    for panel in board["panels"]:
        for target in panel["targets"]:
            assert set(METRIC.findall(target["expr"])) <= exported()


def test_a_location_with_headers_of_its_own_has_all_of_them() -> None:
    text = (OPS / "nginx" / "nginx.conf").read_text("utf-8")
    for block in re.findall(r"location [^{]+\{([^}]*)\}", text):
        if "add_header" in block:
            assert "include ${STATE}/nginx/headers.conf;" in block
