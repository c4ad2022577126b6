"""Buttons below a message that somebody sent from any chat.

Decides which of them work there, where the bot knows the message and no chat; any other button of
a verse leads to it in the private chat.
"""

from __future__ import annotations

from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.inline_visit import InlineVisit
from bot.pages import buttons, inline_buttons, verse
from bot.pages import inline as pages


async def rate(visit: InlineVisit) -> None:
    """Takes a rating, and shows the average in the language in which the message was sent."""
    assert visit.data is not None
    poem, stars = visit.data["poem"], int(visit.data["stars"])
    outcome = await visit.house.rate(visit.user.id, poem, stars)
    await visit.notice(verse.thanks(visit.reader.say, outcome))
    message = visit.query.inline_message_id
    if message is not None:
        say = visit.house.services.texts.for_language(visit.data["tag"])
        visit.house.averages.refresh_inline(message, poem, say)


async def opinions(visit: InlineVisit) -> None:
    """Tells who gave how many stars."""
    assert visit.data is not None
    outcome = await visit.house.rate.opinions(visit.user.id, visit.data["poem"])
    await visit.notice(verse.opinions(visit.reader.say, outcome), alert=True)


async def lead(visit: InlineVisit) -> None:
    """Opens the verse in the private chat, where all its buttons work."""
    assert visit.data is not None
    shown = await visit.house.inline.shown(visit.data["poem"])
    if shown is None:
        await visit.notice(visit.reader.say.plain("top.gone"), alert=True)
        return
    await visit.notice(url=pages.link(shown, visit.username))


async def unknown(visit: InlineVisit) -> None:
    """Says that the button does nothing any more."""
    await visit.notice(visit.reader.say.plain("button.unknown"), alert=True)


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module; the last takes what is left."""
    return [
        doors.inline_button(inline_buttons.RATE, rate),
        doors.inline_button(buttons.OPINIONS, opinions),
        doors.inline_button(inline_buttons.OF_A_VERSE, lead),
        doors.inline_button(None, unknown),
    ]
