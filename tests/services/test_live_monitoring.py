"""The checks of monitoring against Debian's own servers: the numbers that their tools give.

What a machine lacks is a skipped test that says so.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from checks.services._alert_rules import seen_to_fire
from checks.services._answer import ProbeError
from tests.services.conftest import Check
from tests.services.test_live_network import by_hand, reason_of
from tests.support.checking import Outcome
from tests.support.monitoring_servers import (
    RULES,
    SETTINGS,
    a_board,
    alertmanager,
    grafana,
    monitored,
    prometheus,
    unlinked,
    web,
)


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """Prometheus, Alertmanager and a channel."""
    with monitored(tmp_path_factory.mktemp("monitored")) as servers:
        yield servers


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The same with rules that are not loaded, and a channel that nothing reaches."""
    with unlinked(tmp_path_factory.mktemp("unlinked")) as servers:
        yield servers


def test_prometheus_gives_the_numbers_of_promtool(
    linked: Mapping[str, str], tmp_path: Path, check: Check
) -> None:
    """Rules in the file, and the value of a query."""
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES)
    outcome = check("prometheus", {"url": linked["url"], "files": str(rules), "query": "up + 2"})
    assert "3 rules found" in by_hand("promtool", "check", "rules", str(rules))
    assert outcome.number("loaded") == outcome.number("healthy") == 3
    assert outcome.number("not_loaded") == 0
    printed = by_hand("promtool", "query", "instant", linked["url"], "up + 2")
    assert float(printed.split(" => ")[1].split()[0]) == outcome.number("value")
    assert outcome.number("down") == 0
    assert outcome.number("alertmanagers") == 1


def test_alertmanager_gives_the_receivers_of_amtool(
    linked: Mapping[str, str], check: Check
) -> None:
    """And the canary arrives."""
    params = {"url": linked["manager"], "received": linked["received"], "prometheus": linked["url"]}
    outcome = check("alertmanager", params)
    shown = by_hand("amtool", f"--alertmanager.url={linked['manager']}", "config", "show")
    assert outcome.number("receivers") == shown.count("- name:")
    assert outcome.value("works") is True


A_RULE = {"name": "A", "query": "up == 0", "health": "unknown", "type": "alerting"}


@contextmanager
def a_prometheus(
    rules: list[object], *, manager: str = "", targets: Sequence[object] = ()
) -> Iterator[str]:
    """Run a stand-in that tells of these rules and targets, and to which Alertmanager it sends."""
    managers = [{"url": f"{manager}/api/v2/alerts"}] if manager else []
    with web() as server:
        for path, data in {
            "rules?type=alert": {"groups": [{"name": "a", "rules": rules}]},
            "alertmanagers": {"activeAlertmanagers": managers},
            "alerts": {"alerts": []},
            "targets?state=active": {"activeTargets": targets},
            "status/buildinfo": {"version": "2.53.3"},
            "status/config": {"yaml": "alerting: {alertmanagers: [{}]}"},
            "query?query=count%28%7B__name__%3D%22up%22%7D%29": {
                "resultType": "vector",
                "result": [{"metric": {}, "value": [1, "1"]}],
            },
        }.items():
            server.answers[f"/api/v1/{path}"] = (200, {"status": "success", "data": data})
        yield server.url


def test_an_alert_that_arrives_past_prometheus_is_not_enough(
    linked: Mapping[str, str], check: Check
) -> None:
    """Prometheus sends to another Alertmanager, whose address begins as this one's does."""
    port = linked["manager"].rpartition(":")[2]
    with a_prometheus([A_RULE], manager=f"http://127.0.0.1:{port}0") as url:
        params = {"url": linked["manager"], "received": linked["received"], "prometheus": url}
        outcome = check("alertmanager", params)
    assert (outcome.value("arrived"), outcome.value("linked")) == (True, False)
    assert outcome.value("works") is False


ALWAYS = """\
groups:
  - name: tests
    rules:
      - {alert: Always, expr: vector(1)}
      - {alert: Page, expr: 'up == 0', labels: {severity: page}}
"""


def test_an_alertmanager_may_have_another_name(tmp_path: Path, check: Check) -> None:
    """Then its alerts are told again there. The twin is another one, where they are not."""
    with web() as channel, ExitStack() as stack:
        outcome = []
        for name in ("own", "other"):
            (tmp_path / name).mkdir()
            running = alertmanager(tmp_path / name, f"{channel.url}/hook")
            manager = stack.enter_context(running)
            if name == "own":
                called = manager.replace("127.0.0.1", "localhost")
                server = stack.enter_context(prometheus(tmp_path, ALWAYS, manager=called))
            params = {"url": manager, "received": f"{channel.url}/received", "wait": "5"}
            params |= {"prometheus": server}
            outcome.append(check("alertmanager", params))
    own, other = outcome
    assert (own.value("linked"), own.value("works"), messages(own)) == (True, True, [])
    assert (other.value("linked"), other.value("arrived")) == (False, True)
    (told,) = [one for one in messages(other) if one.startswith("Prometheus sends")]
    assert called in told


