"""What says that a probe asks a service, and what only looks so."""

import pytest

from readiness.builtin import builtin_checks
from readiness.model.board import Check
from readiness.model.plan import Probe
from readiness.reuse.services import asked

DATABASE = {"DATABASE_URL": "postgresql://app@db.test/shop"}
WEB = {"PIP_INDEX_URL": "https://pypi.test/simple"}
STATIC = {"name": "mypy", "folder": builtin_checks(), "ignores": ("**/*.md",)}
RUNNING = {"name": "pytest", "folder": builtin_checks()}


@pytest.mark.parametrize(
    ("command", "more", "environment", "shown"),
    [
        ("curl -f https://shop.test/health", {}, {}, "https://"),
        ("exec 3<>/dev/tcp/shop/80", {}, {}, "/dev/tcp/"),
        ("python smoke.py 127.0.0.1", {}, {}, "127.0.0.1"),
        ("python smoke.py localhost", {}, {}, "localhost"),
        ("curl -f shop/health", {}, {}, "curl"),
        ("true;psql -c 'select 1'", {}, {}, "psql"),
        ('smoke "$BASE"', {}, {"BASE": "http://shop.test"}, "http://"),
        ("pytest", {}, DATABASE, "DATABASE_URL"),
        ("pytest", {}, {"HOST_URL": "http://shop.test"}, "HOST_URL"),
        ("$x", RUNNING, DATABASE, "DATABASE_URL"),
        ("true", {"reuse": False}, {}, "reuse: false"),
        ("cat report.xml", {"max_age": 60.0}, {}, "reuse: false"),
        # innocent twins
        ("cat curl.txt", {}, {}, ""),
        ("cat http.txt 1.2.3 src/localhosts.py", {}, {}, ""),
        ("pytest", {}, {"DATABASE_URL": "sqlite:///dev.db"}, ""),
        ("pytest", {}, {"PLACE": "file:///srv", "driver": "postgresql+psycopg://"}, ""),
        ("pytest", {}, WEB, ""),
        ("$x", RUNNING, WEB, ""),
        ("$x", STATIC, DATABASE, ""),
        ("$x", STATIC, {"HOST_URL": "http://shop.test"}, ""),
    ],
)
def test_what_asks_a_service_is_told(
    command: str, more: dict[str, object], environment: dict[str, str], shown: str
) -> None:
    """By its check, an address, a program, or the environment of what runs any code."""
    check = Check(**{"name": "", "run": command, "measures": (), **more})  # type: ignore[arg-type]
    probe = Probe(id="p1", command=command, workdir="/", timeout=1, check=check)
    assert asked(probe, (check,), environment, ("HOST_URL",)) == shown


def test_every_check_that_reads_a_probe_is_asked() -> None:
    """And its parameters count as its command does."""
    check = Check(name="", run="x", measures=())
    probe = Probe(id="p1", command="x", workdir="/", timeout=1, check=check)
    never = Check(name="", run="x", measures=(), reuse=False)
    assert asked(probe, (check, never), {}, ()) == "reuse: false"
    named = Probe(
        id="p1", command="x", workdir="/", timeout=1, check=check, env={"url": "https://a.test"}
    )
    assert (asked(probe, (check,), {}, ()), asked(named, (check,), {}, ())) == ("", "https://")
