"""Buttons below a message that somebody sent from any chat.

Decides which of them work there, where the bot knows the message and no chat; any other button of
a verse leads to it in the private chat.
"""

from __future__ import annotations

from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.inline_visit import InlineVisit
from bot.pages import buttons, inline_buttons, verse
from bot.pages import inline as pages
from bot.pages.looks import Look
from bot.pages.share import link


async def rate(visit: InlineVisit) -> None:
    """Takes a rating."""
    assert visit.data is not None
    poem, stars = visit.data["poem"], int(visit.data["stars"])
    outcome = await visit.house.rate(visit.asker, poem, stars)
    await visit.notice(verse.thanks(visit.reader.say, outcome))
    look = Look.read(visit.data)
    say = look.reader(visit.house.services.texts).say
    visit.house.averages.refresh_inline(visit.message_id, poem, say, look)


async def opinions(visit: InlineVisit) -> None:
    """Tells who gave how many stars."""
    assert visit.data is not None
    outcome = await visit.house.rate.opinions(visit.asker, visit.data["poem"])
    await visit.notice(verse.opinions(visit.reader.say, outcome), alert=True)


async def keep(visit: InlineVisit) -> None:
    """Keeps the verse; that somebody keeps it is nobody's business there."""
    assert visit.data is not None
    kept = await visit.house.collections.keep(visit.asker, visit.data["poem"])
    if kept is None:
        await _gone(visit)
    else:
        key = "keep.done_here" if kept.new else "keep.already"
        await visit.notice(visit.reader.say.plain(key))


async def explain(visit: InlineVisit) -> None:
    """Shows how the verse is built, in its place and in the language in which it was sent."""
    assert visit.data is not None
    found = await visit.house.prosody(visit.asker, visit.data["poem"])
    if found is None:
        await _gone(visit)
        return
    await visit.notice()
    reader = Look.read(visit.data).reader(visit.house.services.texts)
    await visit.turn(visit.message_id, pages.explained(reader, found, visit.username))


async def show(visit: InlineVisit) -> None:
    """Shows the verse again."""
    assert visit.data is not None
    poem = await visit.house.inline.shown(visit.data["poem"])
    if poem is None:
        await _gone(visit)
        return
    await visit.notice()
    summary = await visit.house.services.store.ratings.summary(poem.public_id)
    reader = Look.read(visit.data).reader(visit.house.services.texts)
    await visit.turn(visit.message_id, pages.shown(reader, poem, summary, visit.username))


async def lead(visit: InlineVisit) -> None:
    """Opens the verse in the private chat, where all its buttons work."""
    assert visit.data is not None
    poem = await visit.house.inline.shown(visit.data["poem"])
    if poem is None:
        await _gone(visit)
        return
    await visit.notice(url=link(poem, visit.username))


async def unknown(visit: InlineVisit) -> None:
    """Says that the button does nothing any more."""
    await visit.notice(visit.reader.say.plain("button.unknown"), alert=True)


async def _gone(visit: InlineVisit) -> None:
    await visit.notice(visit.reader.say.plain("top.gone"), alert=True)


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module; the last takes what is left."""
    return [
        doors.inline_button(inline_buttons.RATE, rate),
        doors.inline_button(buttons.OPINIONS, opinions),
        doors.inline_button(buttons.KEEP, keep),
        doors.inline_button(inline_buttons.EXPLAIN, explain),
        doors.inline_button(inline_buttons.SHOW, show),
        doors.inline_button(inline_buttons.OF_A_VERSE, lead),
        doors.inline_button(None, unknown),
    ]
