"""/preview and /stats, for whoever runs the bot.

Decides that nobody else finds these doors; what is shown is left to `bot.pages.owner`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from telegram import InputMediaPhoto, Message
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.cards import UndrawableCharacters
from bot.handlers.commands import PREVIEW, STATS
from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import owner as pages
from bot.pages.card import card
from bot.sending import Fate, judge
from bot.usecases.card import OnCard
from bot.usecases.preview import DayOver, Previewed


async def preview(visit: Visit) -> None:
    """Shows tomorrow's poem, chosen now if it was not yet."""
    async with visit.working(ChatAction.UPLOAD_PHOTO):
        await _show(visit, await visit.house.preview(visit.chat.zone))


async def decide(visit: Visit) -> None:
    """Keeps the poem, or takes it back and shows another in its place."""
    assert visit.data is not None
    say = visit.reader.say
    if visit.user_id != visit.house.services.settings.owner_id:
        await visit.notice(say.plain("button.unknown"), alert=True)
        return
    day, poem = date.fromisoformat(visit.data["day"]), visit.data["poem"]
    if visit.data["answer"] == "keep" and await visit.house.preview.keeps(day, poem):
        await visit.notice(pages.kept(say, day))
        await visit.query.edit_message_reply_markup(None)
        return
    async with visit.working(ChatAction.UPLOAD_PHOTO):
        seen = await visit.house.preview.another(day, poem)
        if isinstance(seen, DayOver):
            await visit.notice(say.plain("preview.over"), alert=True)
            return
        await visit.notice()
        await _show(visit, seen, visit.pressed)


async def stats(visit: Visit) -> None:
    """Tells how the bot is doing."""
    async with visit.working():
        found = await visit.house.stats(visit.chat.zone)
    await visit.reply(pages.stats(visit.reader, found))


async def _show(visit: Visit, seen: Previewed, shown: Message | None = None) -> None:
    """Shows it as it would be posted in this chat, in the place of an earlier one if there is one;
    what has no card comes in words."""
    page = pages.preview(visit.reader, seen)
    markup: Any = page.markup
    picture = card(
        visit.reader, OnCard(seen.poem, seen.day), visit.bot.username, visit.chat.card_theme
    )
    house = visit.house

    async def put(content: bytes | str) -> Message:
        if shown is None or not shown.photo:
            return await house.sending.send_picture(visit.chat.id, content, page)
        turned = await house.sending.persist(
            lambda: visit.bot.edit_message_media(
                InputMediaPhoto(content, caption=page.text),
                shown.chat_id,
                shown.message_id,
                reply_markup=markup,
            )
        )
        assert isinstance(turned, Message), "only inline messages are not shown again"
        return turned

    try:
        await house.pictures.give(picture, put)
    except UndrawableCharacters:
        await visit.reply(page)
    except TelegramError as error:
        if judge(error).fate not in (Fate.NO_PICTURES, Fate.PERMANENT):
            raise
        await visit.reply(page)


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.owners_command(PREVIEW.name, preview),
        doors.owners_command(STATS.name, stats),
        doors.button(pages.DECIDE, decide),
    ]
