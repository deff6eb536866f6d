"""Debian's Prometheus and Alertmanager, and stand-ins for what no package holds."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.support.http_servers import Answering, serving
from tests.support.servers import LOOPBACK, free_port, need, running, where_is

RULES = """\
groups:
  - name: tests
    rules:
      - {alert: Down, expr: 'up == 0', for: 1m}
      - {alert: Slow, expr: 'rate(prometheus_http_request_duration_seconds_sum[1m]) > 9'}
      - {alert: Nobody, expr: 'sum(rate(no_such_metric_total{job="x"}[5m])) by (job) > 0'}
"""


SETTINGS = """\
route: {receiver: all, group_wait: 100ms, group_interval: 200ms}
receivers:
  - name: all
    webhook_configs: [{url: 'CHANNEL'}]
"""


@dataclass
class Web:
    """A small server: what it answers by path, and what it was sent.

    With `shown` it gives a panel a number that is another for each query. With a release it is a
    service with its monitoring in one: `/health` leaves a span, `/fail` an error, both of that
    release. Of callers who ask for no trace the first `traced` have one, and of
    errors every `reports`th is reported, of these releases by turns.
    """

    url: str = ""
    answers: dict[str, tuple[int, object]] = field(default_factory=dict)
    received: list[object] = field(default_factory=list)
    release: str = ""
    traced: int = 0
    reports: int = 1
    failures: int = 0
    other_release: str = ""
    shown: bool = False
    environment: str = "production"
    stack: bool = True

    def fail(self, path: str) -> None:
        """Report an error, where it is the turn of one."""
        self.failures += 1
        release = self.release if self.failures % 2 else self.other_release or self.release
        if self.failures % self.reports == 0:
            stack = {"stacktrace": {"frames": [{"lineno": 1}]}} if self.stack else {}
            event: dict[str, object] = {"release": release, "environment": self.environment}
            event["exception"] = {"values": [{"type": "ValueError", "value": path} | stack]}
            self.received.append({"event": event})

    def trace(self, parent: str | None, request: str | None) -> None:
        """Leave a span, where the caller asks for a trace or is one of the first."""
        if parent or self.traced > len(self.received) - 1:
            trace = parent.split("-")[1] if parent else "0" * 32
            resource = {"service.version": self.release, "environment": self.environment}
            self.received.append(
                {"trace_id": trace, "resource": resource, "request": request or ""}
            )


@contextmanager
def web(release: str = "", **answers: object) -> Iterator[Web]:
    """Answer every path with its JSON, or its bytes as they are.

    `/received` tells what was posted anywhere else.
    """
    known = {f"/{path}": (200, data) for path, data in answers.items()}
    made = Web(answers=known, release=release)

    class Handler(Answering):
        def do_GET(self) -> None:  # noqa: N802 - as the base class names it
            if self.path == "/received":
                self.answer(200, made.received)
            elif made.release and self.path == "/health":
                made.trace(self.headers["traceparent"], self.headers["X-Request-ID"])
                self.answer(200, {})
            else:
                self.answer(*made.answers.get(self.path, (404, {})))

        def do_POST(self) -> None:  # noqa: N802 - as the base class names it
            if made.release and self.path.startswith("/fail"):
                made.fail(self.path)
                self.answer(500, {})
                return
            made.received.append(json.loads(self.posted() or b"null"))
            known = made.answers.get(self.path, (200, {}))
            if made.shown and self.path == PANELS:
                known = (200, panels_shown(made.received[-1]))
            self.answer(*known)

    with serving(Handler) as place:
        made.url = f"http://{place}"
        yield made


def answers(url: str) -> bool:
    """Whether something answers there with 200."""
    try:
        with urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def alertmanager(folder: Path, channel: str, settings: str = SETTINGS) -> Iterator[str]:
    """Run Debian's Alertmanager with settings whose receiver posts to `channel`."""
    need("prometheus-alertmanager")
    port = free_port()
    (folder / "alertmanager.yml").write_text(settings.replace("CHANNEL", channel))
    command = [
        where_is("prometheus-alertmanager") or "",
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address={LOOPBACK}:{port}",
        "--cluster.listen-address=",
    ]
    url = f"http://{LOOPBACK}:{port}"
    with running(command, lambda: answers(f"{url}/-/ready"), folder / "alertmanager.log"):
        yield url