@pytest.mark.parametrize("resolved", [True, False])
def test_the_channel_hears_the_end_of_an_alert(
    tmp_path: Path, check: Check, resolved: bool
) -> None:
    """Who is never told that it is over looks for nothing; the twin is told."""
    settings = SETTINGS.replace("CHANNEL'", f"CHANNEL', send_resolved: {str(resolved).lower()}")
    with web() as channel, alertmanager(tmp_path, f"{channel.url}/hook", settings) as manager:
        params = {"url": manager, "received": f"{channel.url}/received", "wait": "3"}
        outcome = check("alertmanager", params)
    assert (outcome.value("arrived"), outcome.value("works")) == (True, resolved)
    silent = "1 of those that arrived were never said to be over"
    assert messages(outcome) == ([] if resolved else [silent])


BUCKETS = """\
groups:
  - name: tests
    rules:
      - {alert: Slow, expr: 'rate(prometheus_http_request_duration_seconds_bucket[1m]) > 9'}
      - {alert: Less, expr: 'up < 0.5 * (up offset 2h)'}
"""
LESS = "{source_labels: [LABEL], regex: 'VALUE', action: drop}"


@pytest.mark.parametrize(
    ("label", "value", "retention", "messages_begin"),
    [
        ("le", "0.4", "15d", ["fewer series of prometheus_http_request_duration_seconds_bucket"]),
        ("le", "no", "1h", ["it looks back 7200 s, and samples are kept for 3600 s"]),
        ("__name__", "go_.*", "15d", []),
    ],
    ids=["a bucket", "an hour", "other metrics"],
)
def test_what_rules_are_about_is_kept(
    tmp_path: Path, check: Check, label: str, value: str, retention: str, messages_begin: list[str]
) -> None:
    """Not a part of it, nor for less time than they look back; the twin drops what none names."""
    kept = f"[{LESS.replace('LABEL', label).replace('VALUE', value)}]"
    with prometheus(tmp_path, BUCKETS, kept=kept, retention=retention) as url:
        outcome = check("prometheus", {"url": url})
    assert outcome.number("mistaken") == len(messages_begin)
    begun = zip(messages(outcome), messages_begin, strict=True)
    assert all(message.startswith(begin) for message, begin in begun)


@pytest.mark.parametrize(("every", "sent"), [("rule", 3), ("severity", 2)])
def test_two_rules_of_one_name_are_two(tmp_path: Path, check: Check, every: str, sent: int) -> None:
    """As there often is one that warns and one that pages."""
    names = (("A", "page"), ("A", "ticket"), ("B", "page"))
    rules = [{**A_RULE, "name": name, "labels": {"severity": severity}} for name, severity in names]
    with (
        web() as channel,
        alertmanager(tmp_path, f"{channel.url}/hook") as manager,
        a_prometheus(rules, manager=manager) as url,
    ):
        params = {"url": manager, "prometheus": url, "every": every, "wait": "10"}
        params |= {"received": f"{channel.url}/received"}
        outcome = check("alertmanager", params)
    assert (json.loads(outcome.stdout)["sent"], outcome.value("works")) == (sent, True)


def test_a_rule_that_was_never_evaluated_is_not_healthy(check: Check) -> None:
    """Its health is unknown, which is not ok."""
    with a_prometheus([A_RULE]) as url:
        outcome = check("prometheus", {"url": url})
    assert (outcome.number("healthy"), outcome.number("unhealthy")) == (0, 1)
    assert outcome.number("active") == 0


@pytest.mark.parametrize(("health", "down"), [("up", 0), ("down", 1), ("unknown", 1)])
def test_a_target_that_was_never_asked_is_not_up(check: Check, health: str, down: int) -> None:
    """Its health is unknown until it is."""
    target = {"scrapeUrl": "http://a/metrics", "health": health, "labels": {"job": "a"}}
    with a_prometheus([A_RULE], targets=[target]) as url:
        assert check("prometheus", {"url": url}).number("down") == down


def test_a_canary_that_does_not_arrive_is_told(broken: Mapping[str, str], check: Check) -> None:
    """Nor does Prometheus send anything there."""
    params = {"url": broken["manager"], "received": broken["received"], "wait": "1"}
    outcome = check("alertmanager", params | {"prometheus": broken["url"]})
    assert (outcome.value("arrived"), outcome.value("linked")) == (False, False)


