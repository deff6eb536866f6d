"""The checks of databases against what Debian has, untouched and broken.

What a machine lacks is a skipped test that says so.
"""

import os
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.services.conftest import Check
from tests.services.test_live_network import by_hand, reason_of
from tests.support.authority import authority, certificate
from tests.support.checking import run_check
from tests.support.network_cases import (
    OUTSIDE,
    TABLE,
)
from tests.support.servers import (
    ELSEWHERE,
    LOOPBACK,
    PATIENCE,
    Postgres,
    Redis,
    postgres,
    postgres_tool,
    redis,
)

PASSWORD = "s3cret-word"
WRONG = "invalid username-password pair or user is disabled."


# --- redis ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """Debian's Redis, which demands no password as it comes."""
    with redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


def asked(server: Redis, *words: str) -> str:
    """What redis-cli answers."""
    return by_hand("redis-cli", "-p", str(server.port), *words).strip()


def test_redis_gives_what_redis_cli_gives(store: Redis, check: Check) -> None:
    """Its version, and that it lets anybody in; the outside world does not reach it."""
    outcome = check("redis", {"url": store.url, **OUTSIDE})
    assert f"redis_version:{outcome.value('version')}" in asked(store, "INFO", "server")
    assert asked(store, "PING") == "PONG"
    assert (outcome.value("demands_password"), outcome.value("exposed")) == (False, False)
    assert [finding["rule"] for finding in outcome.findings] == ["no-password"]


def test_redis_with_a_password_demands_it(store: Redis, check: Check) -> None:
    """The password is used, and is in no output."""
    asked(store, "CONFIG", "SET", "requirepass", PASSWORD)
    try:
        url = f"redis://:{PASSWORD}@{LOOPBACK}:{store.port}"
        assert asked(store, "PING").startswith("NOAUTH")
        outcome = check("redis", {"url": url, **OUTSIDE})
        assert (outcome.value(), outcome.value("demands_password")) == (0, True)
        assert PASSWORD not in outcome.stdout.decode() + outcome.stderr
        wrong = check("redis", {"url": url.replace(PASSWORD, "wr0ng-word")})
        assert reason_of(wrong) == f"{LOOPBACK}:{store.port} refuses the login: {WRONG}"
        assert "wr0ng-word" not in wrong.stderr
        unknown = check("redis", {"url": store.url})
        assert unknown.value("demands_password") is True
    finally:
        asked(store, "-a", PASSWORD, "CONFIG", "SET", "requirepass", "")


@pytest.mark.parametrize(
    ("rules", "problems"),
    [
        ("on nopass ~* +@all", ["no-password"]),
        ("on nopass %R~app:* +get", ["no-password"]),
        ("on >long-word ~* +@all", []),
        ("off nopass ~* +@all", []),
        ("on nopass resetkeys -@all +ping", []),
    ],
)
def test_no_user_of_redis_gets_in_without_a_password(
    tmp_path: Path, check: Check, rules: str, problems: list[str]
) -> None:
    """At its keys; the twins have one, are switched off, or may only ask whether it is there."""
    with redis(tmp_path, PASSWORD) as server:
        asked(server, "-a", PASSWORD, "ACL", "SETUSER", "guest", *rules.split())
        url = f"redis://:{PASSWORD}@{LOOPBACK}:{server.port}"
        outcome = check("redis", {"url": url, **OUTSIDE})
    assert [finding["rule"] for finding in outcome.findings] == problems
    assert all("guest" in finding["message"] for finding in outcome.findings)


def test_redis_that_the_outside_world_reaches_is_exposed(store: Redis, check: Check) -> None:
    """Bound to another address too, with a password or without."""
    asked(store, "CONFIG", "SET", "bind", f"{LOOPBACK} {ELSEWHERE}")
    try:
        outcome = check("redis", {"url": store.url, **OUTSIDE})
        assert outcome.value("exposed") is True
    finally:
        asked(store, "CONFIG", "SET", "bind", LOOPBACK)


