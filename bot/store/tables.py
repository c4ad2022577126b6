"""The tables.

Decides columns, keys and what the database itself refuses; how they are filled and read is left to
the modules beside this one. Each change here needs a migration.
"""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Enum,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.store.records import ChatKind, ChatState, DeliveryState, RatingOrigin, UpdateState
from bot.store.types import Latent, Moment
from model.verse import Form, Script

# Which rows a partial index has.
DAILY = "state = 'active' AND daily_at IS NOT NULL"
SEEDED = "seed_text IS NOT NULL"
WITHHELD = "withheld"
RATED = "votes > 0"
EVERYBODYS = "seen_by = 0"
POSTS = "local_date IS NOT NULL"
HEARD = "voice IS NOT NULL"


def _values(kind: type[StrEnum]) -> Enum:
    """An enum by its values, in a plain text column: a new member needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        length=16,
        values_callable=lambda members: [member.value for member in members],
    )


def _partial(name: str | None, *columns: str, where: str) -> Index:
    """An index of some rows alone; a query that is to use it names them in the same words."""
    condition = text(where)
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


class Base(DeclarativeBase):
    """Names every constraint, so that a migration on any database can name it too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class User(Base):
    """A person who spoke to the bot; the id is Telegram's."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    language_code: Mapped[str | None] = mapped_column(String(35))
    created_at: Mapped[datetime] = mapped_column(Moment)


class Chat(Base):
    """A chat and its settings; the id is Telegram's.

    `daily_of` is the date of its last claim on a daily poem, kept by a trigger on deliveries: who
    has none today is found without a look at everybody who has.
    """

    __tablename__ = "chats"
    __table_args__ = (
        _partial(None, "zone", "daily_at", "daily_of", "id", where=DAILY),
        Index(None, "kind", "state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[ChatKind] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(255))
    language: Mapped[str | None] = mapped_column(String(35))
    script: Mapped[Script] = mapped_column(_values(Script))
    zone: Mapped[str] = mapped_column(String(64))
    daily_at: Mapped[time | None]
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[ChatState] = mapped_column(String(16))
    strikes: Mapped[int]
    form: Mapped[Form | None] = mapped_column(_values(Form))
    silent: Mapped[bool] = mapped_column(server_default=false())
    punctuated: Mapped[bool] = mapped_column(server_default=true())
    card_theme: Mapped[str | None] = mapped_column(String(16))
    added_by: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(Moment)
    daily_of: Mapped[date] = mapped_column(server_default="1970-01-01")


class Poem(Base):
    """A poem and how it was made."""

    __tablename__ = "poems"
    __table_args__ = (
        UniqueConstraint("public_id"),
        Index(None, "created_at"),
        _partial("ix_poems_seeded_created_at", "created_at", where=SEEDED),
        _partial("ix_poems_withheld_text", "text", where=WITHHELD),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(String(255))
    form: Mapped[Form] = mapped_column(_values(Form))
    command: Mapped[str] = mapped_column(String(32))
    seed_text: Mapped[str | None] = mapped_column(String(4096))
    model: Mapped[str] = mapped_column(String(255))
    seed: Mapped[int | None] = mapped_column(BigInteger)
    latent: Mapped[tuple[float, ...]] = mapped_column(Latent)
    score: Mapped[float]
    regular: Mapped[bool | None]
    public: Mapped[bool]
    withheld: Mapped[bool] = mapped_column(server_default=false())
    shared: Mapped[bool] = mapped_column(server_default=false())
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("poems.id", ondelete="SET NULL"), index=True
    )
    distance: Mapped[float | None]
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    chat_id: Mapped[int | None] = mapped_column(
        ForeignKey("chats.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(Moment)


class Rating(Base):
    """What one person thinks of one poem."""

    __tablename__ = "ratings"
    __table_args__ = (CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),)

    poem_id: Mapped[int] = mapped_column(
        ForeignKey("poems.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    stars: Mapped[int]
    origin: Mapped[RatingOrigin] = mapped_column(String(16), server_default="button")
    changed_at: Mapped[datetime] = mapped_column(Moment)


class Standing(Base):
    """What is thought of a poem, and who is shown it unasked: kept by triggers on poems, ratings
    and reaction_counts, whatever version of the bot writes there, and by nobody else.

    `seen_by` is 0 for a poem that is everybody's, else its one chat, and NULL for one that was
    taken back. `average` is smoothed, see `bot.store.standings`.
    """

    __tablename__ = "standings"
    __table_args__ = (
        _partial(None, "seen_by", "average", "votes", "poem_id", where=RATED),
        _partial(None, "seen_by", "week", "average", "votes", "poem_id", where=RATED),
        _partial(None, "form", "week", "average", "score", "poem_id", where=EVERYBODYS),
    )

    poem_id: Mapped[int] = mapped_column(
        ForeignKey("poems.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    seen_by: Mapped[int | None] = mapped_column(BigInteger)
    form: Mapped[Form] = mapped_column(_values(Form))
    week: Mapped[date]
    """The Monday, in UTC, of the week in which the poem was made."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    score: Mapped[float]
    one: Mapped[int]
    two: Mapped[int]
    three: Mapped[int]
    four: Mapped[int]
    five: Mapped[int]
    votes: Mapped[int]
    average: Mapped[float]


