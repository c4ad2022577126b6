"""/taste: whether a chat's stars are learnt from, and what was learnt.

Decides that everybody in a chat may see it, and only those who may change its settings agree for
it; what is learnt is left to the use case.
"""

from __future__ import annotations

import asyncio

from telegram.error import TelegramError

from bot.access import Access, settings_access
from bot.cards.chart import paint_liking
from bot.cards.faces import Faces
from bot.handlers.commands import TASTE
from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import daily
from bot.pages import taste as pages
from bot.pages.page import Page
from bot.sending import Fate, judge

_WORDS = {
    "on": "on",
    "off": "off",
    "reset": "reset",
    "开": "on",
    "开启": "on",
    "關": "off",
    "关": "off",
    "关闭": "off",
    "重来": "reset",
    "重來": "reset",
}
_FROM = 5
"""Ratings from which on a picture says more than words."""


async def taste(visit: Visit) -> None:
    """Shows what was learnt, or does what the word says."""
    what = _WORDS.get(visit.words.strip().lower())
    if what is not None:
        refusal = await _refusal(visit)
        if refusal is not None:
            await visit.reply(refusal)
            return
        await _change(visit, what)
    found = await visit.house.taste.of(visit.chat.id)
    if found is None:
        await visit.reply(pages.off(visit.reader))
        return
    page = pages.learnt(visit.reader, found)
    if found.ratings < _FROM:
        await visit.reply(page)
        return
    title = visit.reader.say.plain("taste.picture")
    picture = await asyncio.to_thread(paint_liking, title, pages.bars(visit.reader, found), Faces())
    said = visit.update.message
    try:
        await visit.house.sending.send_picture(
            visit.chat.id,
            picture,
            page,
            thread_id=visit.thread_id,
            reply_to=said.message_id if said and visit.chat.kind != "private" else None,
        )
    except TelegramError as error:
        if judge(error).fate is not Fate.NO_PICTURES:
            raise
        await visit.reply(page)


async def press(visit: Visit) -> None:
    """Agrees, withdraws or begins anew for the chat."""
    assert visit.data is not None
    refusal = await _refusal(visit)
    if refusal is not None:
        await visit.notice(refusal.text, alert=True)
        return
    await _change(visit, visit.data["what"])
    await visit.notice(visit.reader.say.plain("settings.saved"))
    found = await visit.house.taste.of(visit.chat.id)
    reader = visit.reader
    await visit.turn(pages.off(reader) if found is None else pages.learnt(reader, found))


async def _change(visit: Visit, what: str) -> None:
    use = visit.house.taste
    if what == "on":
        await use.agree(visit.chat.id)
    elif what == "off":
        await use.withdraw(visit.chat.id)
    else:
        await use.reset(visit.chat.id)


async def _refusal(visit: Visit) -> Page | None:
    access = await settings_access(visit.bot, visit.update)
    return None if access is Access.GRANTED else daily.no_access(visit.reader, access)


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [doors.command(TASTE.name, taste), doors.button(pages.TASTE, press)]
