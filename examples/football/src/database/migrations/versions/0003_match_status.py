"""Status and competition of a match.

Revision ID: 0003
Revises: 0002
Create Date: 2025-09-22 08:00:00+00:00
"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: Union[str, None] = "0002"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Add both columns, and work out the status of the matches already there."""
    with op.batch_alter_table("matches") as batch:
        batch.add_column(sa.Column("status", sa.String(length=16), nullable=True))
        batch.add_column(sa.Column("competition", sa.String(length=80), nullable=True))

    matches = sa.table(
        "matches",
        sa.column("status", sa.String()),
        sa.column("competition", sa.String()),
        sa.column("home_goals", sa.Integer()),
        sa.column("away_goals", sa.Integer()),
    )
    played = sa.and_(
        matches.c.home_goals.is_not(None), matches.c.away_goals.is_not(None)
    )
    op.execute(
        matches.update().values(
            status=sa.case((played, "played"), else_="scheduled"),
            competition="unknown",
        )
    )

    with op.batch_alter_table("matches") as batch:
        batch.alter_column("status", existing_type=sa.String(length=16), nullable=False)
        batch.alter_column(
            "competition", existing_type=sa.String(length=80), nullable=False
        )
        batch.create_check_constraint(
            op.f("ck_matches_goals_when_played"),
            "(status = 'played') = (home_goals IS NOT NULL AND away_goals IS NOT NULL)",
        )
        batch.create_index("ix_matches_status_kickoff", ["status", "kickoff"])


def downgrade() -> None:
    """Drop both columns, and the constraint and index on them."""
    with op.batch_alter_table("matches") as batch:
        batch.drop_index("ix_matches_status_kickoff")
        batch.drop_constraint(op.f("ck_matches_goals_when_played"), type_="check")
        batch.drop_column("competition")
        batch.drop_column("status")
