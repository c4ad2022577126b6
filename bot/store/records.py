"""What the store hands out and takes in: plain immutable records.

Decides the fields that others may know; how they lie in tables is left to `bot.store.tables`.
Every time of day is local to the chat's zone, every moment is aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, TypedDict

from model.verse import Form, Script

ChatKind = Literal["private", "group", "supergroup", "channel"]
ChatState = Literal["active", "left", "dead"]
RatingOrigin = Literal["button", "reaction"]
DeliveryState = Literal["claimed", "sending", "sent", "retry", "unknown", "dead"]
UpdateState = Literal["waiting", "claimed", "sending", "done", "unknown", "dead"]


@dataclass(frozen=True)
class UserRecord:
    """A person who spoke to the bot."""

    id: int
    language_code: str | None
    """As Telegram last told it, an IETF tag."""


@dataclass(frozen=True)
class ChatRecord:
    """A chat and its settings."""

    id: int
    kind: ChatKind
    title: str
    language: str | None
    """The chat's own choice; None where nobody chose."""
    script: Script
    zone: str
    """An IANA name."""
    daily_at: time | None
    """Local time of the daily poem, to the minute; None: no daily poem."""
    thread_id: int | None
    """The forum topic for the daily poem."""
    state: ChatState
    strikes: int
    """How many dailies in a row Telegram refused for good."""
    form: Form | None = None
    """What is composed where nobody names a form; None: any."""
    silent: bool = False
    """Daily poems come without a sound."""
    punctuated: bool = True
    """Verse is shown with its commas and full stops."""
    card_theme: str | None = None
    """The paper of this chat's cards; None: one that goes with the verse."""
    added_by: int | None = None
    """The person who brought the bot there, if it is known."""


class Preferences(TypedDict, total=False):
    """Settings of a chat that are changed by themselves; as the fields of `ChatRecord`."""

    script: Script
    form: Form | None
    silent: bool
    punctuated: bool


@dataclass(frozen=True, kw_only=True)
class NewPoem:
    """A poem to be kept."""

    text: str
    form: Form
    command: str
    """Which use case made it: poem, couplet, daily …"""
    model: str
    """Name and digest of the weights."""
    latent: tuple[float, ...]
    score: float
    public: bool
    """Made of random numbers only, with no person's words in it: may be shown in other chats."""
    seed: int | None = None
    seed_text: str | None = None
    """The words a person gave for it."""
    regular: bool | None = None
    """Whether it keeps the rules of its form; None where nobody knows."""
    user_id: int | None = None
    chat_id: int | None = None
    parent_id: int | None = None
    """The poem it is a variation of."""
    distance: float | None = None
    """How far from that poem it was looked for, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class PoemRecord(NewPoem):
    """A poem that is kept; its latent has the precision of 32-bit floats."""

    id: int
    public_id: str
    """12 random characters of `[A-Za-z0-9_-]`, for callback data and deep links."""
    created_at: datetime
    withheld: bool = False
    """The owner took it back: it is chosen for nobody any more."""
    shared: bool = False
    """Its maker lets whoever has its link read it, the words it was made from or not."""


@dataclass(frozen=True)
class TasteRecord:
    """What was learnt of a chat that agreed to it."""

    chat_id: int
    space: str | None
    """The poet whose latents were learnt from."""
    evidence: bytes | None
    """As `bot.taste` keeps it; None: to be learnt again from the ratings."""
    ratings: int
    revision: int
    """Grows with every change, so that whoever was overtaken can tell."""
    agreed_at: datetime


@dataclass(frozen=True)
class Lesson:
    """What was learnt of a chat, as it is to be kept."""

    space: str
    evidence: bytes
    voice: bytes
    ratings: int


@dataclass(frozen=True)
class RatingSummary:
    """What people think of a poem."""

    count: int
    mean: float | None
    """1 to 5; None where nobody rated."""
    stars: tuple[int, int, int, int, int]
    """How many gave one star, two, … five."""


@dataclass(frozen=True)
class Forgotten:
    """What went when a person was forgotten."""

    ratings: int
    poems: int
    """Poems that bore their name, deleted or made anonymous."""
    favourites: int


@dataclass(frozen=True)
class Claim:
    """The right to post a chat's daily poem; it ends when somebody else takes the delivery."""

    delivery_id: int
    attempt: int
    """Grows with every claim, so that whoever was overtaken can tell."""
    chat_id: int
    local_date: date
    expires_at: datetime
    """After this moment the poem would come too late."""


@dataclass(frozen=True)
class DeliveryRecord:
    """A poem on its way to a chat, or there."""

    id: int
    chat_id: int
    poem_id: int | None
    """None while a daily poem is only claimed."""
    message_id: int | None
    local_date: date | None
    """The date of a daily poem; None for an ordinary answer."""
    state: DeliveryState
    attempt: int
    not_before: datetime | None
    expires_at: datetime | None
    why: str | None
    """What went wrong last."""
    changed_at: datetime