@contextmanager
def prometheus(
    folder: Path,
    rules: str = RULES,
    *,
    loaded: bool = True,
    manager: str = "",
    relabeling: str = "[]",
    kept: str = "[]",
    also: str = "",
    retention: str = "15d",
) -> Iterator[str]:
    """Run Debian's Prometheus, which looks at itself, until it has evaluated its rules.

    They are those of every `rules*.yml` in the folder; `kept` relabels what is scraped, and `also`
    is another server that is looked at.
    """
    need("prometheus")
    port = free_port()
    (folder / "rules.yml").write_text(rules)
    target = manager.partition("://")[2]
    scraped = [f"{LOOPBACK}:{port}", *filter(None, [also.partition("://")[2]])]
    alerting = (
        f"alerting: {{alert_relabel_configs: {relabeling}, "
        f"alertmanagers: [{{static_configs: [{{targets: ['{target}']}}]}}]}}\n"
    )
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 300ms, evaluation_interval: 300ms}\n"
        f"{'' if loaded else '# '}rule_files: ['rules*.yml']\n"
        f"{alerting if manager else ''}"
        "scrape_configs:\n"
        f"  - {{job_name: self, static_configs: [{{targets: {scraped}}}], "
        f"metric_relabel_configs: {kept}}}\n"
    )
    command = [
        where_is("prometheus") or "",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address={LOOPBACK}:{port}",
        "--log.level=error",
        "--rules.alert.resend-delay=300ms",
        f"--storage.tsdb.retention.time={retention}",
    ]
    url = f"http://{LOOPBACK}:{port}"

    def data_of(path: str) -> dict[str, list[dict[str, Any]]]:
        with urlopen(f"{url}/api/v1/{path}") as answer:
            data: dict[str, list[dict[str, Any]]] = json.load(answer)["data"]
        return data

    def ready() -> bool:
        if not answers(f"{url}/-/ready"):
            return False
        rules = [rule for group in data_of("rules")["groups"] for rule in group["rules"]]
        targets = data_of("targets")["activeTargets"]
        looked = [target for target in targets if target["health"] != "unknown"]
        evaluated = all(rule["health"] != "unknown" for rule in rules)
        return evaluated and len(looked) == len(scraped)

    with running(command, ready, folder / "prometheus.log"):
        yield url


@contextmanager
def monitored(folder: Path) -> Iterator[Mapping[str, str]]:
    """Prometheus, Alertmanager and a channel, linked with each other."""
    with ExitStack() as stack:
        channel = stack.enter_context(web())
        manager = stack.enter_context(alertmanager(folder, f"{channel.url}/hook"))
        server = stack.enter_context(prometheus(folder, manager=manager))
        yield {
            "url": server,
            "manager": manager,
            "received": f"{channel.url}/received",
            "nobody": f"http://{LOOPBACK}:{free_port()}",
        }


@contextmanager
def unlinked(folder: Path) -> Iterator[Mapping[str, str]]:
    """Rules in a file that is not loaded, and an alert that goes nowhere."""
    with ExitStack() as stack:
        channel = stack.enter_context(web())
        nowhere = f"http://{LOOPBACK}:{free_port()}/hook"
        manager = stack.enter_context(alertmanager(folder, nowhere))
        server = stack.enter_context(prometheus(folder, loaded=False))
        yield {"url": server, "manager": manager, "received": f"{channel.url}/received"}


def a_board(*expressions: str) -> dict[str, object]:
    """A dashboard as Grafana 12 tells it: a panel a query, the last one in a folded row."""
    panels = [
        {
            "id": number,
            "title": f"Panel {number}",
            "type": "timeseries",
            "targets": [{"refId": "A", "expr": expression}],
        }
        for number, expression in enumerate(expressions, 1)
    ]
    row = {"id": 99, "type": "row", "title": "More", "panels": panels[-1:]}
    return {"uid": "b", "title": "Board", "panels": [*panels[:-1], row]}


PANELS = "/api/ds/query"


def panels_shown(asked: Any) -> dict[str, object]:
    """Answer the queries of a panel, each other query with another number."""
    numbers = {query["refId"]: len(query["expr"]) for query in asked["queries"]}
    frame = {"schema": {"fields": []}}
    return {
        "results": {
            name: {"status": 200, "frames": [{**frame, "data": {"values": [[1], [number]]}}]}
            for name, number in numbers.items()
        }
    }


@contextmanager
def grafana(*expressions: str, data: bool = True) -> Iterator[Web]:
    """A stand-in that answers as Grafana's documented HTTP API does."""
    with web() as server:
        frames = [{"schema": {"fields": []}, "data": {"values": [[1], [2]] if data else []}}]
        server.shown = data
        server.answers = {
            "/api/health": (200, {"database": "ok", "version": "12.0.0", "commit": "x"}),
            "/api/search?type=dash-db": (
                200,
                [{"uid": "b", "title": "Board", "type": "dash-db"}] if expressions else [],
            ),
            "/api/dashboards/uid/b": (200, {"dashboard": a_board(*expressions), "meta": {}}),
            PANELS: (200, {"results": {"A": {"status": 200, "frames": frames}}}),
        }
        yield server
