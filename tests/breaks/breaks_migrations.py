"""Breaks of the migrations that only a database with rows in it shows."""

from tests.breaks.table import Change, Row, edit
from tests.support.football import Football

VERSIONS = "src/database/migrations/versions"
NEWEST = f"{VERSIONS}/0004_rating_changes.py"
REVISION = '''
"""Where teams play.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    recreate = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("teams", recreate=recreate) as batch:
        batch.add_column(sa.Column("stadium", sa.String(80), nullable=NULLABLE))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("teams") as batch:
        batch.drop_column("stadium")
'''


def new_column(column: str, kind: str) -> Change:
    """Add a column to the teams, by a migration and in the model."""

    def do(football: Football) -> None:
        football.write(f"{VERSIONS}/0005_stadium.py", REVISION.replace("nullable=NULLABLE", column))
        football.edit(
            "src/database/models.py",
            r"^    rating: Mapped\[float\].*$",
            rf"\g<0>\n    stadium: Mapped[{kind}] = mapped_column(String(80), {column})",
        )

    return do


def going_back(statement: str) -> Change:
    """Execute a statement first when the newest migration is taken back."""
    return edit(NEWEST, r"^    op\.drop_table", rf'    op.execute("{statement}")\n\g<0>')


ROWS = (
    Row(
        "migrations: rows",
        "T1.3",
        "a migration adds a column that rows have no value for",
        new_column("nullable=False", "str"),
        new_column("nullable=False, server_default=''", "str"),
    ),
    Row(
        "migrations: going back",
        "T1.4",
        "a downgrade empties another table",
        going_back("DELETE FROM predictions"),
        going_back("DELETE FROM rating_changes"),
    ),
    Row(
        "migrations: going back",
        "T1.4",
        "a downgrade drops a column of another table",
        edit(NEWEST, r"^    op\.drop_table", r'    op.drop_column("teams", "rating")\n\g<0>'),
        going_back("UPDATE teams SET rating = 1400"),
    ),
    Row(
        "migrations: going back",
        "T1.4",
        "a downgrade deletes rows of another table",
        going_back("DELETE FROM teams WHERE id > 1"),
        going_back("UPDATE teams SET rating = 1500"),
    ),
)
