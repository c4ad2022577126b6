"""What was learnt of a chat's taste, in words and bars.

Decides what is called sure, and how many things are worth naming; what is learnt is left to
`bot.taste`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.cards.chart import Bar
from bot.pages.page import Page, Reader, stack
from bot.pages.verse import FORMS
from bot.taste import Liking
from bot.texts import Html
from bot.usecases.taste import Learnt
from model.verse import Form

TASTE = re.compile(r"k1:(?P<what>on|off|reset)")

_SURE = 0.95
_LIKELY = 0.8
_NAMED = 5
_BARS = 8
_NAMES: Mapping[str, str] = {
    **{form.value: FORMS[form] for form in Form},
    "spring": "taste.spring",
    "summer": "taste.summer",
    "autumn": "taste.autumn",
    "winter": "taste.winter",
    "moon": "taste.moon",
    "mountains": "taste.mountains",
    "rivers": "taste.rivers",
    "rain": "taste.rain",
    "flowers": "taste.flowers",
    "trees": "taste.trees",
    "birds": "taste.birds",
    "wine": "taste.wine",
    "friends": "taste.friends",
    "parting": "taste.parting",
    "home": "taste.home",
    "temple": "taste.temple",
    "frontier": "taste.frontier",
    "court": "taste.court",
    "fields": "taste.fields",
    "night": "taste.night",
    "immortals": "taste.immortals",
    "books": "taste.books",
    "sorrow": "taste.sorrow",
    "joy": "taste.joy",
    "regulated": "taste.regulated",
}


def off(reader: Reader) -> Page:
    """What would be learnt, and a button to agree."""
    say = reader.say
    return Page(stack([say("taste.title"), "", say("taste.off")]), _buttons(reader, "on"))


def learnt(reader: Reader, found: Learnt) -> Page:
    """What is believed, surest first; a question mark stands where it is but likely."""
    say = reader.say
    if not found.ratings:
        lines: list[Html | str] = [say("taste.nothing_yet")]
    else:
        lines = [say("taste.from", n=found.ratings)]
        liked = _named(reader, found.liking, liked=True)
        disliked = _named(reader, found.liking, liked=False)
        if liked:
            lines.append(say("taste.likes", things=liked))
        if disliked:
            lines.append(say("taste.dislikes", things=disliked))
        lines.append(say("taste.question_mark") if liked or disliked else say("taste.unsure"))
    lines += ["", say("taste.explores")]
    return Page(stack([say("taste.title"), "", *lines]), _buttons(reader, "reset", "off"))


def bars(reader: Reader, found: Learnt) -> list[Bar]:
    """What is most liked and disliked, the most liked first."""
    marked = sorted(found.liking.items(), key=lambda item: -abs(item[1].liked - 0.5))[:_BARS]
    marked.sort(key=lambda item: -item[1].stars)
    return [Bar(_name(reader, name), like.stars, like.deviation) for name, like in marked]


def _named(reader: Reader, liking: Mapping[str, Liking], *, liked: bool) -> str:
    def surety(like: Liking) -> float:
        return like.liked if liked else 1 - like.liked

    found = [(name, surety(like)) for name, like in liking.items() if surety(like) >= _LIKELY]
    found.sort(key=lambda item: -item[1])
    mark = reader.say.plain("taste.mark")
    return reader.say.all(
        [_name(reader, name) + ("" if sure >= _SURE else mark) for name, sure in found[:_NAMED]]
    )


def _name(reader: Reader, name: str) -> str:
    return reader.say.plain(_NAMES[name])


def _buttons(reader: Reader, *what: str) -> InlineKeyboardMarkup:
    names = {
        "on": reader.say.plain("taste.turn_on"),
        "off": reader.say.plain("taste.turn_off"),
        "reset": reader.say.plain("taste.reset"),
    }
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(names[one], callback_data=f"k1:{one}") for one in what]]
    )
