"""A Bot API of one private chat, for the terminal.

Decides what each method of the Bot API does there and what the bot is told; how it looks is left
to the screen.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from telegram.request import BaseRequest, RequestData

from bot.terminal.album import Album
from bot.terminal.screen import Screen
from bot.terminal.shown import Button, Shown

BOT_ID = 7
PERSON_ID = 1
"""The person at this terminal, the same on every run, so that ratings stay theirs."""

_ATTACHED = "attach://"
_DONE = {
    "answerInlineQuery",
    "deleteMyCommands",
    "deleteWebhook",
    "leaveChat",
    "sendChatAction",
    "setMyCommands",
    "setMyDescription",
    "setMyName",
    "setMyShortDescription",
    "setWebhook",
}
"""Methods that have nothing to do in a terminal."""
_KNOWN: Mapping[str, object] = {
    "getMyCommands": [],
    "getMyName": {"name": "Qibu"},
    "getMyDescription": {"description": ""},
    "getMyShortDescription": {"short_description": ""},
    "getUpdates": [],
    "getWebhookInfo": {"url": "", "has_custom_certificate": False, "pending_update_count": 0},
}


@dataclass(frozen=True)
class Person:
    """Who sits at the terminal."""

    name: str
    language: str
    insists: bool = False
    """Whether the language goes before one that the chat was given earlier."""

    def json(self) -> dict[str, Any]:
        """The person as a Telegram user."""
        return {
            "id": PERSON_ID,
            "is_bot": False,
            "first_name": self.name,
            "language_code": self.language,
        }


class _Refused(Exception):
    """A request that ends like Telegram's own "Bad Request"."""


