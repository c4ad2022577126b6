"""An update, read from JSON that anybody may have written.

Decides what handlers can be given: fields of the kinds that Telegram documents, numbers that the
store can hold, text that can be kept and sent again; what an update means is left to them.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from telegram import Bot, Update

_DEEPEST = 64
"""Telegram's own nest some ten deep; what is kept must be read again without a deep stack."""
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL, which PostgreSQL does not keep, and halves of characters, which no encoding knows."""

_Number = Annotated[int, Field(ge=-(1 << 63), lt=1 << 63)]
"""What a column of the store can hold."""


class Unreadable(Exception):
    """This cannot be read as an update; `str()` says what is wrong, and repeats nothing of it."""

    def __init__(self, why: str, number: int | None) -> None:
        super().__init__(why)
        self.number = number
        """That of the update; None if this is none at all."""


class _Known(BaseModel):
    """The fields that handlers look at; any others may be as they like."""

    model_config = ConfigDict(strict=True, extra="ignore")


class _User(_Known):
    id: _Number
    is_bot: bool
    first_name: str
    language_code: str | None = None


class _Chat(_Known):
    id: _Number
    type: Literal["private", "group", "supergroup", "channel"]
    title: str | None = None


class _Entity(_Known):
    type: str
    offset: _Number
    length: _Number


class _Message(_Known):
    message_id: _Number
    date: _Number
    chat: _Chat
    sender: _User | None = Field(default=None, alias="from")
    sender_chat: _Chat | None = None
    via_bot: _User | None = None
    reply_to_message: _Message | None = None
    text: str | None = None
    caption: str | None = None
    entities: list[_Entity] | None = None
    message_thread_id: _Number | None = None
    is_topic_message: bool | None = None
    migrate_to_chat_id: _Number | None = None
    migrate_from_chat_id: _Number | None = None


class _Press(_Known):
    id: str
    sender: _User = Field(alias="from")
    message: _Message | None = None
    inline_message_id: str | None = None
    data: str | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> _Press:
        if self.message is None and self.inline_message_id is None:
            raise ValueError("a button is below a message")
        return self


class _Query(_Known):
    id: str
    sender: _User = Field(alias="from")
    query: str
    offset: str


class _Choice(_Known):
    result_id: str
    sender: _User = Field(alias="from")
    query: str
    inline_message_id: str | None = None


class _Emoji(_Known):
    type: str
    emoji: str | None = None


class _Reaction(_Known):
    chat: _Chat
    message_id: _Number
    user: _User | None = None
    new_reaction: list[_Emoji]


class _Total(_Known):
    type: _Emoji
    total_count: Annotated[int, Field(ge=0, lt=1 << 31)]


class _Totals(_Known):
    chat: _Chat
    message_id: _Number
    reactions: list[_Total]


class _Member(_Known):
    status: str
    user: _User


class _Membership(_Known):
    chat: _Chat
    sender: _User = Field(alias="from")
    old_chat_member: _Member
    new_chat_member: _Member


class _Numbered(_Known):
    update_id: Annotated[int, Field(ge=0, lt=1 << 63)]


class _Update(_Numbered):
    message: _Message | None = None
    edited_message: _Message | None = None
    channel_post: _Message | None = None
    edited_channel_post: _Message | None = None
    callback_query: _Press | None = None
    inline_query: _Query | None = None
    chosen_inline_result: _Choice | None = None
    message_reaction: _Reaction | None = None
    message_reaction_count: _Totals | None = None
    my_chat_member: _Membership | None = None


def read_update(found: object, bot: Bot) -> Update:
    """The update that parsed JSON is; its text has no character that cannot be kept or sent, and
    of a kind that no handler is for only its number is left.

    Raises Unreadable.
    """
    try:
        clean = _clean(found, _DEEPEST)
        _Update.model_validate(clean)
        kinds = {name: clean[name] for name in _Update.model_fields if name in clean}
        update: Update = Update.de_json(kinds, bot)
    except Exception as error:  # whatever a stranger's JSON may do to a parser
        raise Unreadable(type(error).__name__, _number_of(found)) from error
    return update


def _number_of(found: object) -> int | None:
    try:
        return _Numbered.model_validate(found).update_id
    except ValidationError:
        return None


def _clean(value: Any, deeper: int) -> Any:
    match value:
        case str():
            return _UNUSABLE.sub("\ufffd", value)
        case dict() | list() if not deeper:
            raise ValueError("nested too deeply")
        case dict():
            return {name: _clean(one, deeper - 1) for name, one in value.items()}
        case list():
            return [_clean(one, deeper - 1) for one in value]
    return value
