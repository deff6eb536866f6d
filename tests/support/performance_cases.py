"""The cases of the checks of performance and of several scanners together."""

import json
import time
from collections.abc import Mapping, Sequence
from itertools import count

from tests.support import projects
from tests.support.cases import Case, Service
from tests.support.http_servers import Answering, serving
from tests.support.network_cases import nobody, service
from tests.support.projects import Files

LOCUSTFILE = """\
from locust import FastHttpUser, constant, task


class Visitor(FastHttpUser):
    wait_time = constant(0.05)

    @task
    def look(self):
        self.client.get("/")
"""


def web(status: int = 200, seconds: float = 0.0, seldom: int = 0) -> Service:
    """A server that answers everything with one status, after a while; `seldom` with another."""
    number = count(1)

    class Handler(Answering):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # noqa: N802 - as the base class names it
            time.sleep(seconds)
            self.answer(500 if seldom and next(number) % seldom == 0 else status)

    return service(lambda folder: serving(Handler), lambda place: {"url": f"http://{place}"})


LOAD = {"host": "{url}", "users": "5", "time": "4s"}
MANY = LOAD | {"users": "40"}
LOADED: Files = {"locustfile.py": LOCUSTFILE}
STATS = "Type,Name,Request Count,Failure Count,95%\nGET,/,200,0,80\n,Aggregated,200,0,80\n"
HISTORY = "Timestamp,User Count,Type,Name\n1764000000,12,,Aggregated\n1764000001,20,,Aggregated\n"
REPORT = "reports/performance/report.json"
HISTORY_FILE = "reports/performance/history.csv"
MADE = {"date": "2025-11-01T12:00:00+00:00", "commit": "0" * 40}
SCENARIO = {
    "name": "health check",
    "users": 20,
    "requests": 200,
    "rps": 640.5,
    "p95_ms": 80.0,
    "error_rate": 0.0,
    "raw": ["stats.csv", "history.csv"],
}
BOTTLENECK = {"endpoint": "GET /", "scenario": "health check", "requests": 200, "p95_ms": 80.0}


def report(
    figures: str | None = STATS,
    commit: str = "0" * 40,
    bottlenecks: Sequence[Mapping[str, object]] = (BOTTLENECK,),
    **other: object,
) -> Files:
    """A report of one scenario, with something else in it, and its raw figures."""
    scenarios = [SCENARIO | other]
    data = MADE | {"commit": commit, "scenarios": scenarios, "bottlenecks": bottlenecks}
    files: Files = {REPORT: json.dumps(data), HISTORY_FILE: HISTORY}
    return files if figures is None else {**files, "reports/performance/stats.csv": figures}


NGINX = """\
events {}
http {
    server {
        listen 127.0.0.1:8080;
        location /static/ { alias /srv/static/; }
    }
}
"""
TRAVERSAL = NGINX.replace("/static/ {", "/static {")
SHELL = "import subprocess\n\n\ndef run(c: str) -> None:\n    subprocess.call(c, shell=True)\n"
SCAN = {"nginx": "nginx.conf"}


def scanned(nginx: str = NGINX, code: str = projects.SUMS) -> Files:
    """A project with code and a configuration of nginx."""
    return {"src/app.py": code, "nginx.conf": nginx}


PERFORMANCE: dict[str, list[Case]] = {
    "load": [
        Case("clean", LOADED, MANY, service=web()),
        Case("failing", LOADED, MANY, service=web(seconds=0.6)),
        Case("refused", LOADED, LOAD, service=web(status=503)),
        Case("nobody", LOADED, LOAD, service=nobody),
        Case("no-such-file", {}, LOAD, service=web()),
        Case("absent", LOADED, LOAD, absent=True, service=nobody),
    ],
    "benchmark-report": [
        Case("clean", report()),
        Case("all-failed", report(error_rate=1.0)),
        Case("no-such-file", {}),
    ],
    "security-scan": [
        Case("clean", scanned(), SCAN),
        Case("failing", scanned(TRAVERSAL, SHELL), SCAN),
        Case("little-things", scanned(), {**SCAN, "least": "low"}),
        Case("no-such-severity", scanned(), {**SCAN, "least": "tiny"}),
        Case("nothing-to-look-at", scanned(""), SCAN),
    ],
}
