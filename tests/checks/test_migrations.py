"""The checks on imports and migrations on small real projects."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from glob import glob

import pytest

from tests.support import projects
from tests.support.checking import build, run_check
from tests.support.projects import migrations


def test_every_module_is_imported_on_its_own(project: str) -> None:
    """Even one with digits in front, or that reads a file beside its package; not alembic's."""
    files = {"v/0001_a.py": "x: Union[int, str]\n", "v/0002_b.py": "import nosuch\n"}
    files |= {"v/c.py": "open('.env')\n", "v/.env": "", "v/env.py": "1 / 0\n"}
    build(project, files | {"v/script.py.mako": ""})
    outcome = run_check("importable", project, {"paths": "v"})
    assert (outcome.value("failures"), outcome.value("total")) == (2, 3)
    assert "Union" in outcome.findings[0]["message"]


@pytest.mark.parametrize("url", [projects.FROM_VARIABLE, projects.FROM_SETTINGS])
def test_migrations_go_up_and_down_and_up(project: str, url: str) -> None:
    """However env.py finds its database, the three steps are made on a throw-away one."""
    build(project, migrations(url=url))
    outcome = run_check("alembic-rollback", project)
    assert outcome.value() == 3
    assert not os.path.exists(os.path.join(project, "real.db"))


def test_migrations_of_a_part_start_from_its_folder(project: str) -> None:
    """As by hand: the settings name the scripts as they are seen from there."""
    build(project, {f"shop/{path}": text for path, text in migrations().items()})
    outcome = run_check("alembic-rollback", project, {"config": "shop/alembic.ini"})
    assert outcome.value() == 3


def test_migrations_of_flask_get_a_way_out(project: str) -> None:
    """Where the application sets what alembic needs, the reason says what to run instead."""
    env = "from flask import current_app\n"
    build(project, {"migrations/alembic.ini": "[alembic]\n", "migrations/env.py": env})
    outcome = run_check("alembic-heads", project, {"config": "migrations/alembic.ini"})
    assert outcome.is_error
    assert "put `run: flask db check` in place of this check" in outcome.stderr


def test_migrations_never_reach_another_database(project: str) -> None:
    """An env.py with an address of its own is kept from that database."""
    build(project, migrations(url=projects.FIXED))
    outcome = run_check("alembic-upgrade", project)
    assert outcome.is_error
    assert "another database" in outcome.stderr
    assert not os.path.exists(os.path.join(project, "real.db"))


LOUD = (
    "import os, subprocess\nprint('hello')\nos.write(1, b'low\\n')\n"
    "subprocess.run(['echo', 'from another process'])\n"
    "import atexit\natexit.register(print, 'goodbye')\n"
)


@pytest.mark.parametrize("name", ["migrations/env.py", "migrations/versions/0001_team.py"])
@pytest.mark.parametrize(
    ("check", "value"), [("alembic-heads", 1), ("alembic-upgrade", True), ("alembic-check", 0)]
)
def test_what_the_projects_own_code_prints_is_no_number(
    project: str, name: str, check: str, value: object
) -> None:
    """env.py and revisions may print, however they do it and whenever."""
    files = migrations()
    build(project, {**files, name: LOUD + files[name]})
    assert run_check(check, project).value() == value


IN_PIECES = "f\"{os.environ['DB_KIND']}:///{os.environ['DB_NAME']}\""


def test_an_address_may_come_in_pieces(project: str) -> None:
    """Each variable that env.py builds its address from is given its piece."""
    build(project, migrations(url=IN_PIECES))
    given = {"variables": "DB_KIND={driver} DB_NAME={database} DB_PORT={port}"}
    assert run_check("alembic-rollback", project, given).value() == 3


@pytest.mark.parametrize("word", ["DB_NAME", "DB_NAME={nosuch}", "DB_NAME={", "DB_NAME={0}"])
def test_a_piece_that_cannot_be_told_is_a_mistake(project: str, word: str) -> None:
    """It is named, with what may stand there."""
    build(project, migrations(url=IN_PIECES))
    outcome = run_check("alembic-rollback", project, {"variables": word})
    assert outcome.is_error
    assert repr(word) in outcome.stderr
    assert "database" in outcome.stderr


def test_a_database_in_memory_is_replaced_by_a_file(project: str) -> None:
    """An upgrade of `:memory:` would end well and leave nothing."""
    build(project, migrations())
    assert run_check("alembic-upgrade", project, {"database_url": "sqlite://"}).value() is True


def test_two_heads_are_two(project: str) -> None:
    """Branches that were not merged show."""
    other = projects.REVISION.replace('"0001"', '"0002"').replace('"team"', '"other"')
    build(project, migrations(more={"migrations/versions/0002_other.py": other}))
    assert run_check("alembic-heads", project).value() == 2


