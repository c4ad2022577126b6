"""/couplet, and the reply to its question.

Decides how a reply is known for one, after a restart too: by the question it replies to. What the
characters mean is left to the use case.
"""

from __future__ import annotations

from telegram import Message
from telegram.ext import filters

from bot.handlers.commands import COUPLET
from bot.handlers.doors import SAID, AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import couplet as pages
from bot.pages.page import Page, Reader
from bot.texts import LANGUAGES, Texts
from bot.usecases.couplet import NothingGiven, is_traditional
from model.verse import Script


async def couplet(visit: Visit) -> None:
    """Answers characters, or asks for them."""
    await answer(visit, visit.words)


async def answer(visit: Visit, words: str) -> None:
    """Answers characters in the script they are written in."""
    reader = visit.reader
    if is_traditional(words):
        reader = Reader(reader.say, Script.TRADITIONAL)
    if words:
        await visit.typing()
    outcome = await visit.house.couplet(visit.asker, words)
    if isinstance(outcome, NothingGiven) and visit.user_id is None:
        # Nobody whose reply field could be opened: a channel takes no such question at all.
        await visit.reply(Page(reader.say("couplet.how")))
        return
    await visit.reply(pages.answer(reader, outcome))


async def reply(visit: Visit) -> None:
    """Answers what was replied to the question; other replies are not for us."""
    message = visit.update.effective_message
    texts = visit.house.services.texts
    if message is None or not replies_to_question(message, texts):
        return
    await answer(visit, visit.words)


def replies_to_question(message: Message, texts: Texts) -> bool:
    """Whether this is a reply to our question, in whichever language it was asked."""
    asked = message.reply_to_message
    if asked is None or asked.from_user is None or asked.from_user.id != message.get_bot().id:
        return False
    return asked.text in {
        pages.question(Reader.of(texts.for_language(tag), Script.SIMPLIFIED)) for tag in LANGUAGES
    }


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    in_groups = SAID & filters.ChatType.GROUPS & filters.REPLY & filters.TEXT
    return [
        doors.command(COUPLET.name, couplet),
        doors.message(in_groups, reply),
    ]