def test_every_panel_is_asked_for_its_data(check: Check) -> None:
    """Those of folded rows too; one with a variable is unknown, and none of it is good."""
    with grafana("up", "rate(x[$__rate_interval])", "up{job='$job'}") as server:
        outcome = check("grafana", {"url": server.url})
        asked = [query["queries"][0]["expr"] for query in server.received]  # type: ignore[index,call-overload]
    assert (outcome.number("panels"), outcome.number("unknown")) == (3, 1)
    assert asked[::2] == ["up", "rate(x[5m])"]


@pytest.mark.parametrize(
    ("value", "written", "asked"),
    [
        ("a", "up{job=~'$job'}", "up{job=~'a'}"),
        (["a", "b"], "up{job=~'$job'}", "up{job=~'a|b'}"),
        (["$__all"], "up{job=~'$job'}", "up{job=~'.*'}"),
        ("a", "up{job=~'${job:regex}'}", "up{job=~'a'}"),
        ("a", "up{job='[[job]]'}[$__range_s]", "up{job='a'}[3600]"),
        ("a", "label_replace(up, 'x', '$1', 'job', '(.*)$')", ""),
        ("a", "rate(x[${__rate_interval}])", "rate(x[5m])"),
    ],
)
def test_variables_of_a_dashboard_are_filled_in(
    check: Check, value: object, written: str, asked: str
) -> None:
    """With what they stand for at first, in each way of Grafana, also in the name of a source."""
    with grafana(written) as server:
        board = server.answers["/api/dashboards/uid/b"][1]["dashboard"]  # type: ignore[index]
        variables = {"job": value, "source": "main"}.items()
        board["templating"] = {
            "list": [{"name": name, "current": {"value": first}} for name, first in variables]
        }
        (row,) = board["panels"]
        row["panels"][0]["datasource"] = {"type": "prometheus", "uid": "${source}"}
        outcome = check("grafana", {"url": server.url})
        ((query,), *_) = [query["queries"] for query in server.received]  # type: ignore[index,call-overload]
    assert (query["expr"], query["datasource"]["uid"]) == (asked or written, "main")
    assert outcome.number("faulty") == 0


def test_a_panel_that_asks_nothing_shows_nothing(check: Check) -> None:
    """All of its queries are hidden."""
    with grafana("up") as server:
        board = server.answers["/api/dashboards/uid/b"][1]["dashboard"]  # type: ignore[index]
        board["panels"][0]["panels"][0]["targets"][0]["hide"] = True
        outcome = check("grafana", {"url": server.url})
    assert (outcome.number("without_data"), messages(outcome)) == (1, ["it asks nothing"])


def test_a_source_that_is_not_there_is_told(check: Check) -> None:
    """In Grafana's own words."""
    with grafana("up", data=False) as server:
        server.answers["/api/ds/query"] = (404, {"message": "Data source not found"})
        outcome = check("grafana", {"url": server.url})
    assert (outcome.number("faulty"), messages(outcome)) == (1, ["Data source not found"])


@pytest.mark.parametrize(
    ("times", "numbers", "stale"),
    [
        ([0], [1], 0),
        ([-200, -100], [1, None], 0),
        ([-1000, -900, -800], [1, 2, 3], 1),
        ([-1000, -900, 0], [1, 2, None], 1),
        ([-2000, -1000], [1, 2], 0),
    ],
)
def test_a_panel_of_old_numbers_is_not_live(
    check: Check, times: list[float], numbers: list[object], stale: int
) -> None:
    """Its newest one is minutes old; the twins look at their data in steps as wide as that."""
    columns = [[1000 * (datetime.now(UTC).timestamp() + each) for each in times], numbers]
    frame = {"schema": {"fields": [{"type": "time"}, {}]}, "data": {"values": columns}}
    with grafana("up", data=False) as server:
        server.answers["/api/ds/query"] = (200, {"results": {"A": {"frames": [frame]}}})
        outcome = check("grafana", {"url": server.url})
    assert (outcome.number("stale"), outcome.number("fixed")) == (stale, 1 - stale)
    assert (outcome.number("with_data"), outcome.number("without_data")) == (1, 0)


@pytest.mark.parametrize(
    ("query", "fixed"),
    [
        ("vector(42)", 1),
        ("time() - time()", 1),
        ("up", 0),
        ("count(up) by (job)", 0),
        ('sum(rate(x_total{a="up"}[5m] offset 1h)) or vector(0)', 0),
        ("{not PromQL", 0),
    ],
)
def test_a_panel_shows_what_is_measured(check: Check, query: str, fixed: int) -> None:
    """What gives the same on other data shows none; the twins do not, whatever they ask."""
    with grafana(query) as server:
        outcome = check("grafana", {"url": server.url})
    assert (outcome.number("fixed"), outcome.number("faulty")) == (fixed, fixed)


