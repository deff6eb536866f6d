"""Small projects on which the checks are tried, as files by path."""

import os
import stat
from collections.abc import Mapping
from textwrap import dedent

Files = dict[str, str]

SUMS = dedent('''\
    """Sums."""


    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b


    def subtract(a: int, b: int) -> int:
        """Subtract a number from a larger one."""
        if a < b:
            raise ValueError("negative")
        return a - b
    ''')

UNITTEST = """\
import unittest


class Sums(unittest.TestCase):
    def test_sum(self):
        self.assertEqual(1 + 2, 3)

    @unittest.skip("not today")
    def test_skipped(self):
        self.fail()

    @unittest.expectedFailure
    def test_expected(self):
        self.fail()
"""
TESTS = dedent('''\
    """Tests of sums."""

    import pytest

    from app.sums import add, subtract


    @pytest.mark.flow("adding")
    def test_add():
        assert add(1, 2) == 3


    @pytest.mark.parametrize("a", [1, 2])
    def test_subtract(a):
        assert subtract(a, 1) == a - 1
    ''')

SETTINGS = dedent("""\
    [tool.pytest.ini_options]
    pythonpath = ["src"]
    markers = ["flow(name): the flow that a test walks through"]
    """)

SYNTAX_ERROR = "def broken(:\n"


def service(**changes: str | None) -> Files:
    """Make a project with code and tests; `changes` replaces files, named as below, or drops them.

    `sums` is src/app/sums.py, `tests` tests/unit/test_sums.py, `settings` pyproject.toml.
    """
    texts: dict[str, str | None] = {"sums": SUMS, "tests": TESTS, "settings": SETTINGS, **changes}
    paths = {
        "sums": "src/app/sums.py",
        "tests": "tests/unit/test_sums.py",
        "settings": "pyproject.toml",
    }
    files = {paths[key]: text for key, text in texts.items() if text is not None}
    return {"src/app/__init__.py": "", "src/": "", "tests/": "", **files}


ALEMBIC_INI = dedent("""\
    [alembic]
    script_location = migrations
    prepend_sys_path = .
    sqlalchemy.url = sqlite:///real.db
    """)

MODELS = dedent("""\
    from sqlalchemy import Column, Integer, MetaData, String, Table

    metadata = MetaData()
    Table(
        "team",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String(50), nullable=False),
    )
    """)

ENV = dedent("""\
    import os

    from alembic import context
    from sqlalchemy import create_engine, pool

    from models import metadata

    engine = create_engine(URL, poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()
    """)

REVISION = dedent("""\
    from typing import Union

    import sqlalchemy as sa
    from alembic import op

    revision = "0001"
    down_revision: Union[str, None] = None


    def upgrade():
        op.create_table(
            "team",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String(50), nullable=False),
        )


    def downgrade():
        op.drop_table("team")
    """)

FROM_VARIABLE = "os.environ['DATABASE_URL']"
FROM_SETTINGS = "context.config.get_main_option('sqlalchemy.url')"
FIXED = "'sqlite:///real.db'"


def migrations(
    revision: str = REVISION, *, url: str = FROM_VARIABLE, more: Mapping[str, str] | None = None
) -> Files:
    """Make a project with one migration; `url` is how env.py finds the database."""
    return {
        "alembic.ini": ALEMBIC_INI,
        "models.py": MODELS,
        "migrations/env.py": ENV.replace("URL,", f"{url},"),
        "migrations/versions/0001_team.py": revision,
        **(more or {}),
    }


MAKEFILE = dedent("""\
    CAREFREE = false || true

    .PHONY: good needed hidden ended minus nested expanded bad

    good: needed
    \t@echo "TOTAL 91%"
    needed:
    \t@echo needed > made.txt
    hidden:
    \tfalse || true
    ended:
    \tfalse; echo ok
    minus:
    \t-false
    nested:
    \t$(MAKE) hidden
    expanded:
    \t$(CAREFREE)
    bad:
    \tfalse
    """)

WORKFLOW = dedent("""\
    name: CI
    on: [push, pull_request]
    jobs:
      checks:
        runs-on: ubuntu-24.04
        steps:
          - uses: actions/checkout@v4
          - name: Lint
            run: make good
    """)

GUIDE = dedent("""\
    # Guide

    How to deploy, in a few words. See the [notes](notes.md#restore) as well.

    ## Deploy

    ```bash
    make good
    ```

    ## Rollback 回滚步骤

    Go back to the release before.
    """)

NOTES = "# Notes\n\n## Restore\n\nFrom the newest backup.\n"


def fake_tool(folder: str, name: str, script: str) -> str:
    """Put a tool on a PATH of its own, before the real ones; returns that PATH."""
    path = os.path.join(folder, "fake", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\n{script}")
    os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
    return os.pathsep.join([os.path.dirname(path), os.environ["PATH"]])
