"""Messages and clicks as Telegram keeps them.

Decides what a message is made of and its JSON; who may send or change one is left to chats and
methods.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.telegram.keyboards import Button, Markup
from tests.telegram.markup import Entity, Formatted

if TYPE_CHECKING:
    from tests.telegram.chats import Chat
    from tests.telegram.people import Account


@dataclass(eq=False)
class Message:
    """A message of a chat; `text` is what people see, the caption of a picture or a file."""

    chat: Chat
    id: int
    date: int
    sender: Account | None
    formatted: Formatted = field(default_factory=lambda: Formatted(""))
    markup: Markup | None = None
    reply_to: Message | None = None
    thread_id: int | None = None
    sender_chat: Chat | None = None
    photo: str | None = None
    document: str | None = None
    silent: bool = False
    via: Account | None = None
    original: Message | None = None
    """The channel's post that this is Telegram's own copy of."""
    inline_id: str | None = None
    service: dict[str, Any] = field(default_factory=dict)
    edit_date: int | None = None
    deleted: bool = False
    earlier: list[str] = field(default_factory=list)
    reached_bot: bool = False
    reactions: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """What each person, or chat in whose name they act, reacted with."""
    tells_reactions: bool = False

    @property
    def text(self) -> str:
        return self.formatted.text

    @property
    def entities(self) -> tuple[Entity, ...]:
        return self.formatted.entities

    @property
    def keyboard(self) -> tuple[tuple[Button, ...], ...]:
        """The rows of inline buttons, none where there is no inline keyboard."""
        return self.markup.rows if self.markup and self.markup.kind == "inline" else ()

    @property
    def buttons(self) -> tuple[Button, ...]:
        return tuple(button for row in self.keyboard for button in row)

    @property
    def asks_for_reply(self) -> bool:
        return self.markup is not None and self.markup.kind == "force_reply"

    def button(self, wanted: str) -> Button:
        """The button with this label, this callback data, or a label that starts so."""
        for matches in (
            lambda b: wanted in (b.text, b.data),
            lambda b: b.text.startswith(wanted),
        ):
            for button in self.buttons:
                if matches(button):
                    return button
        raise AssertionError(f"no button {wanted!r} among {[b.text for b in self.buttons]}")

    def part(self, entity: Entity) -> str:
        """The stretch of the text that an entity covers."""
        units = self.text.encode("utf-16-le")
        return units[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le")

    def json(self, *, nested: bool = False) -> dict[str, Any]:
        found: dict[str, Any] = {
            "message_id": self.id,
            "date": self.date,
            "chat": self.chat.json(),
            **self.service,
        }
        if self.sender is not None:
            found["from"] = self.sender.json()
        if self.via is not None:
            found["via_bot"] = self.via.json()
        if self.sender_chat is not None:
            found["sender_chat"] = self.sender_chat.json()
        if self.thread_id is not None:
            found["message_thread_id"] = self.thread_id
            found["is_topic_message"] = True
        if self.reply_to is not None and not nested and not self.reply_to.deleted:
            found["reply_to_message"] = self.reply_to.json(nested=True)
        if self.original is not None:
            origin = {"type": "channel", "date": self.original.date}
            origin |= {"chat": self.original.chat.json(), "message_id": self.original.id}
            found |= {"is_automatic_forward": True, "forward_origin": origin}
        if self.edit_date is not None:
            found["edit_date"] = self.edit_date
        if self.photo is not None:
            size = {"width": 1080, "height": 1350, "file_size": 1000}
            found["photo"] = [
                {"file_id": self.photo, "file_unique_id": f"unique-{self.photo}", **size}
            ]
        if self.document is not None:
            found["document"] = {
                "file_id": self.document,
                "file_unique_id": f"unique-{self.document}",
            }
        plain = self.photo is None and self.document is None
        name = "text" if plain else "caption"
        if self.text:
            found[name] = self.text
            if self.entities:
                key = "entities" if plain else "caption_entities"
                found[key] = [entity.json() for entity in self.entities]
        if self.markup is not None and self.markup.kind == "inline":
            found["reply_markup"] = self.markup.source
        return found


@dataclass(eq=False)
class Click:
    """A press of an inline button, and what the bot answered to it."""

    id: str
    user: Account
    message: Message
    data: str
    date: int
    answered: bool = False
    answer: str = ""
    alert: bool = False
    url: str = ""
    """Where the answer leads, if it leads somewhere."""

    def json(self) -> dict[str, Any]:
        message = self.message
        shown = (
            {"message_id": message.id, "chat": message.chat.json(), "date": 0}
            if message.deleted
            else message.json()
        )
        found = {
            "id": self.id,
            "from": self.user.json(),
            "chat_instance": str(message.chat.id * 7919),
            "data": self.data,
        }
        if message.inline_id is not None:
            return found | {"inline_message_id": message.inline_id}
        return found | {"message": shown}
