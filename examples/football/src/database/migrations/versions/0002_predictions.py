"""Predictions of matches.

Revision ID: 0002
Revises: 0001
Create Date: 2025-09-08 08:00:00+00:00
"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: Union[str, None] = "0001"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Create the table of predictions."""
    op.create_table(
        "predictions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.String(length=40), nullable=False),
        sa.Column("home_win", sa.Double(), nullable=False),
        sa.Column("draw", sa.Double(), nullable=False),
        sa.Column("away_win", sa.Double(), nullable=False),
        sa.Column("expected_home_goals", sa.Double(), nullable=False),
        sa.Column("expected_away_goals", sa.Double(), nullable=False),
        sa.Column("likely_home_goals", sa.Integer(), nullable=False),
        sa.Column("likely_away_goals", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["match_id"], ["matches.id"], name="fk_predictions_match_id_matches"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_predictions"),
        sa.UniqueConstraint(
            "match_id",
            "model_version",
            name="uq_predictions_match_id_model_version",
        ),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("predictions")
