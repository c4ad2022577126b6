"""The card of a verse.

Decides that its button is answered last, so that it can tell why no card came; what stands on a
card is left to `bot.pages.card`, its way to the chat to the uploads.
"""

from __future__ import annotations

from telegram.error import TelegramError

from bot.cards import UndrawableCharacters
from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import buttons
from bot.pages import card as pages
from bot.sending import Fate, judge


async def card(visit: Visit) -> None:
    """Sends the verse as a picture, in reply to it."""
    await visit.notice(await _send(visit), alert=True)


async def _send(visit: Visit) -> str:
    """Sends it; says why it did not come."""
    assert visit.data is not None
    reader = visit.reader
    if visit.in_channel:
        return reader.say.plain("button.in_channel")
    shown = await visit.house.card(visit.chat.id, visit.data["poem"])
    if shown is None:
        return reader.say.plain("top.gone")
    await visit.uploading()
    try:
        await visit.house.uploads.send(
            visit.chat.id,
            pages.card(reader, shown, visit.bot.username),
            shown.poem.public_id,
            thread_id=visit.thread_id,
            reply_to=visit.pressed_id,
        )
    except UndrawableCharacters as error:
        return pages.undrawable(reader, error.characters)
    except TelegramError as error:
        fate = judge(error).fate
        if fate is Fate.PERMANENT:
            raise
        return pages.unsent(reader.say, forbidden=fate is Fate.DEAD)
    return ""


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [doors.button(buttons.CARD, card)]
