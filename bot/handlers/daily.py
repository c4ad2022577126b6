"""/daily.

Decides who is heard; what the words mean is left to the use case, posting to the schedule.
"""

from __future__ import annotations

from bot.access import Access, settings_access
from bot.handlers.commands import DAILY
from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import daily as pages
from bot.usecases.subscribe import Subscribed, changes_settings


async def daily(visit: Visit) -> None:
    """Shows, sets or ends the daily poem."""
    if changes_settings(visit.words):
        access = await settings_access(visit.bot, visit.update)
        if access is not Access.GRANTED:
            await visit.reply(pages.no_access(visit.reader, access))
            return
    outcome = await visit.house.subscribe(visit.chat, visit.words, visit.thread_id)
    if isinstance(outcome, Subscribed) and visit.chat.language is None:
        await _settle_language(visit)
    now = visit.house.services.clock()
    await visit.reply(pages.settings(visit.reader, outcome, now))


async def _settle_language(visit: Visit) -> None:
    """The poem will come in the language it was asked for in; nobody speaks when it is posted."""
    reader = visit.reader
    chats = visit.house.services.store.chats
    await chats.set_language(visit.chat.id, reader.say.tag, reader.script)


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [doors.command(DAILY.name, daily)]
