"""Users, chats, poems, ratings, daily poems and deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language_code", sa.String(35)),
        sa.Column("created_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_table(
        "chats",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("language", sa.String(35)),
        sa.Column("script", sa.String(16), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("daily_at", sa.Time()),
        sa.Column("thread_id", sa.BigInteger()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chats"),
    )
    op.create_index("ix_chats_zone_daily_at", "chats", ["zone", "daily_at"])
    op.create_table(
        "poems",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(12), nullable=False),
        sa.Column("text", sa.String(255), nullable=False),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("command", sa.String(32), nullable=False),
        sa.Column("seed_text", sa.String(4096)),
        sa.Column("model", sa.String(255), nullable=False),
        sa.Column("seed", sa.BigInteger()),
        sa.Column("latent", sa.LargeBinary(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.BigInteger()),
        sa.Column("chat_id", sa.BigInteger()),
        sa.Column("created_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_poems"),
        sa.UniqueConstraint("public_id", name="uq_poems_public_id"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_poems_user_id_users", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name="fk_poems_chat_id_chats", ondelete="SET NULL"
        ),
    )
    op.create_index("ix_poems_user_id", "poems", ["user_id"])
    op.create_index("ix_poems_chat_id", "poems", ["chat_id"])
    op.create_index("ix_poems_created_at", "poems", ["created_at"])
    op.create_table(
        "ratings",
        sa.Column("poem_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("changed_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("poem_id", "user_id", name="pk_ratings"),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_ratings_stars")),
        sa.ForeignKeyConstraint(
            ["poem_id"], ["poems.id"], name="fk_ratings_poem_id_poems", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_ratings_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_ratings_user_id", "ratings", ["user_id"])
    op.create_table(
        "daily_poems",
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("poem_id", sa.Integer(), nullable=False),
        sa.Column("chosen_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("local_date", name="pk_daily_poems"),
        sa.UniqueConstraint("poem_id", name="uq_daily_poems_poem_id"),
        sa.ForeignKeyConstraint(["poem_id"], ["poems.id"], name="fk_daily_poems_poem_id_poems"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("poem_id", sa.Integer()),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("local_date", sa.Date()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("not_before", _moment),
        sa.Column("expires_at", _moment),
        sa.Column("why", sa.String(255)),
        sa.Column("changed_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("chat_id", "local_date", name="uq_deliveries_chat_id_local_date"),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name="fk_deliveries_chat_id_chats", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["poem_id"], ["poems.id"], name="fk_deliveries_poem_id_poems", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_poem_id", "deliveries", ["poem_id"])
    op.create_index("ix_deliveries_state_changed_at", "deliveries", ["state", "changed_at"])


def downgrade() -> None:
    """Drop them, and all they hold."""
    for table in ("deliveries", "daily_poems", "ratings", "poems", "chats", "users"):
        op.drop_table(table)
