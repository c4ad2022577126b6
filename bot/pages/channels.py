"""What is said in private about a channel or a group, to whoever brought the bot there.

Decides which times and clocks are offered by buttons, and what their presses say; who is told when
is left to `bot.handlers`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.due import local_date, next_moment
from bot.pages.page import Page, Reader, excerpt, stack
from bot.store import ChatRecord

_CHAT = r"(?P<chat>-\d{1,16})"
_ZONE = r"(?P<zone>[A-Za-z0-9_+/-]{1,32})"
_TIME = r"(?P<time>[01]\d[0-5]\d|2[0-3][0-5]\d)"
AT = re.compile(rf"ct1:{_CHAT}:{_TIME}")
WHEN = re.compile(rf"cw1:{_CHAT}")
ZONES = re.compile(rf"cz1:{_CHAT}")
IN_ZONE = re.compile(rf"ci1:{_CHAT}:{_TIME}?:{_ZONE}")
NONE = re.compile(rf"cn1:{_CHAT}")
ABOUT = re.compile(rf"c[wtin]1:{_CHAT}(?::|\Z)")
"""Any of these: what a message with them is about. Buttons of several channels ask which."""

_TIMES = ("0700", "0800", "0900", "1200", "1800", "2100")
COMMON_ZONES = (
    "Asia/Shanghai",
    "Asia/Taipei",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Australia/Sydney",
)

_Rows = list[list[InlineKeyboardButton]]


def question(reader: Reader, chat: ChatRecord, now: datetime, *, new: bool = False) -> Page:
    """When the daily poem shall come, with common times to choose from."""
    say = reader.say
    text = say("channel.ask", title=chat.title, zone=say.zone(chat.zone, now))
    blocks = [say("channel.thanks", title=chat.title), "", text] if new else [text]
    return Page(stack(blocks), _times(reader, chat))


def zones(
    reader: Reader,
    chat: ChatRecord,
    now: datetime,
    *,
    unknown: str | None = None,
    nearest: Sequence[str] = (),
    at: time | None = None,
) -> Page:
    """Which clock the time is read by; `unknown` is what was read as none, `at` the time that is
    set together with it."""
    say = reader.say
    if unknown is None:
        text = say("channel.zones", title=chat.title)
    else:
        text = say("channel.zone_unknown", title=chat.title, words=excerpt(unknown))
    offered = [*nearest, *(zone for zone in COMMON_ZONES if zone not in nearest)]
    set_too = "" if at is None else f"{at:%H%M}"
    rows = _pairs(
        [(say.zone(zone, now), f"ci1:{chat.id}:{set_too}:{zone}") for zone in offered[:10]]
    )
    rows.append([_button(say.plain("channel.back"), f"cw1:{chat.id}")])
    return Page(text, InlineKeyboardMarkup(rows))


def which(reader: Reader, chats: Sequence[ChatRecord], at: time, zone: str | None) -> Page:
    """For which of several channels a time is meant."""
    rows = [
        [
            _button(
                chat.title or str(chat.id),
                f"ct1:{chat.id}:{at:%H%M}" if zone is None else f"ci1:{chat.id}:{at:%H%M}:{zone}",
            )
        ]
        for chat in chats
    ]
    return Page(reader.say("channel.which", time=reader.say.time(at)), InlineKeyboardMarkup(rows))


def settled(reader: Reader, chat: ChatRecord, now: datetime) -> Page:
    """When the poem comes to the channel from now on."""
    say = reader.say
    assert chat.daily_at is not None, "it was just set"
    zone = ZoneInfo(chat.zone)
    first = next_moment(chat.daily_at, zone, now)
    text = say(
        "channel.set",
        title=chat.title,
        time=say.time(chat.daily_at),
        zone=say.zone(chat.zone, now),
        date=say.date(local_date(zone, first)),
    )
    return Page(text, _more(reader, chat))


def declined(reader: Reader, chat: ChatRecord) -> Page:
    """Nothing is posted there."""
    say = reader.say
    again = [[_button(say.plain("channel.again"), f"cw1:{chat.id}")]]
    return Page(say("channel.declined", title=chat.title), InlineKeyboardMarkup(again))


def unread(reader: Reader, chat: ChatRecord, words: str) -> Page:
    """No time can be read from an answer."""
    text = reader.say("channel.time_unread", title=chat.title, words=excerpt(words))
    return Page(text, _times(reader, chat))


def not_there(reader: Reader, chat: ChatRecord) -> str:
    """To somebody who settles a chat that the bot is not in; without markup, so for notices too."""
    return reader.say.plain("channel.not_there", title=excerpt(chat.title))


def mute(reader: Reader, chat: ChatRecord) -> Page:
    """The bot was never given the right to post."""
    return Page(reader.say("channel.mute", title=chat.title))


def paused(reader: Reader, chat: ChatRecord) -> Page:
    """The right to post was taken away, or Telegram says that it was."""
    return Page(reader.say("channel.paused", title=chat.title))


def resumed(reader: Reader, chat: ChatRecord, now: datetime) -> Page:
    """The right to post is there again."""
    say = reader.say
    assert chat.daily_at is not None, "else there is nothing to resume"
    time, zone = say.time(chat.daily_at), say.zone(chat.zone, now)
    text = say("channel.resumed", title=chat.title, time=time, zone=zone)
    return Page(text, _more(reader, chat) if chat.kind == "channel" else None)


def topic_closed(reader: Reader, chat: ChatRecord) -> Page:
    """The topic of the daily poem takes nothing from the bot."""
    return Page(reader.say("topic.closed", title=chat.title))


def topic_gone(reader: Reader, chat: ChatRecord) -> Page:
    """The topic of the daily poem does not exist any more."""
    return Page(reader.say("topic.gone", title=chat.title))


def _times(reader: Reader, chat: ChatRecord) -> InlineKeyboardMarkup:
    say = reader.say
    buttons = [_button(f"{at[:2]}:{at[2:]}", f"ct1:{chat.id}:{at}") for at in _TIMES]
    return InlineKeyboardMarkup(
        [
            buttons[:3],
            buttons[3:],
            [
                _button(say.plain("channel.other_zone"), f"cz1:{chat.id}"),
                _button(say.plain("channel.no_daily"), f"cn1:{chat.id}"),
            ],
        ]
    )


def _more(reader: Reader, chat: ChatRecord) -> InlineKeyboardMarkup:
    say = reader.say
    return InlineKeyboardMarkup(
        [
            [
                _button(say.plain("channel.change"), f"cw1:{chat.id}"),
                _button(say.plain("channel.no_daily"), f"cn1:{chat.id}"),
            ]
        ]
    )


def _pairs(buttons: Sequence[tuple[str, str]]) -> _Rows:
    made = [_button(label, data) for label, data in buttons]
    return [made[i : i + 2] for i in range(0, len(made), 2)]


def _button(label: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=data)
