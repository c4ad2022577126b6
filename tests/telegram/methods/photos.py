"""Sending pictures and editing messages that have one.

Decides what Telegram takes for a picture and how long its caption may be; all that holds for other
messages, too, is left to `messages`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.telegram.methods.messages import edit, read_text, send, to_edit
from tests.telegram.parameters import Parameters
from tests.telegram.refusals import bad_request, not_in_the_fake

if TYPE_CHECKING:
    from tests.telegram.fake import FakeTelegram

MAX_CAPTION = 1024
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG")
_ATTACHED = "attach://"


def send_photo(telegram: FakeTelegram, given: Parameters) -> Any:
    given.ignore("protect_content", "show_caption_above_media")
    caption = read_text(given, "caption", MAX_CAPTION)
    file_id = _file_id(telegram, given.text("photo"), given.file("photo"))
    return send(telegram, given, "photos", formatted=caption, photo=file_id)


def edit_message_media(telegram: FakeTelegram, given: Parameters) -> Any:
    """Also turns a text into a picture; a caption that is not given is gone."""
    given.ignore("parse_mode")  # python-telegram-bot sends its default along
    media = given.json("media", "InputMedia")
    if not isinstance(media, dict):
        raise bad_request("can't parse InputMedia: media must be an object")
    if media.get("type") != "photo":
        raise not_in_the_fake(f"media of the type {media.get('type')}")
    inner = Parameters(media, {})
    inner.ignore("type", "show_caption_above_media")
    caption = read_text(inner, "caption", MAX_CAPTION)
    source = inner.text("media")
    inner.finish("InputMediaPhoto")
    attached = None
    if source.startswith(_ATTACHED):
        attached = given.file(source.removeprefix(_ATTACHED))
        if attached is None:
            raise bad_request("there is no file with the attached name in the request")
    message, new_markup = to_edit(telegram, given)
    file_id = _file_id(telegram, source, attached)
    return edit(telegram, message, caption, new_markup, file_id)


def edit_message_caption(telegram: FakeTelegram, given: Parameters) -> Any:
    caption = read_text(given, "caption", MAX_CAPTION)
    message, new_markup = to_edit(telegram, given)
    if message.photo is None:
        raise bad_request("there is no caption in the message to edit")
    return edit(telegram, message, caption, new_markup)


def _file_id(telegram: FakeTelegram, known: str, content: bytes | None) -> str:
    """The id of what is uploaded, or of what was."""
    if content is None:
        if not known:
            raise bad_request("there is no photo in the request")
        if known not in telegram.files:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return known
    if not content:
        raise bad_request("file must be non-empty")
    if not content.startswith(_IMAGES):
        raise bad_request("IMAGE_PROCESS_FAILED")
    return telegram.keep_file(content)