def test_a_migration_that_makes_no_table_has_not_reached_anything(project: str) -> None:
    """Head without a table is not what an upgrade is for."""
    empty = "revision = '0001'\ndown_revision = None\ndef upgrade(): pass\ndef downgrade(): pass\n"
    build(project, migrations(empty))
    assert run_check("alembic-upgrade", project).value() is False
    assert run_check("alembic-rollback", project).value() == 0


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """Start a PostgreSQL server of our own; gives the address of a database that does not exist."""
    pytest.importorskip("psycopg")
    programs = sorted(glob("/usr/lib/postgresql/*/bin"))
    if not programs:
        pytest.skip("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(prefix="pg-") as top, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        owner = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
        if owner:
            shutil.chown(top, owner)
        run = partial(subprocess.run, cwd=top, user=owner, check=True, stdout=subprocess.DEVNULL)
        data = os.path.join(top, "data")
        run([f"{programs[-1]}/initdb", "-D", data, "-A", "trust", "-N", "-U", "tester"])
        control = [f"{programs[-1]}/pg_ctl", "-w", "-D", data, "-l", f"{top}/log"]
        run([*control, "-o", f"-p {port} -k {top} -F", "start"])
        yield f"postgresql+psycopg://tester@127.0.0.1:{port}/named_in_the_url"
        run([*control, "-m", "immediate", "stop"])


@pytest.mark.slow
def test_migrations_on_a_server_leave_no_database_behind(project: str, postgresql: str) -> None:
    """A throw-away database is made on the server and dropped; the one named is not needed."""
    import psycopg

    build(project, migrations())
    assert run_check("alembic-rollback", project, {"database_url": postgresql}).value() == 3
    server = postgresql.replace("+psycopg", "").replace("named_in_the_url", "postgres")
    with psycopg.connect(server) as connection:
        left = connection.execute("select datname from pg_database where datname like 'readiness%'")
        assert left.fetchall() == []


@pytest.mark.parametrize("server", ["", "postgresql+psycopg://"])
@pytest.mark.parametrize(("goes_back", "irreversible"), [(True, 0), (False, 1)])
def test_each_revision_is_taken_back_and_forth(
    project: str, server: str, goes_back: bool, irreversible: int
) -> None:
    """The schema is the same before and after, on SQLite and on a server started for it."""
    if server and not glob("/usr/lib/postgresql/*/bin/initdb"):
        pytest.skip("Debian's package postgresql is not installed")
    back = 'op.drop_index("by_name", "team")' if goes_back else "pass"
    second = (
        "from alembic import op\n\nrevision = '0002'\ndown_revision = '0001'\n\n\n"
        "def upgrade():\n    op.execute('CREATE INDEX IF NOT EXISTS by_name ON team (name)')\n\n\n"
        f"def downgrade():\n    {back}\n"
    )
    build(project, migrations(more={"migrations/versions/0002_index.py": second}))
    outcome = run_check("alembic-rollback", project, {"database_url": server})
    assert outcome.value("irreversible") == irreversible, outcome.findings
    assert outcome.value("steps") == (3 if goes_back else 2)


ON_SQLITE, ON_POSTGRESQL = "", "postgresql"


@pytest.mark.parametrize(
    ("server", "statement", "steps"),
    [
        (ON_SQLITE, "CREATE VIEW IF NOT EXISTS latest AS SELECT 1 AS one", 1),
        (
            ON_SQLITE,
            "CREATE TRIGGER IF NOT EXISTS seen AFTER INSERT ON team BEGIN SELECT 1; END",
            2,
        ),
        (ON_SQLITE, "SELECT 1", 3),
        (ON_POSTGRESQL, "CREATE OR REPLACE VIEW latest AS SELECT 1 AS one", 1),
        (ON_POSTGRESQL, "CREATE SEQUENCE IF NOT EXISTS counting", 1),
        (ON_POSTGRESQL, "DROP TYPE IF EXISTS mood; CREATE TYPE mood AS ENUM ('good')", 1),
        (
            ON_POSTGRESQL,
            "CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            1,
        ),
        (ON_POSTGRESQL, "CREATE TABLE IF NOT EXISTS team_log (id serial)", 1),
        (ON_POSTGRESQL, "CREATE EXTENSION IF NOT EXISTS plpgsql", 3),
        (ON_POSTGRESQL, "ALTER TABLE team ADD COLUMN IF NOT EXISTS number serial", 2),
    ],
)
def test_what_a_downgrade_leaves_beside_tables_is_left(
    request: pytest.FixtureRequest, project: str, server: str, statement: str, steps: int
) -> None:
    """Whatever it is; not what belongs to a table that is gone, or what an extension has."""
    address = request.getfixturevalue(server) if server else ""
    second = (
        "from alembic import op\n\nrevision = '0002'\ndown_revision = '0001'\n\n\n"
        f'def upgrade():\n    op.execute("{statement}")\n\n\ndef downgrade():\n    pass\n'
    )
    build(project, migrations(more={"migrations/versions/0002_more.py": second}))
    outcome = run_check("alembic-rollback", project, {"database_url": address})
    assert outcome.value() == steps, outcome.findings


SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    with op.batch_alter_table("team", recreate="always") as batch:
        batch.add_column(sa.Column("city", sa.String(9), COLUMN))
    op.create_table("game", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    DOWN
    op.drop_table("game")
    with op.batch_alter_table("team") as batch:
        batch.drop_column("city")
"""


@pytest.mark.parametrize(
    ("column", "down", "numbers", "fault"),
    [
        ("nullable=True", "pass", (True, 3), ""),
        ("nullable=False, server_default=''", "pass", (True, 3), ""),
        ("nullable=False", "pass", (False, 3), "0002 fails on rows that are there already"),
        ("nullable=True", "op.execute('DELETE FROM team')", (True, 2), "going back takes rows of"),
        ("nullable=True", "op.execute('DELETE FROM game')", (True, 3), ""),
    ],
)
def test_the_newest_migration_meets_rows(
    project: str, column: str, down: str, numbers: tuple[bool, int], fault: str
) -> None:
    """They come through going up, and those of other tables through going down."""
    second = SECOND.replace("COLUMN", column).replace("DOWN", down)
    build(project, migrations(more={"migrations/versions/0002_city.py": second}))
    outcome = run_check("alembic-rollback", project)
    found = json.loads(outcome.stdout)
    assert (found["at_head"], found["steps"]) == numbers, outcome.stderr
    assert fault in outcome.stdout.decode()