@pytest.mark.parametrize(
    ("end", "stale"),
    [("now", 0), ("now-1m", 0), ("now/d", 0), ("now-7d", 1), ("2026-01-02T00:00:00.000Z", 1)],
)
def test_a_dashboard_that_ended_is_not_live(check: Check, end: str, stale: int) -> None:
    """Its viewers see last week's numbers; the twins end now, or a minute ago."""
    with grafana("up") as server:
        board = server.answers["/api/dashboards/uid/b"][1]["dashboard"]  # type: ignore[index]
        board["time"] = {"from": "now-8d", "to": end}
        outcome = check("grafana", {"url": server.url})
    assert (outcome.number("stale"), outcome.number("faulty")) == (stale, stale)


def test_panels_that_are_nowhere_are_missed(check: Check) -> None:
    """Emptied on the server and in the repository: the number of them is said."""
    with grafana("up") as server:
        fewer = check("grafana", {"url": server.url, "at_least": "3"})
        enough = check("grafana", {"url": server.url, "at_least": "1"})
    assert (fewer.number("faulty"), enough.number("faulty")) == (2, 0)
    assert messages(fewer) == ["2 panels fewer than 3"]


@pytest.mark.parametrize("values", [[[1], [None]], [[1], []], [], [[1], ["NaN"]]])
def test_a_panel_of_no_numbers_shows_nothing(check: Check, values: list[object]) -> None:
    """However many points of time it has."""
    frame = {"schema": {"fields": []}, "data": {"values": values}}
    with grafana("up", data=False) as server:
        server.answers["/api/ds/query"] = (200, {"results": {"A": {"frames": [frame]}}})
        outcome = check("grafana", {"url": server.url})
    assert (outcome.number("without_data"), outcome.number("faulty")) == (1, 1)


def messages(outcome: Outcome) -> list[str]:
    """What is said of each problem."""
    return [one["message"] for one in json.loads(outcome.stdout)["problems"]]


def test_panels_of_the_repository_must_be_on_the_server(tmp_path: Path, check: Check) -> None:
    """One that is gone, one that asks something else; the twin is the same board."""
    folder = tmp_path / "dashboards" / "below"
    folder.mkdir(parents=True)
    (folder / "b.json").write_text(json.dumps(a_board("up", "up + 1")))
    params = {"files": str(folder.parent)}
    with grafana("up", "up + 1") as server:
        same = check("grafana", params | {"url": server.url})
    with grafana("up", "up + 2") as server:
        other = check("grafana", params | {"url": server.url})
    with grafana("up") as server:
        fewer = check("grafana", params | {"url": server.url})
    assert same.number("faulty") == 0
    assert messages(other) == ["it asks something else on the server"]
    assert messages(fewer) == ["it is not on the server"]


@pytest.mark.parametrize(("traced", "expected"), [(10, True), (0, False), (99, False)])
def test_ordinary_requests_are_traced_as_often_as_is_said(
    check: Check, traced: int, expected: bool
) -> None:
    """Of a hundred that ask for no trace one in ten has one, and neither none nor all."""
    with web("app@1") as server:
        server.traced = traced
        params = {"url": f"{server.url}/health", "lookup": f"{server.url}/received", "wait": "1"}
        params |= {"ordinary_lookup": f"{server.url}/received", "ordinary": "100", "ratio": "0.1"}
        outcome = check("opentelemetry", params)
    assert outcome.number("sampled") == traced
    assert (outcome.value("as_said"), outcome.value("works")) == (expected, expected)
    share = f"{traced} of 100 ordinary requests were traced, and 0.1 of them should be"
    assert messages(outcome) == ([] if expected else [share])


@pytest.mark.parametrize(
    ("written", "served", "lost"),
    [("main", "main", 0), ("${DS_MAIN}", "main", 0), ("main", "staging", 1)],
)
def test_panels_ask_the_source_of_the_repository(
    tmp_path: Path, check: Check, written: str, served: str, lost: int
) -> None:
    """A variable in the file leaves it to the server."""
    board = a_board("up")
    target = board["panels"][0]["panels"][0]["targets"][0]  # type: ignore[index]
    target["datasource"] = {"uid": written}
    (tmp_path / "b.json").write_text(json.dumps(board))
    target["datasource"] = {"uid": served}
    with grafana("up") as server:
        server.answers["/api/dashboards/uid/b"] = (200, {"dashboard": board})
        params = {"url": server.url, "files": str(tmp_path / "b.json")}
        outcome = check("grafana", params)
    assert (outcome.number("lost"), outcome.number("faulty")) == (lost, lost)


