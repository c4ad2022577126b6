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
from bot.usecases.collections import Leaf
from bot.usecases.top import Span

RATE = re.compile(r"r1:(?P<poem>[A-Za-z0-9_-]{12}):(?P<stars>[1-5])")
OPINIONS = re.compile(r"a1:(?P<poem>[A-Za-z0-9_-]{12})")
ANOTHER = re.compile(r"n1:(?P<poem>[A-Za-z0-9_-]{12})")
CARD = re.compile(r"c1:(?P<poem>[A-Za-z0-9_-]{12})")
VARY = re.compile(r"y1:(?P<poem>[A-Za-z0-9_-]{12})")
PROSODY = re.compile(r"g1:(?P<poem>[A-Za-z0-9_-]{12})")
KEEP = re.compile(r"k1:(?P<poem>[A-Za-z0-9_-]{12}):(?P<wanted>on|off)")
SHARE = re.compile(r"h1:(?P<poem>[A-Za-z0-9_-]{12}):(?P<step>ask|yes|no)")
SHOW = re.compile(r"s1:(?P<poem>[A-Za-z0-9_-]{12})")
"""In the place of the message; OPEN shows a verse below it."""
OPEN = re.compile(r"p1:(?P<poem>[A-Za-z0-9_-]{12})")
TOP = re.compile(r"t1:(?P<span>week|month|all)")
LEAF = re.compile(r"b1:(?P<collection>kept|mine):(?P<page>\d{1,5}):(?P<mode>open|weed)")
WEED = re.compile(
    r"x1:(?P<collection>kept|mine):(?P<page>\d{1,5}):(?P<poem>[A-Za-z0-9_-]{12}):(?P<step>ask|yes)"
)
LANGUAGE = re.compile(r"l1:(?P<tag>en|zh-Hans|zh-Hant)")
TRY = re.compile(r"h1:(?P<command>[a-z]{1,16})")
FORGET = re.compile(r"f1:(?P<user>\d{1,16}):(?P<answer>yes|no)")

NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩"
LANGUAGE_NAMES = {ENGLISH: "English", SIMPLIFIED: "简体中文", TRADITIONAL: "繁體中文"}

Row = list[InlineKeyboardButton]


