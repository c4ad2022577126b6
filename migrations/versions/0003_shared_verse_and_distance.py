"""What the maker of a verse shares, and how far a variation lies from its original.

Revision ID: 0003
Revises: 0002

It only adds: a verse that is there is shared with nobody, and lies at no distance from anything.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("poems") as poems:
        poems.add_column(
            sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        poems.add_column(sa.Column("distance", sa.Double()))


def downgrade() -> None:
    """Drop them; nothing is shared any more."""
    with op.batch_alter_table("poems") as poems:
        poems.drop_column("distance")
        poems.drop_column("shared")