class ReactionCount(Base):
    """How many nameless readers of a channel's post reacted as with so many stars. Rows come and
    go; none is changed."""

    __tablename__ = "reaction_counts"
    __table_args__ = (
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        CheckConstraint("count >= 0", name="count"),
    )

    chat_id: Mapped[int] = mapped_column(
        ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True
    )
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    stars: Mapped[int] = mapped_column(primary_key=True)
    poem_id: Mapped[int] = mapped_column(ForeignKey("poems.id", ondelete="CASCADE"), index=True)
    count: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(Moment)


class Favourite(Base):
    """A poem that a person keeps."""

    __tablename__ = "favourites"
    __table_args__ = (Index(None, "user_id", "created_at"),)

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    poem_id: Mapped[int] = mapped_column(
        ForeignKey("poems.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime] = mapped_column(Moment)


class DailyPoem(Base):
    """Which poem is the poem of a date, everywhere; no poem is that twice."""

    __tablename__ = "daily_poems"
    __table_args__ = (UniqueConstraint("poem_id"),)

    local_date: Mapped[date] = mapped_column(primary_key=True)
    poem_id: Mapped[int] = mapped_column(ForeignKey("poems.id"))
    chosen_at: Mapped[datetime] = mapped_column(Moment)


class Delivery(Base):
    """A poem on its way to a chat, or there.

    The unique key of chat and local date is what makes a daily poem come once; ordinary answers
    have no local date, and NULLs are never equal.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("chat_id", "local_date"),
        Index(None, "state", "changed_at"),
        Index(None, "chat_id", "message_id"),
        Index(None, "poem_id", "chat_id"),
        _partial("ix_deliveries_daily_local_date", "local_date", "state", where=POSTS),
        {"sqlite_autoincrement": True},  # a claim names its row: no id may come again
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id", ondelete="CASCADE"))
    poem_id: Mapped[int | None] = mapped_column(ForeignKey("poems.id", ondelete="CASCADE"))
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    local_date: Mapped[date | None]
    state: Mapped[DeliveryState] = mapped_column(String(16))
    attempt: Mapped[int]
    not_before: Mapped[datetime | None] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    why: Mapped[str | None] = mapped_column(String(255))
    changed_at: Mapped[datetime] = mapped_column(Moment)


class Taste(Base):
    """What a chat likes that agreed to be learnt from; the row is the agreement.

    Without evidence it is to be learnt again from the ratings.
    """

    __tablename__ = "tastes"
    __table_args__ = (_partial("ix_tastes_voice_agreed_at", "agreed_at", where=HEARD),)

    chat_id: Mapped[int] = mapped_column(
        ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    space: Mapped[str | None] = mapped_column(String(255))
    evidence: Mapped[bytes | None]
    voice: Mapped[bytes | None]
    ratings: Mapped[int]
    revision: Mapped[int]
    agreed_at: Mapped[datetime] = mapped_column(Moment)


class TasteRating(Base):
    """Stars that were given in a chat after it agreed."""

    __tablename__ = "taste_ratings"
    __table_args__ = (
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        Index(None, "chat_id", "changed_at"),
    )

    chat_id: Mapped[int] = mapped_column(
        ForeignKey("tastes.chat_id", ondelete="CASCADE"), primary_key=True
    )
    poem_id: Mapped[int] = mapped_column(
        ForeignKey("poems.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    stars: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(Moment)


class ReceivedUpdate(Base):
    """An update that has arrived: what it says until it is settled, then its number alone."""

    __tablename__ = "updates"
    __table_args__ = (Index(None, "place", "id"), Index(None, "state", "changed_at"))

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    place: Mapped[int | None] = mapped_column(BigInteger)
    payload: Mapped[str | None] = mapped_column(Text)
    state: Mapped[UpdateState] = mapped_column(String(16))
    owner: Mapped[str | None] = mapped_column(String(16))
    attempt: Mapped[int]
    beat: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(Moment)
