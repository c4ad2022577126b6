"""/export.

Decides that the file goes to the private chat of the person it is about, and nowhere else; what
stands in it is left to the use case.
"""

from __future__ import annotations

from telegram import InputFile
from telegram.constants import ChatAction

from bot.handlers.commands import EXPORT
from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import talk

START = "export"
"""What /start is told by a link that leads here."""


async def export(visit: Visit) -> None:
    """Sends all that is known of a person, as a file."""
    if visit.user_id is None or visit.chat.kind != "private":
        await visit.reply(talk.in_private(visit.reader, visit.link(START)))
        return
    say, house = visit.reader.say, visit.house
    async with visit.working(ChatAction.UPLOAD_DOCUMENT):
        content = await house.account.export(visit.user_id)
    name = say.plain("export.file", date=house.services.clock().date().isoformat())
    chat_id = visit.chat.id
    await house.sending.persist(
        lambda: visit.bot.send_document(
            chat_id,
            InputFile(content, filename=name),
            caption=say("export.caption"),
        )
    )


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [doors.command(EXPORT.name, export, in_channels=False)]
