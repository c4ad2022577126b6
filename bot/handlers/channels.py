"""Settling the daily poem of a channel, in private: buttons, and answers in words.

Decides that each change asks anew whether the person may, and for which channel words are meant;
what they mean is left to the use case.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import time

from telegram import InlineKeyboardMarkup, Message
from telegram.error import Forbidden

from bot.access import Access, access_of
from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import channels as pages
from bot.pages import daily
from bot.pages.page import Page
from bot.store import ChatRecord, UnknownZone
from bot.texts import escape
from bot.usecases.channels import Answer, ZoneUnread, read_answer


async def ask_when(visit: Visit) -> None:
    """Asks for a time."""
    await _change(visit, _question(visit))


async def ask_zone(visit: Visit) -> None:
    """Asks for a clock."""
    now = visit.house.services.clock()

    async def zones(chat: ChatRecord) -> Page:
        return pages.zones(visit.reader, chat, now)

    await _change(visit, zones)


async def set_time(visit: Visit) -> None:
    """Takes a time."""
    assert visit.data is not None
    await _change(visit, _settle(visit, _time(visit.data["time"]), None))


async def set_zone(visit: Visit) -> None:
    """Takes a clock, and the time that was said with it."""
    assert visit.data is not None
    zone = visit.data["zone"]
    if visit.data["time"]:
        await _change(visit, _settle(visit, _time(visit.data["time"]), zone))
        return

    async def change(chat: ChatRecord) -> Page:
        changed = await visit.house.channels.set_zone(chat, zone)
        return await _question(visit)(changed)

    await _change(visit, change)


async def decline(visit: Visit) -> None:
    """No poem there."""

    async def change(chat: ChatRecord) -> Page:
        return pages.declined(visit.reader, await visit.house.channels.decline(chat))

    await _change(visit, change)


async def ask_unsettled(visit: Visit) -> None:
    """Asks about channels whose adder could not be told before."""
    if visit.user_id is None or visit.chat.kind != "private":
        return
    for chat in (await visit.house.channels.unsettled(visit.user_id))[:3]:
        now = visit.house.services.clock()
        await visit.reply(pages.question(visit.reader, chat, now, new=True))


async def hear(visit: Visit) -> bool:
    """Takes words in private that settle a channel; whether they do.

    A reply to a question is for its channel, a bare time for the one that waits.
    """
    if visit.user_id is None:
        return False
    message = visit.update.message
    replied = _asked(message.reply_to_message) if message else None
    said = read_answer(visit.words)
    if replied is not None:
        chat = await visit.house.services.store.chats.get(replied)
        if chat is None:
            return False
        await _answer(visit, chat, said)
        return True
    if not isinstance(said, Answer):
        return False
    waiting = await visit.house.channels.unsettled(visit.user_id)
    if len(waiting) > 1:
        await visit.reply(pages.which(visit.reader, waiting, said.at, said.zone))
    elif waiting:
        await _answer(visit, waiting[0], said)
    return bool(waiting)


async def _answer(visit: Visit, chat: ChatRecord, said: Answer | ZoneUnread | None) -> None:
    refusal = await _refusal(visit, chat)
    if refusal is not None:
        await visit.reply(Page(escape(refusal)))
        return
    match said:
        case Answer(at, zone):
            page = await _settle(visit, at, zone)(chat)
        case ZoneUnread(at, unknown):
            now, nearest = visit.house.services.clock(), unknown.nearest
            page = pages.zones(
                visit.reader, chat, now, unknown=unknown.words, nearest=nearest, at=at
            )
        case None:
            page = pages.unread(visit.reader, chat, visit.words)
    await visit.reply(page)


async def _change(visit: Visit, change: Callable[[ChatRecord], Awaitable[Page]]) -> None:
    """Changes the channel that a button is about, if it and the right to are still there."""
    assert visit.data is not None
    chat = await visit.house.services.store.chats.get(int(visit.data["chat"]))
    if chat is None:
        await visit.notice(visit.reader.say.plain("button.unknown"), alert=True)
        return
    refusal = await _refusal(visit, chat)
    if refusal is not None:
        await visit.notice(refusal, alert=True)
        return
    try:
        page = await change(chat)
    except UnknownZone:  # no button of ours has it
        await visit.notice(visit.reader.say.plain("button.unknown"), alert=True)
        return
    await visit.notice()
    await visit.turn(page)


async def _refusal(visit: Visit, chat: ChatRecord) -> str | None:
    """Why this person may not settle this chat now."""
    assert visit.user_id is not None, "only people answer"
    try:
        access = await access_of(visit.bot, chat.id, chat.kind, visit.user_id)
    except Forbidden:
        return pages.not_there(visit.reader, chat)
    return None if access is Access.GRANTED else daily.no_access(visit.reader, access).text


def _settle(visit: Visit, at: time, zone: str | None) -> Callable[[ChatRecord], Awaitable[Page]]:
    async def change(chat: ChatRecord) -> Page:
        assert visit.user_id is not None, "only people answer"
        changed = await visit.house.channels.settle(chat, visit.user_id, at, zone)
        return pages.settled(visit.reader, changed, visit.house.services.clock())

    return change


def _question(visit: Visit) -> Callable[[ChatRecord], Awaitable[Page]]:
    async def ask(chat: ChatRecord) -> Page:
        return pages.question(visit.reader, chat, visit.house.services.clock())

    return ask


def _asked(message: Message | None) -> int | None:
    """The chat that a question of ours is about, by its buttons: so it is known after a restart."""
    markup = message.reply_markup if message else None
    if not isinstance(markup, InlineKeyboardMarkup):
        return None
    data = [str(button.callback_data) for row in markup.inline_keyboard for button in row]
    found = {match["chat"] for text in data if (match := pages.ABOUT.match(text))}
    return int(found.pop()) if len(found) == 1 else None


def _time(digits: str) -> time:
    return time(int(digits[:2]), int(digits[2:]))


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.button(pages.WHEN, ask_when),
        doors.button(pages.AT, set_time),
        doors.button(pages.ZONES, ask_zone),
        doors.button(pages.IN_ZONE, set_zone),
        doors.button(pages.NONE, decline),
    ]