def test_redis_is_not_called_closed_by_who_did_not_try(store: Redis, check: Check) -> None:
    """Without an outside world nothing is known of exposure."""
    outcome = check("redis", {"url": store.url})
    with pytest.raises(AssertionError):
        outcome.value("exposed")
    loopback = {"url": store.url, "outside_netns": "outside"}
    assert "--outside-address must be given" in reason_of(check("redis", loopback))


# --- postgres -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    """Debian's PostgreSQL with a password for its user, and a table."""
    with postgres() as server:
        postgres_tool(server, "psql", "-X", "-q", "-d", server.user, "-c", TABLE)
        yield server


def letting_in(
    database: Postgres, tmp_path: Path, here: str, outside: str = "reject"
) -> Mapping[str, object]:
    """Change by what clients are let in; return what is measured once that holds."""
    database.let_in(here, outside)
    end = time.monotonic() + PATIENCE
    while True:
        outcome = run_check("postgres", str(tmp_path), {"url": database.url, **OUTSIDE})
        if outcome.value("method") == here and outside in outcome.stdout.decode():
            names = [each.name for each in outcome.check.measures]
            assert database.password not in outcome.stdout.decode() + outcome.stderr
            return {name: outcome.value(name) for name in names}
        assert time.monotonic() < end, outcome.stdout


def test_postgres_gives_what_psql_gives(database: Postgres, check: Check) -> None:
    """Its version, and that a login needs the password."""
    outcome = check("postgres", {"url": database.url})
    printed = postgres_tool(database, "psql", "-XAtc", "show server_version", database.user)
    assert outcome.value("version") == printed.strip()
    assert (outcome.value("method"), outcome.value("demands_password")) == ("scram-sha-256", True)
    url = database.url.replace(database.password, "wr0ng-word")
    wrong = check("postgres", {"url": url})
    assert reason_of(wrong).startswith(
        f"{LOOPBACK}:{database.port} refuses the login: password auth"
    )
    assert "wr0ng-word" not in wrong.stderr


@pytest.mark.parametrize(
    ("here", "outside", "problems", "exposed"),
    [
        ("scram-sha-256", "reject", 0, False),
        ("password", "reject", 0, False),
        ("trust", "reject", 1, False),
        ("trust", "scram-sha-256", 2, True),
    ],
)
def test_postgres_tells_who_is_let_in(
    database: Postgres, tmp_path: Path, here: str, outside: str, problems: int, exposed: bool
) -> None:
    """By the methods of pg_hba.conf; a password asked from outside is still exposure."""
    found = letting_in(database, tmp_path, here, outside)
    assert (found["problems"], found["exposed"]) == (problems, exposed)


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (f"host all guest {LOOPBACK}/32 trust", ["guest"]),
        (f"host postgres all {LOOPBACK}/32 trust", ["guest", "ME"]),
        (f"host replication backup {LOOPBACK}/32 trust", ["backup"]),
        (f"host all guest {ELSEWHERE}/32 trust", ["guest"]),
        (f"host all nobody {LOOPBACK}/32 trust", []),
        (f"host replication guest {LOOPBACK}/32 trust", []),
        (f"host all guest {LOOPBACK}/32 reject", []),
    ],
    ids=[
        *("one role", "one database", "replication", "from outside"),
        *("one that may not log in", "one that may not replicate", "one that is turned away"),
    ],
)
def test_no_role_of_postgres_gets_in_without_a_password(
    tmp_path: Path, database: Postgres, rule: str, names: list[str]
) -> None:
    """Whichever line of its settings is about it; what it may not do anyway is no fault."""
    roles = "create role guest login; create role nobody; create role backup login replication"
    rules = database.folder / "data" / "pg_hba.conf"
    postgres_tool(database, "psql", "-Xqc", roles, database.user)
    try:
        letting_in(database, tmp_path, "scram-sha-256")
        rules.write_text(f"{rule}\n{rules.read_text()}")
        postgres_tool(database, "psql", "-Xqc", "select pg_reload_conf()", database.user)
        time.sleep(0.3)
        outcome = run_check("postgres", str(tmp_path), {"url": database.url, **OUTSIDE})
    finally:
        postgres_tool(database, "psql", "-Xqc", "drop role guest, nobody, backup", database.user)
    messages = {f"it lets {name} in, without a password" for name in names}
    wanted = {message.replace("ME", database.user) for message in messages}
    assert {finding["message"] for finding in outcome.findings} >= wanted, outcome.findings
    assert bool(outcome.findings) is bool(names), outcome.findings


