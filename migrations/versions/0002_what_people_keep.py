"""What people keep, what chats prefer, and ratings that come by reaction.

Revision ID: 0002
Revises: 0001

It only adds, with a default for each row that is there: a bot of the version before goes on beside
it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables and the columns."""
    with op.batch_alter_table("chats") as chats:
        chats.add_column(sa.Column("form", sa.String(16)))
        chats.add_column(
            sa.Column("silent", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        chats.add_column(
            sa.Column("punctuated", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        chats.add_column(sa.Column("card_theme", sa.String(16)))
        chats.add_column(sa.Column("added_by", sa.BigInteger()))
        chats.create_foreign_key(
            "fk_chats_added_by_users", "users", ["added_by"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("poems") as poems:
        poems.add_column(
            sa.Column("withheld", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        poems.add_column(sa.Column("parent_id", sa.Integer()))
        poems.create_foreign_key(
            "fk_poems_parent_id_poems", "poems", ["parent_id"], ["id"], ondelete="SET NULL"
        )
        poems.create_index("ix_poems_parent_id", ["parent_id"])
    with op.batch_alter_table("ratings") as ratings:
        ratings.add_column(
            sa.Column("origin", sa.String(16), nullable=False, server_default="button")
        )
    op.create_index("ix_deliveries_chat_id_message_id", "deliveries", ["chat_id", "message_id"])
    op.create_table(
        "favourites",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("poem_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "poem_id", name="pk_favourites"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_favourites_user_id_users", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["poem_id"], ["poems.id"], name="fk_favourites_poem_id_poems", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_favourites_poem_id", "favourites", ["poem_id"])
    op.create_index("ix_favourites_user_id_created_at", "favourites", ["user_id", "created_at"])
    op.create_table(
        "reaction_counts",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("poem_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("changed_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "message_id", "stars", name="pk_reaction_counts"),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_reaction_counts_stars")),
        sa.CheckConstraint("count >= 0", name=op.f("ck_reaction_counts_count")),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name="fk_reaction_counts_chat_id_chats", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["poem_id"], ["poems.id"], name="fk_reaction_counts_poem_id_poems", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_reaction_counts_poem_id", "reaction_counts", ["poem_id"])


def downgrade() -> None:
    """Drop them, and all they hold."""
    op.drop_table("reaction_counts")
    op.drop_table("favourites")
    op.drop_index("ix_deliveries_chat_id_message_id", "deliveries")
    with op.batch_alter_table("ratings") as ratings:
        ratings.drop_column("origin")
    with op.batch_alter_table("poems") as poems:
        poems.drop_index("ix_poems_parent_id")
        poems.drop_constraint("fk_poems_parent_id_poems", type_="foreignkey")
        poems.drop_column("parent_id")
        poems.drop_column("withheld")
    with op.batch_alter_table("chats") as chats:
        chats.drop_constraint("fk_chats_added_by_users", type_="foreignkey")
        for column in ("added_by", "card_theme", "punctuated", "silent", "form"):
            chats.drop_column(column)
