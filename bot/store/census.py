"""Counts for whoever runs the bot.

Decides what is counted, never whose it is: no name, no words, no single chat.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import get_args

from sqlalchemy import ColumnElement, func, literal_column, select

from bot.store.engine import Database
from bot.store.records import ChatKind, DeliveryState
from bot.store.tables import DAILY, WITHHELD, Chat, Delivery, Poem, Rating


@dataclass(frozen=True)
class Census:
    """How many there are."""

    chats: Mapping[ChatKind, int]
    """Active ones, by kind."""
    away: int
    """Chats that were left, or that refuse the bot."""
    dailies: int
    """Active chats with a daily poem."""
    poems: int
    withheld: int
    """Poems that the owner took back."""
    ratings: int
    posts: Mapping[DeliveryState, int]
    """Daily poems of one date, by state."""


class Censuses:
    """Counts what is kept now."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def posts(self, local_date: date) -> dict[DeliveryState, int]:
        """The daily poems of a date, by state."""
        by_state = (
            select(Delivery.state, func.count())
            .where(Delivery.local_date == local_date)
            .group_by(Delivery.state)
        )
        async with self._database.read() as session:
            posts = dict((await session.execute(by_state)).all())
        return {state: posts.get(state, 0) for state in get_args(DeliveryState)}

    async def of(self, local_date: date) -> Census:
        """The counts, with the daily poems of that date."""
        by_kind = select(Chat.kind, Chat.state, func.count()).group_by(Chat.kind, Chat.state)
        dailies = select(func.count(Chat.id)).where(literal_column(DAILY))
        taken_back: ColumnElement[bool] = literal_column(f"poems.{WITHHELD}")
        posts = await self.posts(local_date)
        async with self._database.snapshot() as session:
            found = [(kind, state, n) for kind, state, n in await session.execute(by_kind)]
            return Census(
                chats={
                    kind: sum(n for k, state, n in found if k == kind and state == "active")
                    for kind in get_args(ChatKind)
                },
                away=sum(n for _, state, n in found if state != "active"),
                dailies=await session.scalar(dailies) or 0,
                poems=await session.scalar(select(func.count(Poem.id))) or 0,
                withheld=await session.scalar(select(func.count(Poem.id)).where(taken_back)) or 0,
                ratings=await session.scalar(select(func.count(Rating.poem_id))) or 0,
                posts=posts,
            )
