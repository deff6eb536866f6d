"""The criteria of production without any service: tests/live has them with all of them.

What cannot be reached was not measured, whatever machine the tests run on.
"""

from pathlib import Path

import pytest

from readiness.load import load_board
from tests.support.football import BOARD, EXAMPLE, check
from tests.support.servers import LOOPBACK, free_port

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


def test_nineteen_criteria_are_of_production_alone() -> None:
    """Tasks 5 to 7, and none of them is an attestation."""
    board = load_board(str(BOARD), profile="production", environ={})
    production = [
        each for task in board.tasks for each in task.criteria if each.profiles == ("production",)
    ]
    assert [len(task.criteria) for task in board.tasks] == [5, 6, 6, 6, 6, 7, 6, 6, 6, 6]
    assert {each.id.split(".")[0] for each in production} == {"T5", "T6", "T7"}
    assert len(production) == 19
    assert all(each.attest is None for each in production)


def test_nobody_answers(tmp_path: Path) -> None:
    """Each is an error that names the address, or what could not be done."""
    closed = f"{LOOPBACK}:{free_port()}"
    log = tmp_path / "access.log"
    log.touch()
    names = ("PROMETHEUS_URL", "ALERTMANAGER_URL", "CHANNEL_URL", "GRAFANA_URL", "OTLP_URL")
    environment = {
        **dict.fromkeys((*names, "SENTRY_URL", "HTTP_URL"), f"http://{closed}"),
        "BASE_URL": f"https://{closed}",
        **dict.fromkeys(("BASE_HOST", "BASE_ADDRESS"), closed),
        "SERVICE_KEY": "0" * 32,
        "GRAFANA_TOKEN": "0" * 32,
        "SERVICE_RELEASE": "football@test",
        "ACCESS_LOG": str(log),
        "ALLOWED_SOURCE": LOOPBACK,
        "DENIED_SOURCE": LOOPBACK,
    }
    selected = (*WATCHED, *GUARDED, "T7.6")
    result = check(EXAMPLE, *selected, "--profile=production", environment=environment)
    assert result.having("error") == set(selected), result.explained(result.criteria)
    assert result.exit_status == 3
    for name in selected:
        reason = result.criteria[name].reason or ""
        assert f"{closed} refused the connection" in reason, result.explained([name])


def test_nobody_said_where_the_services_are() -> None:
    """A variable that is not set is named, and nothing is tried."""
    selected = (*WATCHED, *GUARDED, "T6.2", "T6.6", "T7.2", "T7.6")
    result = check(EXAMPLE, *selected, "--profile=production")
    assert result.having("error") == set(selected), result.explained(result.criteria)
    codes = {result.criteria[name].reason_code for name in selected}
    assert {code.value if code else None for code in codes} == {"unset_variable"}
