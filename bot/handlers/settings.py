"""/settings: one message whose buttons change what a chat prefers.

Decides that each press asks anew whether the person may, and which page comes after a choice; what
a choice means is left to the use case.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import time
from enum import StrEnum
from typing import TypeVar

from telegram.error import TelegramError

from bot.access import Access, settings_access
from bot.cards import Theme
from bot.handlers import menus
from bot.handlers.commands import SETTINGS
from bot.handlers.doors import IN_PRIVATE, AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import daily
from bot.pages import settings as pages
from bot.pages.page import Page
from bot.store import ChatRecord, UnknownZone
from bot.texts import LANGUAGES
from bot.usecases import clocks
from model.verse import Form, Script

_Kind = TypeVar("_Kind", bound=StrEnum)
Choose = Callable[[Visit, str], Awaitable[ChatRecord]]


class _NoSuchChoice(Exception):
    """No button of ours says that."""


async def settings(visit: Visit) -> None:
    """Shows them to whoever may change them."""
    if (refusal := await _refusal(visit)) is not None:
        await visit.reply(refusal)
        return
    await visit.reply(pages.main(visit.reader, visit.chat, visit.house.services.clock()))


async def press(visit: Visit) -> None:
    """Opens a page, or makes a choice."""
    assert visit.data is not None
    if (refusal := await _refusal(visit)) is not None:
        await visit.notice(refusal.text, alert=True)
        return
    what, value = visit.data["what"], visit.data["value"]
    try:
        if value is not None:
            await _choose(visit, what, value)
        elif what in pages.MENUS:
            await visit.notice()
            await _open(visit, what, visit.chat)
        else:
            await _ACTIONS[what](visit)
    except (_NoSuchChoice, UnknownZone, KeyError):
        await visit.notice(visit.reader.say.plain("button.unknown"), alert=True)


async def city(visit: Visit) -> None:
    """The reply to the question for a city."""
    if (refusal := await _refusal(visit)) is not None:
        await visit.reply(refusal)
        return
    zone = clocks.read_zone(visit.words)
    if isinstance(zone, clocks.UnknownZone):
        await visit.reply(pages.no_such_city(visit.reader, zone))
        return
    changed = await visit.house.preferences.zone(visit.chat, zone)
    await visit.reply(pages.hours(visit.reader, changed, visit.house.services.clock()))


async def _refusal(visit: Visit) -> Page | None:
    access = await settings_access(visit.bot, visit.update)
    return None if access is Access.GRANTED else daily.no_access(visit.reader, access)


async def _choose(visit: Visit, what: str, value: str) -> None:
    changed = await _CHOICES[what](visit, value)
    reader = visit.reading(changed)
    await visit.notice(reader.say.plain("settings.saved"))
    await _open(visit, _AFTER.get(what, "main"), changed)


async def _open(visit: Visit, name: str, chat: ChatRecord) -> None:
    now = visit.house.services.clock()
    await visit.turn(pages.MENUS[name](visit.reading(chat), chat, now))


async def _language(visit: Visit, value: str) -> ChatRecord:
    if value not in (*LANGUAGES, pages.AUTO):
        raise _NoSuchChoice
    tag = None if value == pages.AUTO else value
    changed = await visit.house.preferences.language(visit.chat, tag)
    await menus.speak(visit.bot, visit.house.services, changed)
    return changed


async def _script(visit: Visit, value: str) -> ChatRecord:
    return await visit.house.preferences.script(visit.chat, _one_of(Script, value))


async def _form(visit: Visit, value: str) -> ChatRecord:
    form = None if value == pages.AUTO else _one_of(Form, value)
    return await visit.house.preferences.form(visit.chat, form)


async def _paper(visit: Visit, value: str) -> ChatRecord:
    theme = None if value == pages.AUTO else _one_of(Theme, value)
    return await visit.house.preferences.paper(visit.chat, theme)


async def _punctuation(visit: Visit, value: str) -> ChatRecord:
    return await visit.house.preferences.punctuated(visit.chat, on=_is_on(value))


async def _sound(visit: Visit, value: str) -> ChatRecord:
    return await visit.house.preferences.silent(visit.chat, on=not _is_on(value))


async def _zone(visit: Visit, value: str) -> ChatRecord:
    return await visit.house.preferences.zone(visit.chat, value)


async def _daily(visit: Visit, value: str) -> ChatRecord:
    at = None if value == pages.AUTO else _time(value)
    spoken, topic = visit.reader.say.tag, visit.thread_id
    return await visit.house.preferences.daily(visit.chat, at, spoken=spoken, thread_id=topic)


async def _ask_city(visit: Visit) -> None:
    if visit.chat.kind != "private":
        raise _NoSuchChoice
    await visit.notice()
    await visit.reply(pages.ask_city(visit.reader))


async def _done(visit: Visit) -> None:
    """Leaves what is settled, and in a channel nothing: its readers did not ask."""
    await visit.notice()
    if visit.in_channel and visit.pressed_id is not None:
        with suppress(TelegramError):
            await visit.bot.delete_message(visit.chat.id, visit.pressed_id)
        return
    await visit.turn(pages.summary(visit.reader, visit.chat, visit.house.services.clock()))


_CHOICES: Mapping[str, Choose] = {
    "language": _language,
    "script": _script,
    "form": _form,
    "punctuation": _punctuation,
    "daily": _daily,
    "zone": _zone,
    "sound": _sound,
    "paper": _paper,
}
_AFTER = {"daily": "daily", "zone": "daily"}
"""Of most choices one makes one, and is back; a time is hour, quarter and clock."""
_ACTIONS: Mapping[str, Callable[[Visit], Awaitable[None]]] = {"city": _ask_city, "done": _done}


def _one_of(kind: type[_Kind], value: str) -> _Kind:
    try:
        return kind(value)
    except ValueError:
        raise _NoSuchChoice from None


def _is_on(value: str) -> bool:
    if value not in ("on", "off"):
        raise _NoSuchChoice
    return value == "on"


def _time(value: str) -> time:
    if not re.fullmatch(r"([01]\d|2[0-3])[0-5]\d", value):
        raise _NoSuchChoice
    return time(int(value[:2]), int(value[2:]))


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.command(SETTINGS.name, settings),
        doors.button(pages.SETTING, press),
        doors.reply(pages.question_for_city, IN_PRIVATE, city),
    ]