def rating(
    say: Localised, rated: Mapping[str, RatingSummary | None], others: Sequence[Row] = ()
) -> InlineKeyboardMarkup:
    """Stars for each poem, by public id, and `others` below them.

    The average of a single poem has a row of its own; of several, it stands beside the number,
    which opens the poem.
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
            rows.append([_button(label, f"p1:{poem}"), *_stars(poem)])
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


def below(
    say: Localised,
    poem: str,
    *,
    kept: bool = False,
    original: str | None = None,
    explained: bool = False,
) -> list[Row]:
    """What else can be had of a verse that stands alone; `original` is what it is a variation of,
    and `explained` whether its prosody is shown now.

    `kept` is for the eyes of one person: among several, nobody reads there what another keeps.
    """
    if original is None:
        first = another(say, poem)
    else:
        first = _button(say.plain("vary.back"), f"s1:{original}")
    if explained:
        prosody = _button(say.plain("prosody.back"), f"s1:{poem}")
    else:
        prosody = _button(say.plain("prosody.button"), f"g1:{poem}")
    return [
        [first, _button(say.plain("vary.button"), f"y1:{poem}"), prosody],
        [
            keeping(say, poem, kept=kept),
            _button(say.plain("share.button"), f"h1:{poem}:ask"),
            _button(say.plain("card.button"), f"c1:{poem}"),
        ],
    ]


def another(say: Localised, poem: str) -> InlineKeyboardButton:
    """Asks for one like it."""
    return _button(say.plain("another.button"), f"n1:{poem}")


def keeping(say: Localised, poem: str, *, kept: bool) -> InlineKeyboardButton:
    """A heart, full where the verse is kept. The data say what is wanted, so that a press that
    comes twice does not undo itself."""
    if kept:
        return _button(say.plain("keep.kept"), f"k1:{poem}:off")
    return _button(say.plain("keep.button"), f"k1:{poem}:on")


def with_heart(
    say: Localised, markup: InlineKeyboardMarkup, poem: str, *, kept: bool
) -> InlineKeyboardMarkup:
    """The same keyboard, with the heart of that poem full or empty."""
    return InlineKeyboardMarkup(
        [
            [
                keeping(say, poem, kept=kept)
                if (found := KEEP.fullmatch(str(button.callback_data))) and found["poem"] == poem
                else button
                for button in row
            ]
            for row in markup.inline_keyboard
        ]
    )


def back(say: Localised, poem: str) -> Row:
    """From what was put in its place back to the verse."""
    return [_button(say.plain("share.back"), f"s1:{poem}")]


def allow_sharing(say: Localised, poem: str) -> Row:
    """Whether others may read it, for its maker to say."""
    yes = _button(say.plain("share.yes"), f"h1:{poem}:yes")
    return [yes, _button(say.plain("share.back"), f"s1:{poem}")]


def stop_sharing(say: Localised, poem: str) -> Row:
    """Takes that back."""
    return [_button(say.plain("share.no"), f"h1:{poem}:no")]


def numbered(poems: Sequence[str]) -> list[Row]:
    """A number for each poem of a list, five in a row."""
    buttons = [_button(str(rank), f"p1:{poem}") for rank, poem in enumerate(poems, start=1)]
    return [buttons[i : i + 5] for i in range(0, len(buttons), 5)]


def spans(say: Localised, shown: Span) -> Row:
    """The other spans of /top beside the one that is shown."""
    names = {
        Span.WEEK: say.plain("top.week"),
        Span.MONTH: say.plain("top.month"),
        Span.ALL: say.plain("top.all"),
    }
    return [
        _button(f"· {name} ·" if span is shown else name, f"t1:{span}")
        for span, name in names.items()
    ]


def leaf(say: Localised, shown: Leaf, *, weeding: bool) -> InlineKeyboardMarkup:
    """The numbers of a page, the ways to the next ones, and the way to removing and back."""
    place = f"{shown.collection}:{shown.page}"
    numbers = [
        _button(f"✕ {rank}", f"x1:{place}:{poem.public_id}:ask")
        if weeding
        else _button(str(rank), f"p1:{poem.public_id}")
        for rank, poem in enumerate(shown.poems, start=shown.first)
    ]
    mode = "weed" if weeding else "open"
    turns: Row = []
    if shown.page > 1:
        turns.append(_button("‹", f"b1:{shown.collection}:{shown.page - 1}:{mode}"))
    if shown.page < shown.pages:
        turns.append(_button("›", f"b1:{shown.collection}:{shown.page + 1}:{mode}"))
    if weeding:
        turns.append(_button(say.plain("collection.done"), f"b1:{place}:open"))
    elif numbers:
        turns.append(_button(say.plain("collection.weed"), f"b1:{place}:weed"))
    return InlineKeyboardMarkup([row for row in (numbers, turns) if row])


def weed(say: Localised, shown: Leaf, poem: str) -> InlineKeyboardMarkup:
    """Whether removing is meant."""
    place = f"{shown.collection}:{shown.page}"
    return InlineKeyboardMarkup(
        [
            [
                _button(say.plain("collection.yes"), f"x1:{place}:{poem}:yes"),
                _button(say.plain("collection.no"), f"b1:{place}:weed"),
            ]
        ]
    )


def leading(say: Localised, link: str) -> InlineKeyboardMarkup:
    """The way into the private chat."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(say.plain("link.go"), url=link)]])


def languages() -> InlineKeyboardMarkup:
    """Each language by its own name."""
    return InlineKeyboardMarkup(
        [[_button(name, f"l1:{tag}") for tag, name in LANGUAGE_NAMES.items()]]
    )


def tries(commands: Sequence[str]) -> list[Row]:
    """A button for each command that does what its example asks for."""
    row = [_button(f"▶ /{command}", f"h1:{command}") for command in commands]
    return [row[i : i + 3] for i in range(0, len(row), 3)]


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
