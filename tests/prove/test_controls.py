"""The known-bad samples of the built-in checks."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from readiness.model.board import Check
from readiness.model.expect import holds
from readiness.prove.trials import write_control
from tests.support.checking import catalogue, run_check, works

WITHOUT_CONTROL = {
    "alembic-check": "a database and a project with migrations",
    "alembic-heads": "a project with migrations",
    "alembic-rollback": "a database and a project with migrations",
    "alembic-upgrade": "a database and a project with migrations",
    "audit-report": "a repository with a commit",
    "pip-audit": "an advisory service",
    "npm-audit": "an advisory service",
    **dict.fromkeys(("alertmanager", "grafana", "http", "load"), "a running service"),
    **dict.fromkeys(("opentelemetry", "prometheus", "sentry"), "a running service"),
    **dict.fromkeys(("access-log", "port", "postgres", "postgres-backup"), "a running service"),
    **dict.fromkeys(("redis", "security-headers", "tls"), "a running service"),
    **dict.fromkeys(("firewall", "lynis"), "a machine, and root on it"),
    **dict.fromkeys(("gitleaks", "gixy", "nginx", "sshd"), "a tool that not every machine has"),
    "benchmark-report": "a repository with a commit",
    "security-scan": "several tools and an advisory service",
}
"""What each check needs that a few files cannot give."""

CONTROLLED = [check for check in catalogue().values() if check.control is not None]


def test_every_check_has_a_control_or_a_reason_for_none() -> None:
    """Nothing new is left out by oversight."""
    without = {name for name, check in catalogue().items() if check.control is None}
    assert without == set(WITHOUT_CONTROL)


@pytest.mark.parametrize("check", CONTROLLED, ids=lambda check: check.name)
def test_a_check_rejects_its_control(check: Check, tmp_path: Path) -> None:
    """It measures there, and what it measures first is not what it expects by itself."""
    control = check.control
    assert control is not None
    if not check.install.startswith("pip ") and not works(check):
        pytest.skip(f"not installed: {', '.join(check.tools)}")
    folder = tmp_path / "control"
    write_control(str(folder), control)
    params: dict[str, Any] = {"flows": "adding", "command": "make lint", "target": "x"}
    outcome = run_check(check.name, str(folder), {**params, **control.params}, instead=control.run)
    value = outcome.number(control.measures[0])

    assert isinstance(value, Decimal)
    assert check.expect is not None
    assert not holds(check.expect, value, check.measures[0].unit), outcome
