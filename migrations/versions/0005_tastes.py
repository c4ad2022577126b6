"""What chats like that agreed to be learnt from, and whether a poem keeps the rules.

Revision ID: 0005
Revises: 0004

It only adds: of a poem that is there already nobody knows whether it is regulated.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables and the column."""
    op.add_column("poems", sa.Column("regular", sa.Boolean()))
    op.create_table(
        "tastes",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("space", sa.String(255)),
        sa.Column("evidence", sa.LargeBinary()),
        sa.Column("voice", sa.LargeBinary()),
        sa.Column("ratings", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("agreed_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name="pk_tastes"),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name="fk_tastes_chat_id_chats", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "taste_ratings",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("poem_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("changed_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "poem_id", "user_id", name="pk_taste_ratings"),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_taste_ratings_stars")),
        sa.ForeignKeyConstraint(
            ["chat_id"],
            ["tastes.chat_id"],
            name="fk_taste_ratings_chat_id_tastes",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["poem_id"], ["poems.id"], name="fk_taste_ratings_poem_id_poems", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_taste_ratings_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_taste_ratings_poem_id", "taste_ratings", ["poem_id"])
    op.create_index("ix_taste_ratings_user_id", "taste_ratings", ["user_id"])
    op.create_index(
        "ix_taste_ratings_chat_id_changed_at", "taste_ratings", ["chat_id", "changed_at"]
    )


def downgrade() -> None:
    """Drop them, and all that was learnt."""
    op.drop_table("taste_ratings")
    op.drop_table("tastes")
    op.drop_column("poems", "regular")