def test_a_wrong_token_is_no_empty_dashboard(check: Check) -> None:
    """It could not be measured, and the status says why."""
    with grafana("up") as server:
        server.answers["/api/search?type=dash-db"] = (401, {"message": "Unauthorized"})
        outcome = check("grafana", {"url": server.url})
    assert "status 401" in reason_of(outcome)


def test_a_trace_is_followed_to_where_it_arrives(check: Check) -> None:
    """With the release that it must name."""
    with web("app@1") as server:
        params = {"url": f"{server.url}/health", "lookup": f"{server.url}/received"}
        right = check("opentelemetry", params | {"release": "app@1"})
        wrong = check("opentelemetry", params | {"release": "app@2"})
    assert (right.value("works"), right.number("spans")) == (True, 1)
    assert (wrong.value("works"), wrong.value("right_release")) == (False, False)
    assert messages(wrong) == ["not all traces name the release app@2"]


def test_traces_name_their_environment(check: Check) -> None:
    """Those of a machine that says it is another one's are nobody's; the twin is production's."""
    with web("app@1") as server:
        params = {"url": f"{server.url}/health", "lookup": f"{server.url}/received"}
        right = check("opentelemetry", params | {"environment": "production"})
        server.environment = "development"
        wrong = check("opentelemetry", params | {"environment": "production"})
    assert (right.value("works"), wrong.value("works")) == (True, False)
    assert messages(wrong) == ["not all traces name the environment production"]


@pytest.mark.parametrize(
    ("environment", "stack", "message"),
    [
        ("production", True, ""),
        ("development", True, "the environment is development"),
        ("", True, "the environment is not named"),
        ("production", False, "1 of 1 reports show no exception with a stack"),
    ],
)
def test_reports_say_where_an_error_was(
    check: Check, environment: str, stack: bool, message: str
) -> None:
    """In the environment and with the stack that are asked for; the twin has both."""
    with web("app@1") as server:
        server.environment, server.stack = environment, stack
        params = {"url": f"{server.url}/fail?{{tag}}", "lookup": f"{server.url}/received"}
        outcome = check("sentry", params | {"environment": "production", "stack": "true"})
    assert outcome.value("works") == (not message)
    assert messages(outcome) == ([message] if message else [])


def test_each_address_is_traced(check: Check) -> None:
    """One that is not is named; the twin is traced twice."""
    with web("app@1") as server:
        url = f"{server.url}/health"
        params = {"url": url, "lookup": f"{server.url}/received", "release": "app@1", "wait": "0.5"}
        right = check("opentelemetry", params | {"also": url})
        wrong = check("opentelemetry", params | {"also": f"{server.url}/api"})
    assert (right.value("works"), right.number("spans")) == (True, 2)
    assert wrong.value("works") is False
    assert json.loads(wrong.stdout)["untraced"] == [f"{server.url}/api"]
    (told,) = json.loads(wrong.stdout)["problems"]
    assert told["path"] == f"{server.url}/api"
    assert told["message"].startswith("answered with 404, no span in ")


@pytest.mark.parametrize(
    ("reports", "other", "events", "message"),
    [
        (1, "", 4, ""),
        (2, "", 0, "error 1, answered with 500, was not reported in "),
        (1, "app@0", 4, "the release is app@0"),
    ],
)
def test_each_of_several_errors_must_arrive(
    check: Check, reports: int, other: str, events: int, message: str
) -> None:
    """With the release that it should name: a sample of them, or half of them, will not do."""
    with web("app@1") as server:
        server.reports, server.other_release = reports, other
        params = {"url": f"{server.url}/fail?{{tag}}", "lookup": f"{server.url}/received"}
        params |= {"release": "app@1", "failures": "4", "wait": "0.5"}
        outcome = check("sentry", params)
    assert (outcome.number("events"), outcome.value("works")) == (events, not message)
    assert [one[: len(message)] for one in messages(outcome)] == ([message] if message else [])


MISTAKES = """\
groups:
  - name: tests
    rules:
      - {alert: Good, expr: 'up{job="self"} == 0', for: 1m}
      - {alert: Longer, expr: 'up == 0', for: 1000h}
      - {alert: Higher, expr: 'up < -1'}
      - {alert: Label, expr: 'prometheus_http_requests_total{staus="500"} > 9'}
      - {alert: Target, expr: 'up{job="slef"} == 0'}
      - {alert: Grouped, expr: 'sum by (root) (rate(prometheus_http_requests_total[1m])) > 9'}
      - {alert: Without, expr: 'prometheus_http_requests_total{cluster=""} < 0'}
      - {alert: Shared, expr: 'sum by (cluster, code) (prometheus_http_requests_total) < 0'}
      - {alert: Metric, expr: 'no_such_metric_total > 9'}
      - {alert: Untested, expr: 'up == 3'}
"""

