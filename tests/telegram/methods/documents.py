"""Sending files.

Decides what Telegram takes for one; all that holds for other messages, too, is left to `messages`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.telegram.methods.messages import read_text, send
from tests.telegram.methods.photos import MAX_CAPTION
from tests.telegram.parameters import Parameters
from tests.telegram.refusals import bad_request

if TYPE_CHECKING:
    from tests.telegram.fake import FakeTelegram


def send_document(telegram: FakeTelegram, given: Parameters) -> Any:
    given.ignore("protect_content", "disable_content_type_detection")
    caption = read_text(given, "caption", MAX_CAPTION)
    content = given.file("document")
    if content is None:
        raise bad_request("there is no document in the request")
    if not content:
        raise bad_request("file must be non-empty")
    document = telegram.keep_file(content)
    return send(telegram, given, "documents", formatted=caption, document=document)
