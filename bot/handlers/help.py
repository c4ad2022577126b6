"""/help, and the buttons below it that try an example.

Decides which commands a place is told of, and that an example is tried as if somebody had sent it;
how it is told is left to `bot.pages.talk`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.access import Access, settings_access
from bot.handlers import acrostic, answer, couplet, morph, poem
from bot.handlers.commands import (
    ACROSTIC,
    ANSWER,
    COUPLET,
    HELP,
    MORPH,
    POEM,
    TRIED,
    Place,
    offered,
)
from bot.handlers.doors import AnyHandler, Doors, Handle
from bot.handlers.visit import Visit
from bot.pages import buttons, talk

_HANDLES: Mapping[str, Handle] = {
    POEM.name: poem.poem,
    ANSWER.name: answer.answer,
    COUPLET.name: couplet.couplet,
    ACROSTIC.name: acrostic.acrostic,
    MORPH.name: morph.morph,
}
_EXAMPLES = {command.name: command.example for command in offered(Place.PRIVATE)}


async def explain(visit: Visit) -> None:
    """Tells the commands of this place."""
    place = await _place(visit)
    tried = () if place is Place.CHANNEL else TRIED
    private = visit.chat.kind == "private"
    inline = visit.bot.username if visit.bot.bot.supports_inline_queries else None
    page = talk.manual(visit.reader, offered(place), tried, private=private, inline=inline)
    await visit.reply(page)


async def attempt(visit: Visit) -> None:
    """Does what the first example of a command asks for."""
    assert visit.data is not None
    name = visit.data["command"]
    example = _EXAMPLES.get(name)
    if name not in _HANDLES or example is None:
        await visit.notice(visit.reader.say.plain("button.unknown"), alert=True)
        return
    if visit.in_channel:
        await visit.notice(visit.reader.say.plain("button.in_channel"), alert=True)
        return
    words = talk.examples(visit.reader, example)[0].partition(" ")[2]
    await _HANDLES[name](replace(visit, words=words))
    await visit.notice()


async def _place(visit: Visit) -> Place:
    if visit.chat.kind == "private":
        owner_id = visit.house.services.settings.owner_id
        return Place.OWNER if visit.user_id == owner_id else Place.PRIVATE
    if visit.chat.kind == "channel":
        return Place.CHANNEL
    access = await settings_access(visit.bot, visit.update)
    return Place.ADMIN if access is Access.GRANTED else Place.GROUP


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.command(HELP.name, explain),
        doors.button(buttons.TRY, attempt),
    ]