TESTS = """\
rule_files: [rules.yml]
tests:
  - interval: 1m
    input_series:
      - {series: 'up{job="self"}', values: 0x70000}
      - {series: 'prometheus_http_requests_total{code="200"}', values: -1x10}
    alert_rule_test:
      - {alertname: Good, eval_time: 3m, exp_alerts: [{exp_labels: {job: self}}]}
      - {alertname: Without, eval_time: 3m, exp_alerts: [{exp_labels: {code: "200"}}]}
      - {alertname: Shared, eval_time: 3m, exp_alerts: [{exp_labels: {code: "200"}}]}
      - {alertname: Untested, eval_time: 3m, exp_alerts: []}
"""


def test_a_rule_that_cannot_fire_is_not_active(tmp_path: Path, check: Check) -> None:
    """Each of its mistakes is named; the twin is the one good rule, which is active."""
    written = MISTAKES.replace("1000h", "1m").replace("up < -1", "up < 1")
    (tmp_path / "rules.yml").write_text(written)
    (tmp_path / "tests.yml").write_text(TESTS)
    server = tmp_path / "server"
    server.mkdir()
    by_hand("promtool", "--version")
    params = {"files": str(tmp_path / "rules.yml"), "tests": str(tmp_path / "tests.yml")}
    with prometheus(server, MISTAKES) as url:
        outcome = check("prometheus", params | {"url": url})
    assert (outcome.number("healthy"), outcome.number("active")) == (10, 3)
    assert (outcome.number("not_loaded"), outcome.number("untested")) == (2, 7)
    assert (outcome.number("absent"), outcome.number("mistaken")) == (1, 3)
    problems = {(one["rule"], one["message"]) for one in json.loads(outcome.stdout)["problems"]}
    assert {
        ("Longer", "for 3600000.0 is loaded, not 60.0"),
        ("Higher", "expr 'up < -1' is loaded, not 'up < 1'"),
        ("Label", "no series of prometheus_http_requests_total has the label staus"),
        ("Target", 'no series of up has job="slef"'),
        ("Grouped", "no series of prometheus_http_requests_total has the label root"),
        ("Untested", "no test makes it fire"),
    } <= problems


QUIET = """\
groups:
  - name: tests
    rules:
      - {alert: Failed, expr: 'rate(failures_total{reason!=""}[1m]) > 0'}
      - {alert: Dropped, expr: 'dropped_total > 0'}
      - {alert: Gone, expr: 'gone_total > 0'}
"""
SHOWN = b"""\
# TYPE failures_total counter
# TYPE dropped_total counter
dropped_total 1
"""


def test_a_counter_of_what_has_not_happened_yet_is_there(tmp_path: Path, check: Check) -> None:
    """Its server describes it. Twins: one that the settings drop, and one that nobody describes."""
    drop = "[{source_labels: [__name__], regex: dropped_total, action: drop}]"
    with (
        web(metrics=SHOWN) as server,
        prometheus(tmp_path, QUIET, kept=drop, also=server.url) as url,
    ):
        outcome = check("prometheus", {"url": url})
    assert (outcome.number("active"), outcome.number("absent")) == (1, 2)
    absent = {one["rule"] for one in json.loads(outcome.stdout)["problems"]}
    assert absent == {"dropped_total", "gone_total"}


TWICE = """\
groups:
  - name: slow on purpose
    interval: 300ms
    rules:
      - {alert: Slow, expr: 'up == 0', labels: {severity: page}}
      - {alert: Slow, expr: 'up < 2', labels: {severity: ticket}}
  - {name: as all, rules: [{alert: Late, expr: 'up == 0'}]}
"""


def test_a_rule_that_is_loaded_twice_is_one(tmp_path: Path, check: Check) -> None:
    """Two of one name and of different labels are two."""
    (tmp_path / "rules-copy.yml").write_text(TWICE)
    params = {"files": str(tmp_path / "rules-copy.yml"), "at_least": "6"}
    with prometheus(tmp_path, TWICE) as url:
        outcome = check("prometheus", params | {"url": url})
    assert (outcome.number("loaded"), outcome.number("active")) == (3, 3), outcome.stdout
    assert outcome.number("active_share") == 50


