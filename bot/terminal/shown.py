"""A message of the bot in a terminal.

Decides what the bot is told of it, as Telegram would tell it; what is done to it is left to the
request.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.terminal import markup


@dataclass(frozen=True)
class Button:
    """A button below a message."""

    label: str
    data: str | None
    url: str | None


@dataclass
class Shown:
    """A message, its source in Telegram's HTML; of a picture, its words and where it lies."""

    id: int
    date: int
    source: str
    markup: dict[str, Any]
    photo: str | None = None
    """The id of the picture on it."""
    numbered: list[Button] = field(default_factory=list)
    """The buttons as they were last seen, which is what a number stands for."""

    @property
    def rows(self) -> list[list[Button]]:
        """The buttons, row by row."""
        return [
            [Button(b["text"], b.get("callback_data"), b.get("url")) for b in row]
            for row in self.markup.get("inline_keyboard", [])
        ]

    def json(self) -> dict[str, Any]:
        """The message, but for its chat and its sender."""
        words = markup.plain(self.source)
        found: dict[str, Any] = {"message_id": self.id, "date": self.date}
        if self.photo is None:
            found["text"] = words
        else:
            size = {"file_id": self.photo, "file_unique_id": self.photo, "width": 0, "height": 0}
            found |= {"photo": [size], "caption": words}
        if "inline_keyboard" in self.markup:
            found["reply_markup"] = self.markup
        return found
