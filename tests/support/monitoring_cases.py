"""The cases of the checks of monitoring: real servers where Debian has them."""

from tests.support.cases import Case, Service
from tests.support.monitoring_servers import grafana, monitored, unlinked, web
from tests.support.network_cases import nobody, service
from tests.support.servers import LOOPBACK, free_port


def a_grafana(*expressions: str, data: bool = True) -> Service:
    """Run a Grafana with a dashboard of these queries."""
    return service(
        lambda folder: grafana(*expressions, data=data), lambda server: {"url": server.url}
    )


quiet = service(
    lambda folder: web(health={}),
    lambda server: {"url": server.url, "nobody": f"http://{LOOPBACK}:{free_port()}"},
)
"""A service that answers, and a receiver that nothing arrives at."""

reporting = service(lambda folder: web(release="app@1"), lambda server: {"url": server.url})
"""A service whose spans and errors arrive."""

TRACE = {"url": "{url}/health", "lookup": "{url}/received", "wait": "0.5"}
FAILURE = {"url": "{url}/fail", "lookup": "{url}/received", "wait": "0.5"}
MANAGER = {"url": "{manager}", "received": "{received}", "prometheus": "{url}", "wait": "10"}

MONITORING: dict[str, list[Case]] = {
    "prometheus": [
        Case("clean", {}, {"url": "{url}", "files": "rules.yml", "query": "up"}, service=monitored),
        Case("not-loaded", {}, {"url": "{url}", "files": "rules.yml"}, service=unlinked),
        Case("nobody", {}, {"url": "{url}"}, service=nobody),
    ],
    "alertmanager": [
        Case("clean", {}, MANAGER, service=monitored),
        Case("lost", {}, MANAGER | {"wait": "1"}, service=unlinked),
        Case("nobody", {}, {"url": "{url}"}, service=nobody),
    ],
    "grafana": [
        Case("clean", {}, {"url": "{url}"}, service=a_grafana("up", "rate(x[$__rate_interval])")),
        Case("failing", {}, {"url": "{url}"}, service=a_grafana("up", "nosuch", data=False)),
        Case("nothing-to-look-at", {}, {"url": "{url}"}, service=a_grafana()),
        Case("nobody", {}, {"url": "{url}"}, service=nobody),
    ],
    "opentelemetry": [
        Case("clean", {}, TRACE | {"release": "app@1"}, service=reporting),
        Case("lost", {}, TRACE, service=quiet),
        Case("nobody", {}, TRACE, service=nobody),
    ],
    "sentry": [
        Case(
            "clean",
            {},
            FAILURE | {"url": "{url}/fail?{{tag}}", "release": "app@1"},
            service=reporting,
        ),
        Case("lost", {}, FAILURE, service=quiet),
        Case("nobody", {}, FAILURE, service=nobody),
    ],
}