def test_tests_of_rules_that_do_not_pass_show_nothing(tmp_path: Path) -> None:
    """No rule counts as seen to fire, and the tool's own words are told."""
    (tmp_path / "rules.yml").write_text(RULES)
    (tmp_path / "tests.yml").write_text(TESTS.replace("job: self}", "job: other}"))
    by_hand("promtool", "--version")
    fired, complaints = seen_to_fire(
        [str(tmp_path / "tests.yml")], [str(tmp_path / "rules.yml")], 60
    )
    assert not fired
    assert "FAILED" in complaints[0].message


@pytest.mark.parametrize("status", [0, 1])
@pytest.mark.parametrize("output", ["", "no such flag"])
def test_a_promtool_that_tested_nothing_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, output: str
) -> None:
    """Neither rules that fire nor rules that do not are known then."""
    (tmp_path / "rules.yml").write_text(RULES)
    (tmp_path / "tests.yml").write_text(TESTS)
    tool = tmp_path / "promtool"
    tool.write_text(f"#!/bin/sh\nprintf %s '{output}'\nexit {status}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProbeError, match=f"ended with {status} and said {output or 'nothing'}"):
        seen_to_fire([str(tmp_path / "tests.yml")], [str(tmp_path / "rules.yml")], 60)


FATES = """\
groups:
  - name: tests
    rules:
      - {alert: Always, expr: vector(1), labels: {severity: none}}
      - {alert: Page, expr: 'up == 0', labels: {severity: page, team: Core}}
      - {alert: Told, expr: 'up == 0', labels: {severity: info}}
      - {alert: Ticket, expr: 'up == 0', labels: {severity: ticket}}
      - {alert: Note, expr: 'up == 0', labels: {severity: note}}
      - {alert: Summed, expr: 'sum(up) == 0', labels: {severity: series-not}}
      - {alert: Silent, expr: 'up == 0', labels: {severity: silent}}
      - {alert: Nowhere, expr: 'up == 0', labels: {severity: nowhere}}
      - {alert: Muted, expr: 'up == 0', labels: {severity: muted}}
      - {alert: Inactive, expr: 'up == 0', labels: {severity: inactive}}
      - {alert: Inhibited, expr: 'up == 0', labels: {severity: inhibited}}
      - {alert: Series, expr: '(up == 0) unless vector(1) > 2', labels: {severity: series}}
      - {alert: One, expr: 'up == 0', labels: {severity: series-of-one}}
      - {alert: Other, expr: 'count(up) == 0', labels: {severity: series-of-one}}
      - {alert: Slow, expr: 'up == 0', labels: {severity: slow}}
"""

ROUTES = """\
route:
  receiver: all
  group_wait: 100ms
  group_interval: 200ms
  routes:
    - {matchers: [severity=nothing], group_wait: 2h}
    - {matchers: [severity=page], group_wait: 2h, continue: true}
    - {matchers: [severity=page]}
    - {matchers: [severity=~"nowhere|none|info"], receiver: nobody}
    - {matchers: [severity=~"series.*", job=self], receiver: nobody}
    - {matchers: [severity=muted], mute_time_intervals: [always]}
    - {matchers: [severity=inactive], active_time_intervals: [long ago]}
    - {matchers: [severity=slow], group_wait: 10m}
inhibit_rules:
  - {source_matchers: [alertname=Always], target_matchers: [severity=inhibited]}
  - {source_matchers: [severity=page], target_matchers: [severity=~ticket|note]}
  - {source_matchers: [severity=ticket], target_matchers: [severity=note]}
time_intervals:
  - {name: always, time_intervals: [{times: [{start_time: '00:00', end_time: '24:00'}]}]}
  - {name: long ago, time_intervals: [{years: ['2000']}]}
receivers:
  - name: nobody
  - name: all
    webhook_configs: [{url: 'CHANNEL'}]
"""


def test_what_swallows_an_alert_is_named(tmp_path: Path, check: Check) -> None:
    """A silence, a route, times, an inhibition, a long wait; the twins arrive.

    Twins: of labels that only one of two rules' series have; of a slow copy beside a quick one; of
    a route that no rule takes; and those that only others sent on purpose inhibit.
    """
    with (
        web() as channel,
        alertmanager(tmp_path, f"{channel.url}/hook", ROUTES) as manager,
        prometheus(tmp_path, FATES, manager=manager) as server,
    ):
        silence(manager, "severity", "silent")
        outcome = check(
            "alertmanager",
            {
                "url": manager,
                "prometheus": server,
                "received": f"{channel.url}/received",
                "every": "severity",
                "aside": "info",
                "wait": "8",
            },
        )
    assert (outcome.value("works"), outcome.value("linked")) == (False, True)
    answer = json.loads(outcome.stdout)
    assert answer["passed"] is True
    problems = [(one["rule"], one["message"].partition(": ")[2]) for one in answer["problems"]]
    (silenced,) = [why for rule, why in problems if why.startswith("silenced by ")]
    (inhibited,) = [why for rule, why in problems if why.startswith("inhibited by ")]
    assert sorted(problems) == [
        ("Inactive", "muted by long ago"),
        ("Inhibited", inhibited),
        ("Muted", "muted by always"),
        ("Nowhere", "goes to nobody and did not arrive at the channel"),
        ("Series", "goes to nobody and did not arrive at the channel"),
        ("Silent", silenced),
        ("Slow", "goes to all and did not arrive at the channel"),
    ]


SELDOM = SETTINGS.replace("group_interval: 200ms", "group_interval: 1h")


def test_whether_an_alert_arrives_that_joins_others_is_not_known_at_once(
    tmp_path: Path, check: Check
) -> None:
    """A second look within `group_interval` is no failure. Twin: a receiver that nobody is."""
    with web() as channel:
        params = {"received": f"{channel.url}/received", "wait": "3"}
        for name, hook in (("good", f"{channel.url}/hook"), ("bad", "http://127.0.0.1:9")):
            (tmp_path / name).mkdir()
            with alertmanager(tmp_path / name, hook, SELDOM) as manager:
                first = check("alertmanager", params | {"url": manager})
                again = check("alertmanager", params | {"url": manager})
            assert first.value("works") is (name == "good")
            assert again.is_error
            assert "waits up to 1h (group_interval): look again after that" in reason_of(again)


@pytest.mark.parametrize("reached", [True, False])
def test_what_alertmanager_itself_delays_is_waited_for(
    tmp_path: Path, check: Check, reached: bool
) -> None:
    """A new group for `group_wait`, a known one for `group_interval`, as they are by default.

    Here both are shorter than that, and longer than `wait`. Twin: nobody is reached.
    """
    delayed = SETTINGS.replace("100ms", "2s").replace("200ms", "6s")
    with web() as channel:
        hook = f"{channel.url}/hook" if reached else "http://127.0.0.1:9"
        with alertmanager(tmp_path, hook, delayed) as manager:
            params = {"url": manager, "received": f"{channel.url}/received", "wait": "0.5"}
            first = check("alertmanager", params)
            again = check("alertmanager", params)
    assert first.value("works") is reached
    if reached:
        assert again.value("works") is True
        assert again.number("seconds") > 2
    else:
        assert again.is_error or again.value("works") is False


def silence(manager: str, label: str, value: str) -> None:
    """Silence alerts for an hour."""
    now = datetime.now(UTC)
    body = {
        "matchers": [{"name": label, "value": value, "isRegex": False, "isEqual": True}],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
        "createdBy": "test",
        "comment": "test",
    }
    headers = {"Content-Type": "application/json"}
    request = Request(f"{manager}/api/v2/silences", json.dumps(body).encode(), headers)
    with urlopen(request) as answer:
        assert answer.status == 200


NOBODY = """\
route: {receiver: nobody, group_wait: 100ms, group_interval: 200ms}
receivers:
  - name: nobody
  - {name: all, webhook_configs: [{url: 'CHANNEL'}]}
"""
RELABELED = """\
groups:
  - name: tests
    rules:
      - {alert: Always, expr: vector(1), labels: {area: x}}
      - {alert: Page, expr: 'up == 0', labels: {severity: page}}
"""


@pytest.mark.parametrize(
    ("relabeling", "settings", "passed"),
    [
        ("[{regex: area, action: labeldrop}]", SETTINGS, True),
        ("[{source_labels: [alertname], regex: '.+', action: drop}]", SETTINGS, False),
        ("[{regex: area, action: labeldrop}]", NOBODY, None),
    ],
)
def test_alerts_that_prometheus_relabels_are_known_by_their_names(
    tmp_path: Path, check: Check, relabeling: str, settings: str, passed: bool | None
) -> None:
    """One that is dropped is missed; whether one goes nowhere that others would is not known."""
    with (
        web() as channel,
        alertmanager(tmp_path, f"{channel.url}/hook", settings) as manager,
        prometheus(tmp_path, RELABELED, manager=manager, relabeling=relabeling) as server,
    ):
        params = {"url": manager, "prometheus": server, "received": f"{channel.url}/received"}
        outcome = check("alertmanager", params | {"wait": "8", "every": "severity"})
    if passed is None:
        assert outcome.is_error
        assert "which labels Prometheus would give it is not known" in reason_of(outcome)
    else:
        assert (outcome.value("works"), outcome.value("linked")) == (passed, True)
        assert json.loads(outcome.stdout)["passed"] is passed
