"""What only the owner of the bot sees: a poem before its day, and how the bot is doing.

Decides the words and the buttons; who the owner is, is left to the handlers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.pages import talk
from bot.pages.page import Page, Reader, stack
from bot.pages.verse import of_the_day
from bot.poet import PoetUnavailable
from bot.store import DeliveryState
from bot.texts import Html, Localised
from bot.usecases.preview import Previewed
from bot.usecases.stats import Report, Worker

DECIDE = re.compile(
    r"ov1:(?P<day>\d{4}-\d\d-\d\d):(?P<poem>[A-Za-z0-9_-]{12}):(?P<answer>keep|another)"
)

_STATES: Mapping[DeliveryState, str] = {
    "claimed": "stats.claimed",
    "sending": "stats.sending",
    "sent": "stats.sent",
    "retry": "stats.retry",
    "unknown": "stats.unknown",
    "dead": "stats.dead",
}


def preview(reader: Reader, seen: Previewed) -> Page:
    """The poem as it will be posted, and whether another shall be chosen."""
    say = reader.say
    blocks = [say("preview.title"), "", of_the_day(reader, seen.poem, seen.day).text]
    if seen.posts:
        blocks += ["", say("preview.posts", n=seen.posts)]
    data = f"ov1:{seen.day:%Y-%m-%d}:{seen.poem.public_id}"
    row = [
        InlineKeyboardButton(say.plain("preview.keep"), callback_data=f"{data}:keep"),
        InlineKeyboardButton(say.plain("preview.another"), callback_data=f"{data}:another"),
    ]
    return Page(stack(blocks), InlineKeyboardMarkup([row]))


def kept(say: Localised, day: date) -> str:
    """The notice when a poem is to stay."""
    return say.plain("preview.kept", date=say.date(day))


def stats(reader: Reader, found: Report) -> Page:
    """The answer to /stats."""
    say, census = reader.say, found.census
    return Page(
        stack(
            [
                say("stats.title", uptime=say.duration(found.uptime)),
                "",
                say(
                    "stats.chats",
                    private=f"{census.chats['private']:,}",
                    groups=f"{census.chats['group'] + census.chats['supergroup']:,}",
                    channels=f"{census.chats['channel']:,}",
                    away=f"{census.away:,}",
                ),
                say("stats.dailies", number=f"{census.dailies:,}"),
                say("stats.poems", number=f"{census.poems:,}", withheld=f"{census.withheld:,}"),
                say("stats.ratings", number=f"{census.ratings:,}"),
                "",
                say("stats.posts", date=say.date(found.day)),
                _posts(say, found),
                *_outlook(say, found),
                "",
                *_worker(say, found.worker),
            ]
        )
    )


def _posts(say: Localised, found: Report) -> Html:
    """Only states that some post is in, for most are rare."""
    posts = [
        say("stats.state", state=say.plain(_STATES[state]), number=f"{number:,}")
        for state, number in found.census.posts.items()
        if number
    ]
    return Html(" · ".join(posts)) if posts else say("stats.no_posts")


def _outlook(say: Localised, found: Report) -> list[Html]:
    outlook = found.outlook
    if outlook is None:
        return []
    left, at = f"{outlook.left:,}", say.time(outlook.done_at.time())
    rate = say.number(outlook.per_second)
    return [say("stats.outlook", left=left, rate=rate, time=at)]


def _worker(say: Localised, worker: Worker | PoetUnavailable) -> list[Html]:
    if isinstance(worker, PoetUnavailable):
        return [say("stats.no_worker", why=talk.unavailable(say, worker))]
    model, load = worker.model, worker.load
    return [
        say("stats.model", model=model.model, device=model.device),
        say("stats.load", waiting=load.waiting, writing=load.writing, ahead=load.ahead),
    ]
