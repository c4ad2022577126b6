"""Inline mode: what people type after the bot's name, and the results they are offered.

Decides what a query and a result are made of; which answers Telegram takes is left to the method,
what people do with a result to `people`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.telegram.keyboards import Markup
from tests.telegram.markup import Formatted

if TYPE_CHECKING:
    from tests.telegram.people import Account

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
