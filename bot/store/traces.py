"""Everything that is kept of a person.

Decides what of the tables is a person's own, and that another person's words are none of it; as
which file it is handed over is left to the use case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.store.chats import chat_record
from bot.store.engine import Database
from bot.store.poems import poem_record
from bot.store.records import ChatRecord, DeliveryState, PoemRecord, RatingOrigin
from bot.store.tables import (
    Chat,
    Delivery,
    Favourite,
    Poem,
    Rating,
    ReceivedUpdate,
    Taste,
    TasteRating,
    User,
)


@dataclass(frozen=True)
class OwnChat:
    """The private chat, or one to which the person brought the bot."""

    chat: ChatRecord
    met_at: datetime


@dataclass(frozen=True)
class OwnPoem:
    """A poem that was made for the person, and the public id of what it is a variation of."""

    poem: PoemRecord
    original: str | None


@dataclass(frozen=True)
class OwnRating:
    """The person's stars for a poem; no text where it holds somebody else's words."""

    public_id: str
    text: str | None
    stars: int
    origin: RatingOrigin
    changed_at: datetime


@dataclass(frozen=True)
class OwnFavourite:
    """A poem that the person keeps."""

    public_id: str
    text: str
    kept_at: datetime


@dataclass(frozen=True)
class OwnTasteRating:
    """The person's stars from which the taste of a chat was learnt that agreed to it."""

    chat_id: int
    public_id: str
    stars: int
    changed_at: datetime


@dataclass(frozen=True)
class OwnDelivery:
    """A poem that was sent to the person's private chat, or was to be."""

    public_id: str | None
    message_id: int | None
    local_date: date | None
    state: DeliveryState
    why: str | None
    changed_at: datetime


@dataclass(frozen=True)
class Trace:
    """All of it."""

    user_id: int
    language_code: str | None
    met_at: datetime
    chats: tuple[OwnChat, ...]
    poems: tuple[OwnPoem, ...]
    ratings: tuple[OwnRating, ...]
    favourites: tuple[OwnFavourite, ...]
    taste_agreed_at: datetime | None
    """When the private chat agreed to be learnt from."""
    taste_ratings: tuple[OwnTasteRating, ...]
    deliveries: tuple[OwnDelivery, ...]
    waiting: tuple[str, ...]
    """Updates of the private chat that are not answered yet, as JSON: as a rule the question for
    all this alone."""


class Traces:
    """Gathers what the parts of the store know of a person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, user_id: int) -> Trace | None:
        """Everything, as it stands at one moment; None for somebody unknown."""
        async with self._database.snapshot() as session:
            user = await session.get(User, user_id)
            if user is None:
                return None
            chats = await session.scalars(
                select(Chat)
                .where((Chat.id == user_id) | (Chat.added_by == user_id))
                .order_by(Chat.created_at)
            )
            taste = await session.get(Taste, user_id)
            return Trace(
                user.id,
                user.language_code,
                user.created_at,
                tuple(OwnChat(chat_record(chat), chat.created_at) for chat in chats),
                await _poems(session, user_id),
                await _ratings(session, user_id),
                await _favourites(session, user_id),
                taste.agreed_at if taste else None,
                await _taste_ratings(session, user_id),
                await _deliveries(session, user_id),
                await _waiting(session, user_id),
            )


async def _poems(session: AsyncSession, user_id: int) -> tuple[OwnPoem, ...]:
    original = aliased(Poem)
    rows = await session.execute(
        select(Poem, original.public_id)
        .outerjoin(original, original.id == Poem.parent_id)
        .where(Poem.user_id == user_id)
        .order_by(Poem.id)
    )
    return tuple(OwnPoem(poem_record(poem), parent) for poem, parent in rows)


async def _ratings(session: AsyncSession, user_id: int) -> tuple[OwnRating, ...]:
    rows = await session.execute(
        select(Rating, Poem)
        .join(Poem, Poem.id == Rating.poem_id)
        .where(Rating.user_id == user_id)
        .order_by(Rating.changed_at)
    )
    return tuple(
        OwnRating(
            poem.public_id,
            poem.text if poem.public or poem.user_id == user_id else None,
            rating.stars,
            rating.origin,
            rating.changed_at,
        )
        for rating, poem in rows
    )


async def _favourites(session: AsyncSession, user_id: int) -> tuple[OwnFavourite, ...]:
    rows = await session.execute(
        select(Poem.public_id, Poem.text, Favourite.created_at)
        .join(Favourite, Favourite.poem_id == Poem.id)
        .where(Favourite.user_id == user_id)
        .order_by(Favourite.created_at)
    )
    return tuple(OwnFavourite(*row) for row in rows)


async def _taste_ratings(session: AsyncSession, user_id: int) -> tuple[OwnTasteRating, ...]:
    rows = await session.execute(
        select(TasteRating, Poem.public_id)
        .join(Poem, Poem.id == TasteRating.poem_id)
        .where(TasteRating.user_id == user_id)
        .order_by(TasteRating.changed_at)
    )
    return tuple(
        OwnTasteRating(rating.chat_id, public_id, rating.stars, rating.changed_at)
        for rating, public_id in rows
    )


async def _deliveries(session: AsyncSession, user_id: int) -> tuple[OwnDelivery, ...]:
    rows = await session.execute(
        select(Delivery, Poem.public_id)
        .outerjoin(Poem, Poem.id == Delivery.poem_id)
        .where(Delivery.chat_id == user_id)
        .order_by(Delivery.id)
    )
    return tuple(
        OwnDelivery(
            public_id,
            delivery.message_id,
            delivery.local_date,
            delivery.state,
            delivery.why,
            delivery.changed_at,
        )
        for delivery, public_id in rows
    )


async def _waiting(session: AsyncSession, user_id: int) -> tuple[str, ...]:
    rows = await session.scalars(
        select(ReceivedUpdate.payload)
        .where(ReceivedUpdate.place == user_id)
        .order_by(ReceivedUpdate.id)
    )
    return tuple(payload for payload in rows if payload is not None)
