"""What happens when a handler fails.

Decides the reaction to each kind of error by one list; what an error of Telegram's means is left
to `bot.sending`.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from telegram import Bot, Update
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.handlers import inline_trouble
from bot.handlers.house import House
from bot.handlers.visit import speaker
from bot.handlers.work import StillAtWork, Stopped
from bot.inbox import Overtaken
from bot.pages import talk
from bot.pages.page import Page
from bot.poet import PoetUnavailable
from bot.sending import Fate, judge
from bot.texts import Localised, escape

_log = logging.getLogger(__name__)

Reaction = Callable[[House, Bot, object, BaseException], Coroutine[Any, Any, None]]


def _fate_is(*fates: Fate) -> Callable[[BaseException], bool]:
    return lambda error: isinstance(error, TelegramError) and judge(error).fate in fates


async def let_be(house: House, bot: Bot, update: object, error: BaseException) -> None:
    """Nothing is lost: there was nothing to do, or it was too late for it."""


async def say_why(house: House, bot: Bot, update: object, error: BaseException) -> None:
    """The chat takes no answer: tells a press in its notice, and a person in private."""
    assert isinstance(error, TelegramError)
    await note(house, bot, update, error)
    place = update.effective_chat if isinstance(update, Update) else None
    if not isinstance(update, Update) or place is None or place.type == ChatType.PRIVATE:
        return
    title, wait, user = place.title or "", math.ceil(judge(error).after), speaker(update)
    if update.callback_query is not None:
        await _tell(house, bot, update, lambda say: talk.unanswered(say, title, wait))
    elif user is not None:
        await house.confidant.explain(
            user.id, lambda reader: Page(escape(talk.unanswered(reader.say, title, wait)))
        )


async def note(house: House, bot: Bot, update: object, error: BaseException) -> None:  # noqa: ARG001
    """Telegram does not take our words, so there is no use in saying more."""
    _log.warning("Telegram did not take an answer: %s: %s", type(error).__name__, error)


async def stop(house: House, bot: Bot, update: object, error: BaseException) -> None:  # noqa: ARG001
    """/cancel has said so; a button only stops to look pressed."""
    if isinstance(update, Update) and update.callback_query is not None:
        with suppress(TelegramError):
            await bot.answer_callback_query(update.callback_query.id)


async def finish_first(house: House, bot: Bot, update: object, error: BaseException) -> None:  # noqa: ARG001
    """One request at a time."""
    await _tell(house, bot, update, lambda say: say.plain("work.still"))


async def ask_for_patience(house: House, bot: Bot, update: object, error: BaseException) -> None:
    """Tells why there is no verse, and when there may be."""
    assert isinstance(error, PoetUnavailable)
    _log.warning("no verse: %s", error)
    await _tell(house, bot, update, lambda say: talk.unavailable(say, error))


async def apologise(house: House, bot: Bot, update: object, error: BaseException) -> None:
    """Our fault: the whole story to the log, a line to the owner, a kind word to who asked."""
    _log.error("an update could not be handled", exc_info=error)
    await house.reports.tell(error)
    await _tell(house, bot, update, lambda say: say.plain("error.apology"))


REACTIONS: tuple[tuple[Callable[[BaseException], bool], Reaction], ...] = (
    (lambda error: isinstance(error, PoetUnavailable), ask_for_patience),
    (lambda error: isinstance(error, StillAtWork), finish_first),
    (lambda error: isinstance(error, Stopped), stop),
    (lambda error: isinstance(error, Overtaken), let_be),
    (_fate_is(Fate.UNCHANGED, Fate.NO_TOPIC), let_be),
    (_fate_is(Fate.DEAD, Fate.CLOSED, Fate.WAIT), say_why),
    (
        _fate_is(Fate.DEAD, Fate.NO_PICTURES, Fate.MIGRATED, Fate.WAIT, Fate.UNSENT, Fate.UNKNOWN),
        note,
    ),
    (lambda _: True, apologise),
)
"""The first whose predicate holds reacts."""


async def _tell(house: House, bot: Bot, update: object, words: Callable[[Localised], str]) -> None:
    """Says it where the update came from: as a notice to a press, else as a message."""
    if not isinstance(update, Update):
        return
    try:
        say = await _language(house, update)
        if update.effective_chat is None:
            await inline_trouble.tell(house, bot, update, say, words)
            return
        text = words(say)
        if update.callback_query is not None:
            await bot.answer_callback_query(update.callback_query.id, text, show_alert=True)
            return
        message = update.effective_message
        among_others = message and update.effective_chat.type != ChatType.PRIVATE
        await house.sending.send(
            update.effective_chat.id,
            Page(escape(text)),
            thread_id=message.message_thread_id if message and message.is_topic_message else None,
            reply_to=message.message_id if message and among_others else None,
        )
    except TelegramError as failure:
        _log.warning("nothing could be said about it: %s", failure)


async def _language(house: House, update: Update) -> Localised:
    """The language of the chat, or of the person if the store is what fails."""
    texts, user = house.services.texts, speaker(update)
    chosen = None
    place = update.effective_chat or user
    if place is not None:
        try:
            chat = await house.services.store.chats.get(place.id)
            chosen = chat.language if chat else None
        except Exception:
            _log.exception("the chat's language cannot be read")
    return texts.for_language(chosen, user.language_code if user else None)


def setup(house: House) -> Callable[[object, Any], Coroutine[Any, Any, None]]:
    """The error handler of an Application."""

    async def react(update: object, context: Any) -> None:
        error: BaseException = context.error
        for applies, reaction in REACTIONS:
            if applies(error):
                await reaction(house, context.bot, update, error)
                return

    return react
