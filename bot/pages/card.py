"""Cards, the buttons below them, and what is said where there is none.

Decides the title, the signature and the paper of a card; how it is painted is left to `bot.cards`.
"""

from __future__ import annotations

import re

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.cards import CardRequest, Theme
from bot.pages.page import Reader
from bot.texts import Localised
from bot.usecases.card import OnCard
from model.verse import Verse

_SIGNATURE = "七步 @{username}"
_MOODS = {
    Theme.NIGHT: "月夜宵星烛灯梦漏眠",
    Theme.AUTUMN: "秋霜枫菊雁蝉落萧寒塞夕暮斜残阳",
    Theme.BAMBOO: "竹春柳草绿翠碧青燕莺花桃荷苔茶",
}


PAPER = re.compile(r"cp1:(?P<poem>[A-Za-z0-9_-]{12}):(?P<paper>xuan|night|bamboo|autumn)")
"""Shows the card on another paper."""
USUAL = re.compile(
    r"cu1:(?P<poem>[A-Za-z0-9_-]{12}):(?P<paper>xuan|night|bamboo|autumn):(?P<usual>on|off)"
)
"""Makes the paper that is shown the chat's own, or leaves the choice to each verse again."""

PAPER_NAMES = {
    Theme.XUAN: "paper.xuan",
    Theme.NIGHT: "paper.night",
    Theme.BAMBOO: "paper.bamboo",
    Theme.AUTUMN: "paper.autumn",
}


def card(reader: Reader, shown: OnCard, username: str, chosen: str | None = None) -> CardRequest:
    """The card of a verse, signed by the bot, on the chosen paper or on one that suits it."""
    verse = Verse.parse(shown.poem.text)
    day = shown.day
    return CardRequest(
        lines=tuple(reader.han(line) for line in verse.lines),
        theme=Theme(chosen) if chosen in set(Theme) else paper(verse.characters),
        title=None if day is None else reader.say.plain("card.title", date=reader.say.date(day)),
        signature=_SIGNATURE.format(username=username),
    )


def papers(say: Localised, poem: str, shown: Theme, usual: str | None) -> InlineKeyboardMarkup:
    """The four papers, with the one that is shown marked, and whether it is the chat's own."""
    row = [
        InlineKeyboardButton(
            f"· {name} ·" if theme is shown else name, callback_data=f"cp1:{poem}:{theme}"
        )
        for theme, name in ((theme, say.plain(key)) for theme, key in PAPER_NAMES.items())
    ]
    is_usual = usual == shown
    button = InlineKeyboardButton(
        say.plain("card.by_verse") if is_usual else say.plain("card.always"),
        callback_data=f"cu1:{poem}:{shown}:{'off' if is_usual else 'on'}",
    )
    return InlineKeyboardMarkup([row, [button]])


def shown_in(markup: InlineKeyboardMarkup | None) -> Theme | None:
    """The paper that such a keyboard says is shown."""
    data = (str(b.callback_data) for row in (markup.inline_keyboard if markup else ()) for b in row)
    found = next((match for text in data if (match := USUAL.fullmatch(text))), None)
    return Theme(found["paper"]) if found else None


def usual_set(say: Localised, chosen: Theme | None) -> str:
    """The notice when a chat has its own paper, or none any more."""
    if chosen is None:
        return say.plain("card.usual_none")
    return say.plain("card.usual_set", paper=say.plain(PAPER_NAMES[chosen]))


def shown_already(say: Localised, shown: Theme) -> str:
    """The notice when the paper is pressed that is there."""
    return say.plain("card.shown", paper=say.plain(PAPER_NAMES[shown]))


def paper(characters: str) -> Theme:
    """The paper for the mood that most characters of a verse, simplified, speak of."""
    found = {
        theme: sum(characters.count(word) for word in words) for theme, words in _MOODS.items()
    }
    theme = max(found, key=lambda theme: found[theme])
    return theme if found[theme] else Theme.XUAN


def undrawable(reader: Reader, characters: str) -> str:
    """The notice about characters, in the reader's script, that no face has."""
    return reader.say.plain("card.undrawable", characters=characters)


def unsent(say: Localised, *, forbidden: bool) -> str:
    """The notice about a card that did not arrive."""
    return say.plain("card.forbidden") if forbidden else say.plain("card.unsent")
