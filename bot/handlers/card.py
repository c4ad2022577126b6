"""The card of a verse, and the papers below it.

Decides that a button is answered last, so that it can tell why no card came; what stands on a card
is left to `bot.pages.card`, its way to the chat to the pictures.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from telegram import InlineKeyboardMarkup, InputMediaPhoto, Message
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.access import Access, settings_access
from bot.cards import Theme, UndrawableCharacters
from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import buttons, daily
from bot.pages import card as pages
from bot.pages.page import Page
from bot.sending import Fate, judge
from bot.texts import Html
from bot.usecases.card import OnCard

_log = logging.getLogger(__name__)

Show = Callable[[bytes | str, InlineKeyboardMarkup], Awaitable[Message]]
"""Puts a picture and its buttons before people."""


async def card(visit: Visit) -> None:
    """Sends the verse as a picture, in reply to it."""

    async def send(picture: bytes | str, markup: InlineKeyboardMarkup) -> Message:
        return await visit.house.sending.send_picture(
            visit.chat.id,
            picture,
            Page(Html(""), markup, (_poem(visit),)),
            thread_id=visit.thread_id,
            reply_to=visit.pressed_id,
        )

    await _answer(visit, visit.chat.card_theme, send)


async def repaint(visit: Visit) -> None:
    """Shows the card on another paper, in its place."""
    assert visit.data is not None
    message, wanted = visit.pressed, Theme(visit.data["paper"])
    if message is None or not message.photo:  # too old to be edited, or no card of ours
        await card(visit)
        return
    if pages.shown_in(message.reply_markup) is wanted:
        await visit.notice(pages.shown_already(visit.reader.say, wanted))
        return

    async def turn(picture: bytes | str, markup: InlineKeyboardMarkup) -> Message:
        turned = await visit.house.sending.persist(
            lambda: visit.bot.edit_message_media(
                InputMediaPhoto(picture), message.chat_id, message.message_id, reply_markup=markup
            )
        )
        assert isinstance(turned, Message), "only inline messages are not shown again"
        return turned

    await _answer(visit, wanted, turn)


async def settle(visit: Visit) -> None:
    """Makes the paper the chat's own, for cards and daily poems, or leaves it to each verse."""
    assert visit.data is not None
    reader, shown = visit.reader, Theme(visit.data["paper"])
    access = await settings_access(visit.bot, visit.update)
    if access is not Access.GRANTED:
        await visit.notice(daily.no_access(reader, access).text, alert=True)
        return
    chosen = shown if visit.data["usual"] == "on" else None
    await visit.house.services.store.chats.set_card_theme(visit.chat.id, chosen)
    await visit.notice(pages.usual_set(reader.say, chosen))
    message, papers = visit.pressed, pages.papers(reader.say, _poem(visit), shown, chosen)
    if message is None:
        return
    try:
        await visit.house.sending.persist(
            lambda: visit.bot.edit_message_reply_markup(
                message.chat_id, message.message_id, reply_markup=papers
            )
        )
    except TelegramError as error:
        if judge(error).fate is not Fate.UNCHANGED:
            raise


async def _answer(visit: Visit, chosen: str | None, show: Show) -> None:
    await visit.notice(await _painted(visit, chosen, show), alert=True)


async def _painted(visit: Visit, chosen: str | None, show: Show) -> str:
    """Shows the verse on that paper; says why it does not."""
    reader = visit.reader
    if visit.in_channel:
        return reader.say.plain("button.in_channel")
    shown = await visit.house.card(visit.asker, _poem(visit))
    if shown is None:
        return reader.say.plain("top.gone")
    try:
        async with visit.working(ChatAction.UPLOAD_PHOTO):
            await _show(visit, shown, chosen, show)
    except UndrawableCharacters as error:
        return pages.undrawable(reader, error.characters)
    except TelegramError as error:
        fate = judge(error).fate
        if fate is Fate.PERMANENT:
            raise
        if fate is Fate.UNCHANGED:
            return ""
        _log.info("a card is not shown: %s", error)
        return pages.unsent(
            reader.say, forbidden=fate in (Fate.DEAD, Fate.CLOSED, Fate.NO_PICTURES)
        )
    return ""


async def _show(visit: Visit, shown: OnCard, chosen: str | None, show: Show) -> None:
    request = pages.card(visit.reader, shown, visit.bot.username, chosen)
    papers = pages.papers(visit.reader.say, _poem(visit), request.theme, visit.chat.card_theme)
    await visit.house.pictures.give(request, lambda picture: show(picture, papers))


def _poem(visit: Visit) -> str:
    assert visit.data is not None
    return visit.data["poem"]


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.button(buttons.CARD, card),
        doors.button(pages.PAPER, repaint),
        doors.button(pages.USUAL, settle),
    ]