class TerminalRequest(BaseRequest):
    """Takes the bot's requests and shows them on a screen."""

    def __init__(self, screen: Screen, person: Person) -> None:
        self._screen = screen
        self._person = person
        self._shown: dict[int, Shown] = {}
        self._changed: dict[int, Shown] = {}
        self._album = Album()
        self._asking: int | None = None
        # Above those of earlier runs, which the database may remember.
        self._last_id = int(time.time())
        self._last_update = 0

    @property
    def read_timeout(self) -> float | None:
        """Nothing is waited for here."""
        return None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        """Performs a method of the Bot API."""
        del method
        name = url.rsplit("/", 1)[-1]
        given = request_data.parameters if request_data else {}
        if request_data and request_data.contains_files:
            given |= await asyncio.to_thread(self._album.keep, request_data.multipart_data)
        try:
            body: dict[str, Any] = {"ok": True, "result": self._perform(name, given)}
            status = 200
        except _Refused as refusal:
            status = 400
            body = {"ok": False, "error_code": status, "description": f"Bad Request: {refusal}"}
        return status, json.dumps(body).encode()

    # What the person does

    def message(self, text: str) -> dict[str, Any]:
        """The update for a line that was typed; it replies to the bot's question, if it asked."""
        message: dict[str, Any] = {
            "message_id": self._next_id(),
            "date": int(time.time()),
            "chat": self._chat(),
            "from": self._person.json(),
            "text": text,
        }
        if text.startswith("/"):
            command = text.split(maxsplit=1)[0]
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(command)}]
        if self._asking in self._shown:
            message["reply_to_message"] = self._json(self._shown[self._asking])
        self._asking = None
        return self._update("message", message)

    def button(self, text: str) -> Button | None:
        """The button of the latest keyboard that a number stands for, if it stands for one."""
        if self._asking is not None or not (text.isascii() and text.isdigit()):
            return None
        message = self._latest_with_buttons()
        buttons = message.numbered if message else []
        number = int(text)
        return buttons[number - 1] if 1 <= number <= len(buttons) else None

    def click(self, button: Button) -> dict[str, Any]:
        """The update for a pressed button of the latest keyboard."""
        message = self._latest_with_buttons()
        assert message is not None, "there was a button"
        query = {
            "id": str(self._last_update + 1),
            "from": self._person.json(),
            "message": self._json(message),
            "chat_instance": str(PERSON_ID),
            "data": button.data,
        }
        return self._update("callback_query", query)

    def _latest_with_buttons(self) -> Shown | None:
        return next((m for m in reversed(self._shown.values()) if m.rows), None)

    def catch_up(self) -> None:
        """Shows what messages were turned into; a pipe is told at the end, not of every step."""
        changed, self._changed = self._changed, {}
        for message in changed.values():
            self._show(message)

    # What the bot asks for

    def _perform(self, name: str, given: Mapping[str, Any]) -> object:
        if name in _DONE:
            return True
        if name in _KNOWN:
            return _KNOWN[name]
        methods: dict[str, Callable[[Mapping[str, Any]], object]] = {
            "getMe": lambda _: self._bot() | {"can_join_groups": False},
            "sendMessage": self._send,
            "sendPhoto": self._send_photo,
            "sendDocument": self._send_document,
            "editMessageText": self._edit,
            "editMessageMedia": self._edit_photo,
            "editMessageReplyMarkup": self._edit,
            "deleteMessage": self._delete,
            "answerCallbackQuery": self._answer,
            "getChatMember": lambda _: {"status": "member", "user": self._person.json()},
        }
        if name not in methods:
            raise _Refused(f"there is no {name} in a terminal")
        return methods[name](given)

    def _send(self, given: Mapping[str, Any]) -> object:
        return self._json(self._add(given, _source(given, given["text"])))

    def _send_photo(self, given: Mapping[str, Any]) -> object:
        file_id = str(given["photo"])
        message = self._send_file(given, file_id)
        message.photo = file_id
        return self._json(message)

    def _send_document(self, given: Mapping[str, Any]) -> object:
        file_id = str(given["document"])
        file = {"file_id": file_id, "file_unique_id": file_id}
        return self._json(self._send_file(given, file_id)) | {"document": file}

    def _send_file(self, given: Mapping[str, Any], file_id: str) -> Shown:
        return self._add(given, self._with_file(given, file_id))

    def _with_file(self, given: Mapping[str, Any], file_id: str) -> str:
        """Where the file lies, below what is said about it."""
        path = self._album.path(file_id)
        if path is None:
            raise _Refused("wrong file identifier/HTTP URL specified")
        caption = _source(given, given.get("caption", ""))
        return f"{caption}\n{_escaped(str(path))}".lstrip()

    def _edit_photo(self, given: Mapping[str, Any]) -> object:
        media = given["media"]
        file_id = str(media["media"])
        if file_id.startswith(_ATTACHED):
            file_id = str(given[file_id.removeprefix(_ATTACHED)])
        return self._change(given, self._with_file(media, file_id), file_id)

    def _add(self, given: Mapping[str, Any], source: str) -> Shown:
        if str(given["chat_id"]) != str(PERSON_ID):
            raise _Refused("chat not found")
        message = Shown(self._next_id(), int(time.time()), source, given.get("reply_markup") or {})
        self._shown[message.id] = message
        self._asking = message.id if message.markup.get("force_reply") else self._asking
        self.catch_up()
        self._show(message)
        return message

    def _edit(self, given: Mapping[str, Any]) -> object:
        return self._change(given, _source(given, given["text"]) if "text" in given else None)

    def _change(
        self, given: Mapping[str, Any], source: str | None, photo: str | None = None
    ) -> object:
        message = self._shown.get(int(given["message_id"]))
        if message is None:
            raise _Refused("message to edit not found")
        before = message.source, message.markup
        message.photo = photo or message.photo
        message.source, message.markup = source or message.source, given.get("reply_markup") or {}
        if before == (message.source, message.markup):
            raise _Refused("message is not modified")
        if message.source != before[0]:
            self._changed[message.id] = message
            if self._screen.interactive:
                self.catch_up()
        return self._json(message)

    def _delete(self, given: Mapping[str, Any]) -> object:
        for messages in (self._shown, self._changed):
            messages.pop(int(given["message_id"]), None)
        return True

    def _answer(self, given: Mapping[str, Any]) -> object:
        if given.get("text"):
            self._screen.notice(given["text"])
        return True

    def _show(self, message: Shown) -> None:
        message.numbered = [button for row in message.rows for button in row]
        labels = [[button.label for button in row] for row in message.rows]
        self._screen.show(message.source, labels)

    # What Telegram would say

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _update(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        self._last_update += 1
        return {"update_id": self._last_update, kind: payload}

    def _bot(self) -> dict[str, Any]:
        return {"id": BOT_ID, "is_bot": True, "first_name": "Qibu", "username": "qibu_bot"}

    def _chat(self) -> dict[str, Any]:
        return {"id": PERSON_ID, "type": "private", "first_name": self._person.name}

    def _json(self, message: Shown) -> dict[str, Any]:
        return message.json() | {"chat": self._chat(), "from": self._bot()}


def _source(given: Mapping[str, Any], text: str) -> str:
    """The text as HTML."""
    if str(given.get("parse_mode", "")).upper() == "HTML":
        return text
    return _escaped(text)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
