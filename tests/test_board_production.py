"""The criteria of production without any service: tests/live has them with all of them.

What cannot be reached was not measured, whatever machine the tests run on.
"""

import pytest

from tests.support.football import EXAMPLE, check

WATCHED = ("T5.1", "T5.2", "T5.3", "T5.4", "T5.5", "T5.6")
GUARDED = ("T6.1", "T6.3", "T6.5", "T6.7")
VARIABLES = (
    *("BASE_URL", "BASE_HOST", "BASE_ADDRESS", "HTTP_URL", "SITE_ADDRESSES", "CA_FILE"),
    *("PROMETHEUS_URL", "ALERTMANAGER_URL", "CHANNEL_URL", "GRAFANA_URL", "OTLP_URL", "SENTRY_URL"),
    *("POSTGRES_URL", "CACHE_URL", "SERVICE_KEY", "GRAFANA_TOKEN", "SERVICE_RELEASE", "LOAD_URL"),
    "SERVICE_URL",
    *("ACCESS_LOG", "NGINX_CONF", "SSHD_CONFIG", "SERVICE_ADDRESS", "OPEN_PORTS", "CLOSED_PORTS"),
    *("SERVICES_NS", "OUTSIDE_NS", "ALLOWED_SOURCE", "DENIED_SOURCE"),
)


@pytest.fixture(autouse=True)
def _no_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the stack that the tests may be run in."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_nobody_said_where_the_services_are() -> None:
    """A variable that is not set is named, and nothing is tried."""
    selected = (*WATCHED, *GUARDED, "T6.2", "T6.6", "T7.2", "T7.6")
    result = check(EXAMPLE, *selected, profile="production")
    assert result.having("error") == set(selected), result.explained(result.criteria)
    codes = {result.criteria[name].reason_code for name in selected}
    assert {code.value if code else None for code in codes} == {"unset_variable"}
