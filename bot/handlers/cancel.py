"""/cancel.

Decides what there is to take back: what is at work for the person, in this chat or another, and the
question that waits for their answer here.
"""

from __future__ import annotations

from contextlib import suppress

from telegram.error import TelegramError

from bot.handlers.commands import CANCEL
from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import talk


async def cancel(visit: Visit) -> None:
    """Stops what can be stopped, and says what it was."""
    stopped = visit.house.work.stop(visit.person)
    question = visit.house.questions.take(visit.chat.id, visit.person)
    if question is not None:
        with suppress(TelegramError):  # somebody deleted it, or it is too old
            await visit.bot.delete_message(visit.chat.id, question.message_id)
    await visit.reply(talk.cancelled(visit.reader, stopped=stopped, asked=question is not None))


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [doors.command(CANCEL.name, cancel)]
