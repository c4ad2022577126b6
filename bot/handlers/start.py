"""/start and /language.

Decides who may choose a chat's language; what is said is left to `bot.pages.talk`.
"""

from __future__ import annotations

from bot.access import Access, settings_access
from bot.handlers import links, menus
from bot.handlers.channels import ask_unsettled
from bot.handlers.commands import LANGUAGE, TRIED
from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import buttons, daily, talk


async def start(visit: Visit) -> None:
    """Says hello, or follows the link that was pressed."""
    if visit.chat.kind == "private" and await links.follow(visit, visit.words):
        return
    await visit.reply(talk.greeting(visit.reader, TRIED, private=visit.chat.kind == "private"))
    await ask_unsettled(visit)
    if visit.user_id == visit.house.services.settings.owner_id:
        await menus.publish_to_owner(visit.bot, visit.house.services)


async def language(visit: Visit) -> None:
    """Asks for the language."""
    await visit.reply(talk.choose_language(visit.reader))


async def choose(visit: Visit) -> None:
    """Sets the language of the chat."""
    assert visit.data is not None
    access = await settings_access(visit.bot, visit.update)
    if access is not Access.GRANTED:
        refusal = daily.no_access(visit.reader, access)
        await visit.notice(refusal.text, alert=True)
        return
    changed = await visit.house.preferences.language(visit.chat, visit.data["tag"])
    await visit.notice()
    await visit.turn(talk.language_set(visit.reading(changed)))
    await menus.speak(visit.bot, visit.house.services, changed)


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.command("start", start, in_channels=False),
        doors.command(LANGUAGE.name, language),
        doors.button(buttons.LANGUAGE, choose),
    ]
