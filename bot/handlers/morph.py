"""/morph, and the replies to its questions.

Decides where the two verses come from, words, messages that are replied to, or an earlier try, and
at which pace the one message is edited that shows the walk.
"""

from __future__ import annotations

import asyncio

from telegram import Message
from telegram.error import TelegramError

from bot.handlers.commands import MORPH
from bot.handlers.doors import SAID, AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.handlers.work import Stopped
from bot.pages import morph as pages
from bot.pages.page import Page, Reader
from bot.sending import Fate, judge
from bot.usecases.ends import Unread, read_ends, verse_in
from bot.usecases.morph import Walked
from model.verse import Verse, VerseError


async def morph(visit: Visit) -> None:
    """Walks between two verses, or asks for what is missing."""
    earlier = visit.house.questions.take(visit.chat.id, visit.person)
    held = verse_in(earlier.about) if earlier is not None else None
    await go(visit, [verse for verse in (held, await _replied(visit)) if verse is not None])


async def other(visit: Visit) -> None:
    """The reply to the question for the other end: the first stands in the question."""
    start = verse_in(visit.replied.partition("\n")[2])
    await go(visit, [] if start is None else [start])


async def both(visit: Visit) -> None:
    """The reply to the question for both ends."""
    await go(visit, [])


async def go(visit: Visit, given: list[Verse]) -> None:
    """Walks between the verses that the words hold; `given` ones come before what is missing."""
    reader = visit.reader.answering(visit.words)
    said = _said(visit.words, alone=not given)
    if isinstance(said, Unread):
        await visit.reply(pages.explained(reader, said))
        return
    ends = [*given, *said][-2:]
    if len(ends) == 2:
        await walk(visit, reader, ends[0], ends[1])
    elif visit.user_id is None:
        await visit.reply(Page(reader.say("morph.how")))
    elif ends:
        among_others = visit.chat.kind != "private"
        page = pages.ask_other(reader, ends[0], among_others=among_others)
        await visit.reply(page, about=ends[0].text)
    else:
        await visit.reply(pages.ask_both(reader, among_others=visit.chat.kind != "private"))


async def walk(visit: Visit, reader: Reader, start: Verse, end: Verse) -> None:
    """Shows the walk step by step in one message, and then as a whole; /cancel spares the steps."""
    pause, shown = visit.house.pacing.pause(visit.chat.id), None
    try:
        async with visit.working():
            found = await visit.house.morph(visit.asker, start, end)
            if not isinstance(found, Walked) or not found.between:
                await visit.reply(pages.explained(reader, found))
                return
            whole = pages.whole(reader, found)
            shown = await visit.reply(pages.step(reader, found, 0))
            for number in range(1, len(found.texts)):
                await asyncio.sleep(pause)
                if not await _still_there(shown, pages.step(reader, found, number)):
                    return
            await asyncio.sleep(pause)
    except Stopped:
        if shown is None:
            raise
    assert shown is not None, "a walk that ends has begun"
    await visit.put(shown, whole)


async def _still_there(shown: Message, page: Page) -> bool:
    """Shows a step, or not: the next one follows. False if the message is gone."""
    try:
        await shown.edit_text(page.text)
    except TelegramError as error:
        return judge(error).fate is not Fate.UNCHANGED
    return True


async def _replied(visit: Visit) -> Verse | None:
    """The verse of the message that is replied to, be it a picture of ours."""
    message = visit.update.message.reply_to_message if visit.update.message else None
    if message is None:
        return None
    store = visit.house.services.store
    public_id = await store.deliveries.shown(visit.chat.id, message.message_id)
    poem = await store.poems.get(public_id) if public_id else None
    return verse_in(poem.text if poem else visit.replied)


def _said(words: str, *, alone: bool) -> tuple[Verse, ...] | Unread:
    """The verses in the words: beside one that is given, what may be one verse is one."""
    if not alone:
        try:
            return (Verse.parse(words),)
        except VerseError:
            pass
    return read_ends(words)


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.command(MORPH.name, morph),
        doors.reply(pages.question_for_both, SAID, both),
        doors.reply(pages.question_for_other, SAID, other),
    ]
