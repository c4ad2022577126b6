"""Patience with people who ask for more than can be answered.

Decides what a request costs whom, and how patience is asked for; who has asked too much is left to
`bot.fair_use`.
"""

from __future__ import annotations

from telegram import Update
from telegram.constants import ChatType

from bot.fair_use import PRESS, FairUse, Patience
from bot.handlers.visit import Visit, speaker
from bot.pages import talk
from bot.pages.page import Page
from bot.texts import escape


async def wanted(fair_use: FairUse, update: Update) -> Patience | None:
    """What is asked for instead of an answer. A press costs the person alone: many people press
    the stars below one post."""
    user, chat = speaker(update), update.effective_chat
    person = user.id if user else None
    if update.callback_query is not None:
        return await fair_use.ask(person, None, PRESS)
    among_others = chat is not None and chat.type != ChatType.PRIVATE
    return await fair_use.ask(person, chat.id if chat and among_others else None)


async def ask_for(patience: Patience, visit: Visit) -> None:
    """Asks kindly: each press gets its notice, a flood of messages one answer."""
    words = talk.patience(visit.reader.say, patience.seconds, of_chat=patience.of_chat)
    if visit.update.callback_query is not None:
        await visit.notice(words)
    elif patience.is_news:
        await visit.reply(Page(escape(words)))
