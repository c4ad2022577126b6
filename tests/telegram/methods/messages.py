"""Sending, editing and deleting messages, and answering clicks.

Decides what the bot may do to messages; pictures are left to `photos`, rights in a chat to the
chats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.telegram import keyboards, markup
from tests.telegram.chats import Channel, Chat
from tests.telegram.groups import Supergroup, copy_to_discussion
from tests.telegram.keyboards import Markup
from tests.telegram.markup import Formatted
from tests.telegram.messages import Message
from tests.telegram.parameters import Parameters
from tests.telegram.refusals import (
    NOT_MODIFIED,
    QUERY_TOO_OLD,
    bad_request,
    forbidden,
    not_in_the_fake,
)

if TYPE_CHECKING:
    from tests.telegram.fake import FakeTelegram

MAX_TEXT = 4096
MAX_SOURCE_BYTES = 1 << 15
MAX_ANSWER = 200
QUERY_LIFETIME_SECONDS = 15 * 60
_ACTIONS = {"typing", "upload_photo", "upload_document", "choose_sticker", "find_location"}


def send_message(telegram: FakeTelegram, given: Parameters) -> Any:
    given.ignore("link_preview_options", "protect_content")
    formatted = read_text(given, "text", MAX_TEXT)
    if not formatted.text:
        raise bad_request("message text is empty")
    return send(telegram, given, "text messages", formatted=formatted)


def edit_message_text(telegram: FakeTelegram, given: Parameters) -> Any:
    given.ignore("link_preview_options")
    formatted = read_text(given, "text", MAX_TEXT)
    if not formatted.text:
        raise bad_request("message text is empty")
    message, new_markup = to_edit(telegram, given)
    if message.photo is not None:
        raise bad_request("there is no text in the message to edit")
    return edit(telegram, message, formatted, new_markup)


def edit_message_reply_markup(telegram: FakeTelegram, given: Parameters) -> Any:
    given.ignore("parse_mode")  # python-telegram-bot sends its default along
    message, new_markup = to_edit(telegram, given)
    return edit(telegram, message, message.formatted, new_markup)


def delete_message(telegram: FakeTelegram, given: Parameters) -> Any:
    chat = telegram.find_chat(given.text("chat_id"))
    chat.check_editable()
    message = chat.find(given.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    mine = message.sender is telegram.bot or chat.kind == "private"
    if not mine and not chat.bot_membership.may("can_delete_messages"):
        raise bad_request("message can't be deleted")
    message.deleted = True
    return True


def answer_callback_query(telegram: FakeTelegram, given: Parameters) -> Any:
    given.ignore("cache_time")
    text, url = given.text("text"), given.text("url")
    if url and not url.startswith(f"https://t.me/{telegram.bot.username}?start="):
        raise bad_request("URL_INVALID")
    if len(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    click = telegram.clicks.get(given.text("callback_query_id"))
    alert = given.flag("show_alert")
    too_old = click and telegram.clock.timestamp - click.date > QUERY_LIFETIME_SECONDS
    if click is None or click.answered or too_old:
        raise bad_request(QUERY_TOO_OLD)
    click.answered, click.answer, click.alert, click.url = True, text, alert, url
    return True


def send_chat_action(telegram: FakeTelegram, given: Parameters) -> Any:
    given.ignore("message_thread_id")
    action = given.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = telegram.find_chat(given.text("chat_id"))
    chat.check_writable()
    chat.actions.append(action)
    return True


def read_text(given: Parameters, name: str, limit: int) -> Formatted:
    """A text or a caption with its markup, within its limit."""
    source = given.text(name)
    entities = "entities" if name == "text" else "caption_entities"
    if given.json(entities, "entities"):
        raise not_in_the_fake(entities)
    if len(source.encode()) > MAX_SOURCE_BYTES:
        raise bad_request("text is too long")
    formatted = markup.read(source, given.text("parse_mode"))
    if name == "text" and source and not formatted.text:
        raise bad_request("text must be non-empty")
    if markup.utf16_length(formatted.text) > limit:
        what = "message" if name == "text" else "message caption"
        raise bad_request(f"{what} is too long")
    return formatted


def _markup(given: Parameters) -> Markup | None:
    return keyboards.read(given.json("reply_markup", "reply keyboard markup"))


def send(telegram: FakeTelegram, given: Parameters, what: str, **parts: Any) -> Any:
    """A message of the bot, if it may send such."""
    new_markup = _markup(given)
    thread_id = given.integer("message_thread_id")
    chat_id = given.text("chat_id")
    reply = _reply_parameters(given)
    chat = telegram.find_chat(chat_id)
    chat.check_writable(what)
    if isinstance(chat, Supergroup):
        chat.check_thread(thread_id)
    chat.check_pace()
    if isinstance(chat, Channel) and new_markup is not None and new_markup.kind != "inline":
        raise bad_request("inline keyboard expected")
    reply_to = None
    if reply is not None:
        reply_to = chat.find(int(reply.get("message_id", 0)))
        if reply_to is None and not reply.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
    message = chat.add(telegram.bot, markup=new_markup, reply_to=reply_to, **parts)
    message.silent = given.flag("disable_notification")
    if isinstance(chat, Channel):
        message.sender_chat = chat
    if thread_id and thread_id in chat.topics:
        message.thread_id = thread_id
    chat.last_bot_to_speak = telegram.bot.id
    copy_to_discussion(message)
    return _shown(message)


def _reply_parameters(given: Parameters) -> dict[str, Any] | None:
    reply = given.json("reply_parameters", "reply parameters")
    if reply is None:
        message_id = given.integer("reply_to_message_id")
        return {"message_id": message_id} if message_id else None
    if not isinstance(reply, dict):
        raise bad_request("object expected as reply parameters")
    if unknown := set(reply) - {"message_id", "chat_id", "allow_sending_without_reply"}:
        raise not_in_the_fake(f"reply parameters {', '.join(sorted(unknown))}")
    return reply


def to_edit(telegram: FakeTelegram, given: Parameters) -> tuple[Message, Markup | None]:
    """A message that the bot may edit, and the keyboard it is to have."""
    new_markup = _markup(given)
    if inline_id := given.text("inline_message_id"):
        return _inline_to_edit(telegram, given, inline_id), new_markup
    message_id = given.integer("message_id")
    chat: Chat = telegram.find_chat(given.text("chat_id"))
    chat.check_editable()
    message = chat.find(message_id)
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender is not telegram.bot:
        raise bad_request("message can't be edited")
    if message.markup is not None and message.markup.kind != "inline":
        raise bad_request("message can't be edited")
    if new_markup is not None and new_markup.kind != "inline":
        raise bad_request("inline keyboard expected")
    if chat.kind == "private" and chat.bot_membership.status == "kicked":
        raise forbidden("bot was blocked by the user")
    return message, new_markup


def _inline_to_edit(telegram: FakeTelegram, given: Parameters, inline_id: str) -> Message:
    """A message that somebody sent through the bot, wherever that was."""
    if given.has("chat_id") or given.has("message_id"):
        raise bad_request("an inline message has no chat")
    message = telegram.inline_messages.get(inline_id)
    if message is None or message.deleted:
        raise bad_request("MESSAGE_ID_INVALID")
    return message


def edit(
    telegram: FakeTelegram,
    message: Message,
    formatted: Formatted,
    new_markup: Markup | None,
    photo: str | None = None,
) -> Any:
    """Puts these in the place of what a message has; the same once more is refused."""
    before = message.markup.source if message.markup else None
    after = new_markup.source if new_markup else None
    photo = photo or message.photo
    if (formatted, photo, before) == (message.formatted, message.photo, after):
        raise bad_request(NOT_MODIFIED)
    message.earlier.append(message.text)
    message.formatted, message.markup, message.photo = formatted, new_markup, photo
    message.edit_date = telegram.clock.timestamp
    return True if message.inline_id else _shown(message)


def _shown(message: Message) -> dict[str, Any]:
    """What the bot gets back: its channel posts carry the channel's name, not the bot's."""
    found = message.json()
    if isinstance(message.chat, Channel):
        del found["from"]
    return found
