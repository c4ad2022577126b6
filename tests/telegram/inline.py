"""Inline mode: what people type after the bot's name, and the results they are offered.

Decides what a query and a result are made of, and what follows when one is chosen; which answers
Telegram takes is left to the method.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.telegram.keyboards import Markup
from tests.telegram.markup import Formatted

if TYPE_CHECKING:
    from tests.telegram.chats import Chat
    from tests.telegram.messages import Message
    from tests.telegram.people import Account, User

MAX_QUERY = 256


@dataclass(frozen=True)
class InlineResult:
    """A row of the list that people choose from."""

    id: str
    title: str
    description: str
    formatted: Formatted
    markup: Markup | None

    @property
    def text(self) -> str:
        """What is sent in the person's name."""
        return self.formatted.text


@dataclass(frozen=True)
class InlineButton:
    """The button above the results, which leads into the private chat."""

    text: str
    start_parameter: str


@dataclass(eq=False)
class InlineQuery:
    """Words after the bot's name, and what the bot answered."""

    id: str
    user: Account
    text: str
    offset: str
    chat_type: str
    date: int
    answered: bool = False
    results: list[InlineResult] = field(default_factory=list)
    cache_time: int = 300
    is_personal: bool = False
    next_offset: str = ""
    button: InlineButton | None = None

    def result(self, wanted: str) -> InlineResult:
        """The result whose id begins so, or whose title or text holds these words."""
        for result in self.results:
            if result.id.startswith(wanted) or wanted in result.title or wanted in result.text:
                return result
        raise AssertionError(f"no result {wanted!r} among {[r.title for r in self.results]}")

    def json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "from": self.user.json(),
            "query": self.text,
            "offset": self.offset,
            "chat_type": self.chat_type,
        }


def ask_inline(user: User, text: str, chat: Chat, offset: str) -> InlineQuery:
    """Shows the bot what somebody has typed after its name."""
    telegram = user.telegram
    assert telegram.inline_mode, "inline mode is off: Telegram shows no list"
    assert len(text) <= MAX_QUERY, "clients cut longer queries"
    kind = "sender" if chat is user.chat else chat.kind
    with telegram.lock:
        now = telegram.clock.timestamp
        query = InlineQuery(telegram.next_query_id(), user, text, offset, kind, now)
        telegram.inline_queries[query.id] = query
        telegram.updates.add("inline_query", query.json())
        return query


def choose(user: User, query: InlineQuery, result: InlineResult, chat: Chat) -> Message:
    """Sends a result in the user's name; the bot is told as far as its operator wished."""
    telegram = user.telegram
    with telegram.lock:
        message = chat.add(user, via=telegram.bot, formatted=result.formatted, markup=result.markup)
        chosen = {"result_id": result.id, "from": user.json(), "query": query.text}
        if result.markup is not None:
            message.inline_id = telegram.keep_inline_message(message)
            chosen["inline_message_id"] = message.inline_id
        telegram.show_to_bot("message", message)
        if telegram.inline_feedback:
            telegram.updates.add("chosen_inline_result", chosen)
        return message
