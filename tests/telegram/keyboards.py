"""Reply markups: inline keyboards, reply keyboards, forced replies.

Decides which markups Telegram takes and how a test sees their buttons; where a kind of markup may
stand is left to the methods.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tests.telegram.refusals import bad_request, not_in_the_fake

MAX_CALLBACK_DATA_BYTES = 64
_MAX_BUTTONS = 100
_KNOWN = {
    "text",
    "callback_data",
    "url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "copy_text",
}


@dataclass(frozen=True)
class Button:
    """A button of an inline keyboard."""

    text: str
    data: str | None = None
    url: str | None = None
    query: str | None = None
    """What a press writes after the bot's name, in this chat or another one."""


@dataclass(frozen=True)
class Markup:
    """What hangs below a message."""

    kind: Literal["inline", "reply", "remove", "force_reply"]
    source: dict[str, Any]
    rows: tuple[tuple[Button, ...], ...] = ()
    selective: bool = False
    placeholder: str = ""


def read(value: Any) -> Markup | None:
    """A markup from its JSON; an empty one is none at all."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    selective = bool(value.get("selective"))
    if value.get("keyboard"):
        rows = _rows(value["keyboard"], 'field "keyboard" must be an Array of Arrays', _key)
        return Markup("reply", value, rows, selective)
    if "inline_keyboard" in value:
        if not isinstance(value["inline_keyboard"], list):
            raise bad_request('field "inline_keyboard" must be of type Array')
        complaint = 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
        rows = _rows(value["inline_keyboard"], complaint, _button)
        if sum(map(len, rows)) > _MAX_BUTTONS:
            raise bad_request("reply markup is too long")
        rows = tuple(row for row in rows if row)
        return (
            Markup("inline", {"inline_keyboard": value["inline_keyboard"]}, rows) if rows else None
        )
    if value.get("remove_keyboard"):
        return Markup("remove", value, (), selective)
    if value.get("force_reply"):
        placeholder = str(value.get("input_field_placeholder", ""))
        if len(placeholder) > 64:
            raise bad_request("input field placeholder is too long")
        return Markup("force_reply", value, (), selective, placeholder)
    return None


def _rows(rows: Any, complaint: str, read_button: Any) -> tuple[tuple[Button, ...], ...]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(complaint)
    return tuple(tuple(read_button(button) for button in row) for row in rows)


def _key(key: Any) -> Button:
    text = key if isinstance(key, str) else key.get("text") if isinstance(key, dict) else None
    if not isinstance(text, str) or not text:
        raise bad_request(
            "can't parse keyboard button: KeyboardButton must be a String or an Object"
        )
    return Button(text)


def _button(button: Any) -> Button:
    complaint = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(complaint + "InlineKeyboardButton must be an Object")
    if unknown := set(button) - _KNOWN:
        raise not_in_the_fake(f"inline buttons with {', '.join(sorted(unknown))}")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request(complaint + 'Field "text" must be of type String')
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    data, url = button.get("callback_data"), button.get("url")
    if url:
        if not str(url).startswith(("http://", "https://", "tg://")):
            raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
        return Button(text, url=str(url))
    if data:
        if not isinstance(data, str):
            raise bad_request(complaint + 'Field "callback_data" must be of type String')
        if len(data.encode()) > MAX_CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        return Button(text, data=data)
    for switch in ("switch_inline_query", "switch_inline_query_current_chat"):
        if switch in button:
            return Button(text, query=str(button[switch]))
    if len(button) > 1 and "callback_data" not in button:
        return Button(text)
    raise bad_request(complaint + "Text buttons are unallowed in the inline keyboard")
