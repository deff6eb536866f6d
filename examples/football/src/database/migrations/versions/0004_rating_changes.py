"""History of the ratings.

Revision ID: 0004
Revises: 0003
Create Date: 2025-10-06 08:00:00+00:00
"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: Union[str, None] = "0003"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Create the table of rating changes."""
    op.create_table(
        "rating_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("rating_before", sa.Double(), nullable=False),
        sa.Column("rating_after", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["match_id"], ["matches.id"], name="fk_rating_changes_match_id_matches"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name="fk_rating_changes_team_id_teams"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_rating_changes"),
        sa.UniqueConstraint(
            "match_id", "team_id", name="uq_rating_changes_match_id_team_id"
        ),
    )
    op.create_index("ix_rating_changes_team_id", "rating_changes", ["team_id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("rating_changes")
