"""Buttons, and what their presses say.

Decides the callback data: versioned, ids only, at most 64 bytes; and how ratings look below a
message. What a press does is left to the handlers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.store import RatingSummary
from bot.texts import ENGLISH, SIMPLIFIED, TRADITIONAL, Localised
from bot.usecases.top import Span

RATE = re.compile(r"r1:(?P<poem>[A-Za-z0-9_-]{12}):(?P<stars>[1-5])")
OPINIONS = re.compile(r"a1:(?P<poem>[A-Za-z0-9_-]{12})")
ANOTHER = re.compile(r"n1:(?P<poem>[A-Za-z0-9_-]{12})")
CARD = re.compile(r"c1:(?P<poem>[A-Za-z0-9_-]{12})")
OPEN = re.compile(r"p1:(?P<poem>[A-Za-z0-9_-]{12})")
TOP = re.compile(r"t1:(?P<span>week|all)")
LANGUAGE = re.compile(r"l1:(?P<tag>en|zh-Hans|zh-Hant)")
FORGET = re.compile(r"f1:(?P<user>\d{1,16}):(?P<answer>yes|no)")

NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩"
LANGUAGE_NAMES = {ENGLISH: "English", SIMPLIFIED: "简体中文", TRADITIONAL: "繁體中文"}

Row = list[InlineKeyboardButton]


def rating(
    say: Localised, rated: Mapping[str, RatingSummary | None], others: Sequence[Row] = ()
) -> InlineKeyboardMarkup:
    """Stars for each poem, by public id, and `others` below them.

    The average of a single poem has a row of its own; of several, it stands beside the number.
    """
    rows: list[Row] = []
    if len(rated) == 1:
        ((poem, summary),) = rated.items()
        rows.append(_stars(poem))
        if summary is not None and summary.mean is not None:
            average = say.plain("rating.button", n=summary.count, mean=say.number(summary.mean))
            rows.append([_button(average, f"a1:{poem}")])
    else:
        for number, (poem, summary) in zip(NUMBERS, rated.items(), strict=False):
            mean = None if summary is None else summary.mean
            label = number if mean is None else f"{number} {say.number(mean)}"
            rows.append([_button(label, f"a1:{poem}"), *_stars(poem)])
    return InlineKeyboardMarkup([*rows, *others])


def rated_in(markup: InlineKeyboardMarkup | None) -> tuple[list[str], list[Row]]:
    """The poems that a keyboard rates, in order, and its rows that rate nothing."""
    poems: dict[str, None] = {}
    others: list[Row] = []
    for row in markup.inline_keyboard if markup else ():
        data = [str(button.callback_data) for button in row]
        found = [match for text in data if (match := RATE.fullmatch(text))]
        poems |= {match["poem"]: None for match in found}
        if not found and not any(OPINIONS.fullmatch(text) for text in data):
            others.append(list(row))
    return list(poems), others


def more(say: Localised, poem: str, *, card: bool = True) -> Row:
    """What else can be had of a verse; a card shows one that stands alone."""
    row = [_button(say.plain("another.button"), f"n1:{poem}")]
    return [*row, _button(say.plain("card.button"), f"c1:{poem}")] if card else row


def numbered(poems: Sequence[str]) -> list[Row]:
    """A number for each poem of a list, five in a row."""
    buttons = [_button(str(rank), f"p1:{poem}") for rank, poem in enumerate(poems, start=1)]
    return [buttons[i : i + 5] for i in range(0, len(buttons), 5)]


def spans(say: Localised, shown: Span) -> Row:
    """The other spans of /top beside the one that is shown."""
    names = {Span.WEEK: say.plain("top.week"), Span.ALL: say.plain("top.all")}
    return [
        _button(f"· {name} ·" if span is shown else name, f"t1:{span}")
        for span, name in names.items()
    ]


def languages() -> InlineKeyboardMarkup:
    """Each language by its own name."""
    return InlineKeyboardMarkup(
        [[_button(name, f"l1:{tag}") for tag, name in LANGUAGE_NAMES.items()]]
    )


def forget(say: Localised, user_id: int) -> InlineKeyboardMarkup:
    """The second step of /forget, for this person only."""
    return InlineKeyboardMarkup(
        [
            [
                _button(say.plain("forget.yes"), f"f1:{user_id}:yes"),
                _button(say.plain("forget.no"), f"f1:{user_id}:no"),
            ]
        ]
    )


def _stars(poem: str) -> Row:
    return [_button(f"★{stars}", f"r1:{poem}:{stars}") for stars in range(1, 6)]


def _button(label: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=data)
