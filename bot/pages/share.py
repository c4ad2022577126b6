"""Sharing a verse.

Decides how a link is handed over and what its maker is told first; who may have one is left to the
use case.
"""

from __future__ import annotations

from urllib.parse import urlencode

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.pages import buttons
from bot.pages.page import Page, Reader, stack
from bot.store import PoemRecord
from bot.usecases.share import Shared, Unshared


def sharing(
    reader: Reader,
    found: Shared | Unshared,
    username: str,
    *,
    inline: bool,
    gallery: str | None = None,
) -> Page:
    """The link, or the question whether to make one; `inline` if the bot may be called from any
    chat, where the verse then comes with its stars; `gallery` is where the gallery is found."""
    say, poem = reader.say, found.poem
    public_id, quote = poem.public_id, reader.quote(poem.text)
    match found:
        case Unshared():
            rows = [buttons.allow_sharing(say, public_id)]
            return Page(stack([quote, say("share.ask")]), InlineKeyboardMarkup(rows), (public_id,))
        case Shared(_, revocable):
            address = link(poem, username, gallery)
            words = [say("share.words")] if revocable else []
            rows = [_ways(reader, poem, address, inline=inline)]
            rows += [buttons.stop_sharing(say, public_id)] if revocable else []
            rows.append(buttons.back(say, public_id))
            text = stack([quote, say("share.link"), address, *words])
            return Page(text, InlineKeyboardMarkup(rows), (public_id,))


def link(poem: PoemRecord, username: str, gallery: str | None = None) -> str:
    """Opens a verse in the gallery if it hangs there, for messengers then show its card; else in
    the reader's private chat with the bot."""
    if gallery is not None and poem.public and not poem.withheld:
        return f"{gallery}/v/{poem.public_id}"
    return f"https://t.me/{username}?start=v_{poem.public_id}"


def gone(reader: Reader) -> Page:
    """To whoever follows a link that opens nothing, whatever the reason."""
    return Page(reader.say("link.gone"))


def _ways(reader: Reader, poem: PoemRecord, address: str, *, inline: bool) -> buttons.Row:
    say = reader.say
    by_link = urlencode({"url": address, "text": reader.verse(poem.text)})
    send_link = InlineKeyboardButton(
        say.plain("share.send_link"), url=f"https://t.me/share/url?{by_link}"
    )
    if not inline:
        return [send_link]
    query = f"v_{poem.public_id}"
    verse = InlineKeyboardButton(say.plain("share.send"), switch_inline_query=query)
    return [verse, send_link]
