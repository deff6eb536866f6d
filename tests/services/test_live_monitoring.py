"""The checks of monitoring against Debian's own servers: the numbers that their tools give.

What a machine lacks is a skipped test that says so.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from readiness.services.prometheus import metrics_in
from tests.services.test_live_network import by_hand, said
from tests.support.checking import run_check
from tests.support.monitoring_servers import RULES, grafana, monitored, unlinked, web
from tests.support.servers import Missing, free_port


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """Prometheus, Alertmanager and a channel."""
    try:
        with monitored(tmp_path_factory.mktemp("monitored")) as servers:
            yield servers
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The same with rules that are not loaded, and a channel that nothing reaches."""
    try:
        with unlinked(tmp_path_factory.mktemp("unlinked")) as servers:
            yield servers
    except Missing as missing:
        pytest.skip(str(missing))


def test_prometheus_gives_the_numbers_of_promtool(
    linked: Mapping[str, str], tmp_path: Path
) -> None:
    """Rules in the file, and the value of a query."""
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES)
    found = run_check(
        "prometheus", str(tmp_path), {"url": linked["url"], "files": str(rules), "query": "up + 2"}
    )
    assert "3 rules found" in by_hand("promtool", "check", "rules", str(rules))
    assert found.number("loaded") == found.number("healthy") == 3
    assert found.number("not_loaded") == 0
    printed = by_hand("promtool", "query", "instant", linked["url"], "up + 2")
    assert float(printed.split(" => ")[1].split()[0]) == found.number("value")
    assert found.number("down") == 0
    assert found.number("alertmanagers") == 1


def test_a_rule_about_a_metric_that_nobody_exports_is_named(
    linked: Mapping[str, str], tmp_path: Path
) -> None:
    """It is loaded and healthy, and never fires."""
    found = run_check("prometheus", str(tmp_path), {"url": linked["url"]})
    assert found.number("absent") == 1
    assert "no_such_metric_total" in found.stdout.decode()


def test_rules_that_are_not_loaded_are_none(broken: Mapping[str, str], tmp_path: Path) -> None:
    """However many stand in the file: `promtool check config` says success all the same."""
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES)
    found = run_check("prometheus", str(tmp_path), {"url": broken["url"], "files": str(rules)})
    assert (found.number("healthy"), found.number("not_loaded")) == (0, 3)


def test_alertmanager_gives_the_receivers_of_amtool(
    linked: Mapping[str, str], tmp_path: Path
) -> None:
    """And the canary arrives."""
    given = {"url": linked["manager"], "received": linked["received"], "prometheus": linked["url"]}
    found = run_check("alertmanager", str(tmp_path), given)
    shown = by_hand("amtool", f"--alertmanager.url={linked['manager']}", "config", "show")
    assert found.number("receivers") == shown.count("- name:")
    assert found.value("works") is True


def test_a_canary_that_does_not_arrive_is_told(broken: Mapping[str, str], tmp_path: Path) -> None:
    """Nor does Prometheus send anything there."""
    given = {"url": broken["manager"], "received": broken["received"], "wait": "1"}
    found = run_check("alertmanager", str(tmp_path), given | {"prometheus": broken["url"]})
    assert (found.value("arrived"), found.value("linked")) == (False, False)


@pytest.mark.parametrize("check", ["prometheus", "alertmanager", "grafana"])
def test_a_server_that_is_stopped_is_an_error_that_names_it(check: str, tmp_path: Path) -> None:
    """No number is made up."""
    port = free_port()
    outcome = run_check(check, str(tmp_path), {"url": f"http://127.0.0.1:{port}"})
    assert f"127.0.0.1:{port} refused the connection" in said(outcome)


def test_every_panel_is_asked_for_its_data(tmp_path: Path) -> None:
    """Those of folded rows too; one with a variable is unknown, and none of it is good."""
    with grafana("up", "rate(x[$__rate_interval])", "up{job='$job'}") as server:
        found = run_check("grafana", str(tmp_path), {"url": server.url})
        asked = [query["queries"][0]["expr"] for query in server.received]  # type: ignore[index,call-overload]
    assert (found.number("panels"), found.number("unknown")) == (3, 1)
    assert asked == ["up", "rate(x[5m])"]


def test_a_wrong_token_is_no_empty_dashboard(tmp_path: Path) -> None:
    """It could not be measured, and the status says why."""
    with grafana("up") as server:
        server.answers["/api/search?type=dash-db"] = (401, {"message": "Unauthorized"})
        outcome = run_check("grafana", str(tmp_path), {"url": server.url})
    assert "status 401" in said(outcome)


def test_a_trace_is_followed_to_where_it_arrives(tmp_path: Path) -> None:
    """With the release that it must name."""
    with web() as server:
        server.release = "app@1"
        given = {"url": f"{server.url}/health", "lookup": f"{server.url}/received"}
        right = run_check("opentelemetry", str(tmp_path), given | {"release": "app@1"})
        wrong = run_check("opentelemetry", str(tmp_path), given | {"release": "app@2"})
    assert (right.value("works"), right.number("spans")) == (True, 1)
    assert (wrong.value("works"), wrong.value("right_release")) == (False, False)


@pytest.mark.parametrize(
    ("query", "metrics"),
    [
        ("up == 0", {"up"}),
        ('sum(rate(a_total{job="b"}[5m])) by (c) / on(d) group_left(e) f', {"a_total", "f"}),
        ("histogram_quantile(0.95, sum by (le) (rate(x_bucket[1m])))", {"x_bucket"}),
        ('absent(up{job="a"}) or vector(1)', {"up"}),
        ("a offset 1h unless b and c > bool 1e3", {"a", "b", "c"}),
        ("job:rate:sum > 1 and inf", {"job:rate:sum"}),
        ('label_replace(a, "x", "$1", "y", "(b)")', {"a"}),
        ("count(count(x_info) by (version)) > 1", {"x_info"}),
        ("time() - process_start_time_seconds > 60", {"process_start_time_seconds"}),
        ("1 + 2", set()),
    ],
)
def test_the_metrics_of_a_query_are_found(query: str, metrics: set[str]) -> None:
    """Labels, functions, numbers and words of the language are none."""
    assert metrics_in(query) == metrics
