"""Inline mode: the list under what somebody types, and what was chosen from it.

Decides how long Telegram may show the same list again, and who hears why a verse did not come;
which verses are offered is left to the use case.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.inline_visit import InlineVisit
from bot.handlers.placeholders import AlreadyWritten, StillWriting
from bot.pages import inline as pages
from bot.pages import inline_buttons
from bot.pages.page import Reader
from bot.poet import PoetUnavailable
from bot.usecases.inline import Offer

_log = logging.getLogger(__name__)

LASTING = 300
"""Seconds in which the same words of the same person show the same list."""
FLEETING = 20
"""Where they name nothing: who looks again shall find other verses, who types on shall not wait."""
_NO_FEEDBACK = (
    "a verse was asked for by its button, and no choice from a list has been told so far: send "
    "/setinlinefeedback to @BotFather and choose 100%, so that such verse comes by itself"
)


async def offer(visit: InlineVisit) -> None:
    """Lists what there is for what is typed."""
    question = visit.question
    reader = visit.reader.answering(question.query)
    offered = await visit.house.inline.offer(visit.user.id, question.query, question.offset)
    await visit.answer(
        pages.results(reader, offered, visit.username),
        pages.way_out(reader, offered),
        cache_time=LASTING if offered.lasting else FLEETING,
        next_offset=offered.further,
    )


async def verse_sent(visit: InlineVisit) -> None:
    """Somebody has sent a verse: the next who looks finds others, and who reads it may use its
    buttons."""
    assert visit.data is not None
    await visit.house.inline.sent(visit.user.id, visit.data["poem"])


async def offer_sent(visit: InlineVisit) -> None:
    """Somebody has sent what is still to be composed."""
    visit.house.placeholders.chosen_is_told = True
    message, wanted = visit.chosen.inline_message_id, _wanted(visit)
    if message is None or wanted is None:
        return
    with suppress(StillWriting, AlreadyWritten):  # Telegram tells it twice to who died over it
        await _write(visit, message, wanted, visit.reader.answering(visit.chosen.query))


async def nudge(visit: InlineVisit) -> None:
    """Somebody has waited long enough: the choice was not told, or the poet failed."""
    wanted, say = _wanted(visit), visit.reader.say
    if wanted is None:
        await visit.notice(say.plain("button.unknown"), alert=True)
        return
    if not visit.house.placeholders.chosen_is_told:
        _log.warning(_NO_FEEDBACK)
    try:
        await _write(visit, visit.message_id, wanted, visit.reader)
    except StillWriting:
        await visit.notice(say.plain("inline.still_writing"))
    except AlreadyWritten:
        await visit.notice(say.plain("inline.written"))


async def _write(visit: InlineVisit, message: str, wanted: Offer, reader: Reader) -> None:
    """Composes it, and puts it, or why there is none, into the message."""
    try:
        with visit.house.placeholders.writing(message):
            if visit.update.callback_query is not None:
                await visit.notice(reader.say.plain("inline.still_writing"))
            outcome = await visit.house.inline.write(visit.asker, wanted)
            await visit.turn(message, pages.written(reader, outcome, visit.username))
    except PoetUnavailable as error:
        _log.warning("no verse for a message sent from elsewhere: %s", error)
        await visit.turn(message, pages.unavailable(reader, wanted, error))


def _wanted(visit: InlineVisit) -> Offer | None:
    assert visit.data is not None
    return inline_buttons.read_offer(visit.data)


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.inline_query(offer),
        doors.chosen(inline_buttons.VERSE, verse_sent, free=True),
        doors.chosen(inline_buttons.WRITE, offer_sent),
        doors.inline_button(inline_buttons.WRITE, nudge),
    ]
