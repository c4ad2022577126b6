"""What Alembic runs for each of its commands.

Decides how models are compared with a database and that one command is one transaction; the
connection comes from `bot.store.migrate`, or from the settings where a developer calls `alembic`.
"""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, Enum
from sqlalchemy.types import TypeDecorator

from bot.settings import Settings
from bot.store.migrate import schema_connection
from bot.store.tables import Base


def rendered(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Our own types as what they are in the database: a migration must outlive the code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


def run(connection: Connection) -> None:
    """Runs the command on a connection whose transaction has begun."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=rendered,
        render_as_batch=True,  # SQLite changes a table by making it anew
        transactional_ddl=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def connect() -> None:
    """Opens the database of the settings, for `alembic revision --autogenerate`."""
    async with schema_connection(Settings().database_url) as connection:
        await connection.run_sync(run)


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    asyncio.run(connect())
