"""The statements of each act, as they go to the database.

Decides on which rows of a generated store the acts are done, and that nothing of them stays; what
the statements cost is `growth`'s and `growth_postgres`'s.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from benchmarks.generated_store import NOW
from benchmarks.growth_acts import ACTS, Ground
from bot.store import Store
from bot.store.engine import Database, create_engine, writing

GROWING = (
    "poems",
    "standings",
    "ratings",
    "favourites",
    "reaction_counts",
    "deliveries",
    "chats",
    "users",
    "tastes",
    "taste_ratings",
    "updates",
)
"""Tables that grow with use; of dates there are 365 a year."""


@dataclass(frozen=True)
class Statement:
    """A query as it went to the database."""

    sql: str
    parameters: Any


async def record(
    url: str, acts: Sequence[str], prepared: Callable[[Store], object] = lambda _: None
) -> dict[str, list[Statement]]:
    """Every statement of each act, in order, but for the ends of transactions; nothing is
    changed. `prepared` sees each store before."""
    found: dict[str, list[Statement]] = {}
    heard: list[Statement] = []
    engine = create_engine(url)

    def note(_: object, __: object, sql: str, parameters: Any, ___: object, many: bool) -> None:
        if not sql.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            heard.extend(Statement(sql, one) for one in (parameters if many else [parameters]))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    for act in acts:
        async with writing(engine).connect() as connection, connection.begin() as whole:
            store = Store(_Undone(connection))
            prepared(store)
            ground = await _ground(store, connection)
            heard.clear()
            await ACTS[act](ground)
            found[act] = list(heard)
            await whole.rollback()
    await engine.dispose()
    return found


async def _ground(store: Store, connection: AsyncConnection) -> Ground:
    """Rows in the middle of a generated store."""

    async def one(query: str) -> Any:
        return (await connection.exec_driver_sql(query)).scalar_one()

    person = await one(
        "SELECT user_id FROM poems WHERE user_id = chat_id OR user_id IN"
        " (SELECT id FROM chats WHERE id > 0) LIMIT 1"
    )
    return Ground(
        store,
        person,
        await one("SELECT id FROM chats WHERE kind = 'supergroup' AND state = 'active' LIMIT 1"),
        await one("SELECT id FROM chats WHERE kind = 'channel' LIMIT 1"),
        await one(f"SELECT public_id FROM poems WHERE public AND user_id = {person} LIMIT 1"),
        await one(
            "SELECT public_id FROM poems WHERE public AND NOT withheld AND id IN"
            " (SELECT poem_id FROM standings ORDER BY votes DESC LIMIT 99) LIMIT 1"
        ),
    )


class _Undone(Database):
    """Transactions that all happen within one, which is undone."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection.engine, lambda: NOW)
        self._connection = connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        async with self.write() as session:
            yield session

    snapshot = read

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        joined: Literal["create_savepoint"] = "create_savepoint"
        async with (
            AsyncSession(
                self._connection, join_transaction_mode=joined, expire_on_commit=False
            ) as session,
            session.begin(),
        ):
            yield session