@pytest.fixture
def with_tls(database: Postgres) -> Iterator[Postgres]:
    """The same with a certificate, which nobody trusts."""
    data = database.folder / "data"
    authority(database.folder)
    certificate(database.folder, "server")
    owner = data.stat()
    for file in ("server.pem", "server.key"):
        (data / file).write_bytes((database.folder / file).read_bytes())
        (data / file).chmod(0o600)
        os.chown(data / file, owner.st_uid, owner.st_gid)
    settings = data / "postgresql.auto.conf"
    before = settings.read_text()
    settings.write_text("ssl = on\nssl_cert_file = 'server.pem'\nssl_key_file = 'server.key'\n")
    yield database
    settings.write_text(before)
    database.let_in("scram-sha-256", "reject")


@pytest.mark.parametrize("kind", ["hostssl", "hostnossl"])
@pytest.mark.parametrize("method", ["scram-sha-256", "trust"])
def test_postgres_is_spoken_to_with_tls_and_without(
    with_tls: Postgres, check: Check, kind: str, method: str
) -> None:
    """Who is let in is seen of a server that rejects all that is encrypted, or all that is not."""
    outcome = None
    end = time.monotonic() + PATIENCE
    while outcome is None or outcome.value("method") != method:
        assert time.monotonic() < end, outcome
        rules = f"{kind} all all {LOOPBACK}/32 {method}\n"
        (with_tls.folder / "data" / "pg_hba.conf").write_text(rules)
        with_tls.process.send_signal(signal.SIGHUP)
        done = check("postgres", {"url": with_tls.url})
        outcome = done if done.exit_status == 0 else outcome
    assert outcome.value("demands_password") is (method != "trust")
    assert outcome.value("version")


def test_a_backup_gives_every_row_back(database: Postgres, check: Check) -> None:
    """As many rows as psql counts, and nothing is left of the throw-away database."""
    databases = by_count(database, "pg_database")
    outcome = check("postgres-backup", {"url": database.url})
    assert outcome.value("differences") == 0
    assert outcome.value("tables") == 1
    assert outcome.value("rows") == by_count(database, "team") == 2
    assert by_count(database, "pg_database") == databases
    assert database.password not in outcome.stdout.decode() + outcome.stderr


@pytest.mark.parametrize("options", [["-Fc"], ["-Fp"]])
def test_a_backup_that_lacks_rows_is_found(
    database: Postgres, tmp_path: Path, check: Check, options: list[str]
) -> None:
    """An older backup, in PostgreSQL's own format and as SQL."""
    backup = tmp_path / "backup"
    words = [*options, "--schema-only", "-f", str(backup), database.user]
    postgres_tool(database, "pg_dump", *words)
    params = {"url": database.url, "backup": str(backup)}
    outcome = check("postgres-backup", params)
    assert outcome.value("differences") == 1
    assert outcome.findings[0]["message"] == "0 rows were restored, of 2"


def test_a_backup_that_cannot_be_restored_is_an_error(
    database: Postgres, tmp_path: Path, check: Check
) -> None:
    """Nothing is left of the throw-away database then either."""
    databases = by_count(database, "pg_database")
    backup = tmp_path / "backup"
    backup.write_text("create table broken (;\n")
    params = {"url": database.url, "backup": str(backup)}
    assert "syntax error" in reason_of(check("postgres-backup", params))
    assert by_count(database, "pg_database") == databases


def by_count(database: Postgres, table: str) -> int:
    """How many rows psql counts."""
    query = f"select count(*) from {table}"
    return int(postgres_tool(database, "psql", "-XAtc", query, database.user))
