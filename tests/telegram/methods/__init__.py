"""The methods of the Bot API that the fake knows.

Decides which name leads to which method; getUpdates, which waits, is left to `fake`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tests.telegram.methods import chats, delivery, documents, inline, messages, photos, profile
from tests.telegram.parameters import Parameters

if TYPE_CHECKING:
    from tests.telegram.fake import FakeTelegram

Method = Callable[["FakeTelegram", Parameters], Any]

METHODS: Mapping[str, Method] = {
    "sendmessage": messages.send_message,
    "sendphoto": photos.send_photo,
    "senddocument": documents.send_document,
    "editmessagetext": messages.edit_message_text,
    "editmessagecaption": photos.edit_message_caption,
    "editmessagemedia": photos.edit_message_media,
    "editmessagereplymarkup": messages.edit_message_reply_markup,
    "deletemessage": messages.delete_message,
    "answercallbackquery": messages.answer_callback_query,
    "answerinlinequery": inline.answer_inline_query,
    "sendchataction": messages.send_chat_action,
    "getchat": chats.get_chat,
    "getchatmember": chats.get_chat_member,
    "getchatadministrators": chats.get_chat_administrators,
    "getchatmembercount": chats.get_chat_member_count,
    "leavechat": chats.leave_chat,
    "getme": profile.get_me,
    "getmyname": profile.getter("name"),
    "setmyname": profile.setter("name", 64),
    "getmydescription": profile.getter("description"),
    "setmydescription": profile.setter("description", 512),
    "getmyshortdescription": profile.getter("short_description"),
    "setmyshortdescription": profile.setter("short_description", 120),
    "getmycommands": profile.get_my_commands,
    "setmycommands": profile.set_my_commands,
    "deletemycommands": profile.delete_my_commands,
    "setwebhook": delivery.set_webhook,
    "deletewebhook": delivery.delete_webhook,
    "getwebhookinfo": delivery.get_webhook_info,
}
