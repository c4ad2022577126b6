"""Pages about the daily poem's settings, and about the chats it goes to.

Decides how a time, a zone and what to write next are told; the poem itself is left to
`bot.pages.verse`.
"""

from __future__ import annotations

from datetime import datetime

from bot.access import Access
from bot.pages.page import Page, Reader, excerpt
from bot.store import ChatRecord
from bot.texts import Html
from bot.usecases.clocks import UnknownZone
from bot.usecases.subscribe import Subscribed, Subscription, TimeUnread, Unsubscribed


def settings(
    reader: Reader,
    outcome: Subscription | Subscribed | Unsubscribed | TimeUnread | UnknownZone,
    now: datetime,
) -> Page:
    """The answer to /daily."""
    say = reader.say
    match outcome:
        case Subscription(chat):
            return Page(_state(reader, chat, now))
        case Subscribed(chat):
            assert chat.daily_at is not None, "it was just set"
            zone = say.zone(chat.zone, now)
            return Page(say("daily.set", time=say.time(chat.daily_at), zone=zone))
        case Unsubscribed(had):
            return Page(say("daily.stopped") if had else say("daily.was_off"))
        case TimeUnread(words):
            return Page(say("daily.time_unread", words=excerpt(words)))
        case UnknownZone(words, nearest) if nearest:
            known = say.either(nearest)
            return Page(say("daily.zone_nearest", words=excerpt(words), nearest=known))
        case UnknownZone(words):
            return Page(say("daily.zone_unknown", words=excerpt(words)))


def _state(reader: Reader, chat: ChatRecord, now: datetime) -> Html:
    say = reader.say
    zone = say.zone(chat.zone, now)
    if chat.daily_at is None:
        return say("daily.none", zone=zone)
    return say("daily.on", time=say.time(chat.daily_at), zone=zone)


def no_access(reader: Reader, access: Access) -> Page:
    """Why somebody may not change a setting."""
    say = reader.say
    match access:
        case Access.NAMELESS:
            return Page(say("access.nameless"))
        case Access.UNSEEN:
            return Page(say("access.unseen"))
    return Page(say("access.denied"))
