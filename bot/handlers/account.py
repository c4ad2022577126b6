"""/privacy and /forget.

Decides that forgetting takes two steps, and that only the person who was asked can take the second.
"""

from __future__ import annotations

from bot.handlers.commands import FORGET, PRIVACY
from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import buttons, talk


async def privacy(visit: Visit) -> None:
    """Tells what is remembered."""
    days = visit.house.services.settings.seed_days
    await visit.reply(talk.privacy(visit.reader, days))


async def forget(visit: Visit) -> None:
    """Asks whether it is meant."""
    if visit.user_id is None:
        await visit.reply(talk.nothing_to_forget(visit.reader))
        return
    await visit.reply(talk.forget(visit.reader, visit.user_id))


async def decide(visit: Visit) -> None:
    """Forgets, or does not."""
    assert visit.data is not None
    if visit.user_id is None or str(visit.user_id) != visit.data["user"]:
        await visit.notice(visit.reader.say.plain("forget.not_yours"), alert=True)
        return
    if visit.data["answer"] == "no":
        page = talk.kept(visit.reader)
    else:
        visit.house.work.stop(visit.user_id)
        page = talk.forgotten(visit.reader, await visit.house.account.forget(visit.user_id))
    await visit.notice()
    await visit.turn(page)


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.command(PRIVACY.name, privacy, in_channels=False),
        doors.command(FORGET.name, forget, in_channels=False),
        doors.button(buttons.FORGET, decide),
    ]
