"""Variations on a verse, and the way back.

Decides whose message may change: in private one's own, among several people that of the verse one
asked for; from any other verse, what is wanted stands below it.
"""

from __future__ import annotations

from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import buttons, verse
from bot.pages.page import Page
from bot.store import PoemRecord


async def vary(visit: Visit) -> None:
    """Puts a variation in the place of the verse."""
    say = visit.reader.say
    if visit.in_channel:
        await visit.notice(say.plain("button.in_channel"), alert=True)
        return
    async with visit.working():
        outcome = await visit.house.vary(visit.asker, _poem(visit))
    if outcome is None:
        await visit.notice(say.plain("top.gone"), alert=True)
        return
    if not isinstance(outcome, PoemRecord):
        await visit.notice(verse.refused_plainly(visit.reader, outcome), alert=True)
        return
    await visit.notice()
    await _put(visit, verse.viewed(visit.reader, await visit.house.view.of(visit.asker, outcome)))


async def show(visit: Visit) -> None:
    """Puts a verse in the place of what is shown: a variation on it, its prosody, its link."""
    if visit.in_channel:
        await visit.notice(visit.reader.say.plain("button.in_channel"), alert=True)
        return
    viewed = await visit.house.view(visit.asker, _poem(visit))
    if viewed is None:
        await visit.notice(visit.reader.say.plain("top.gone"), alert=True)
        return
    await visit.notice()
    page = verse.viewed(visit.reader, viewed)
    if viewed.poem.public_id in visit.poems_pressed:
        await visit.turn(page)  # the same verse: for nobody it goes away
    else:
        await _put(visit, page)


async def _put(visit: Visit, page: Page) -> None:
    if await _own(visit):
        await visit.turn(page)
    else:
        await visit.answer_below(page)


async def _own(visit: Visit) -> bool:
    """Whether the message may show another verse from now on because this person wants it."""
    if visit.chat.kind == "private":
        return True
    poems = [await visit.house.services.store.poems.get(poem) for poem in visit.poems_pressed]
    return visit.user_id is not None and any(
        poem is not None and poem.user_id == visit.user_id for poem in poems
    )


def _poem(visit: Visit) -> str:
    assert visit.data is not None
    return visit.data["poem"]


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [doors.button(buttons.VARY, vary), doors.button(buttons.SHOW, show)]
