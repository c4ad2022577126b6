"""Updates that have arrived, until they are answered.

Revision ID: 0004
Revises: 0003

It only adds a table, which a bot of the version before does not look at.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "updates",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger()),
        sa.Column("payload", sa.Text()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("owner", sa.String(16)),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("beat", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_updates"),
    )
    op.create_index("ix_updates_place_id", "updates", ["place", "id"])
    op.create_index("ix_updates_state_changed_at", "updates", ["state", "changed_at"])


def downgrade() -> None:
    """Drop it; what waits in it is not answered."""
    op.drop_table("updates")
