"""Cards, and what is said where there is none.

Decides the title, the signature and the paper of a card; how it is painted is left to `bot.cards`.
"""

from __future__ import annotations

from bot.cards import CardRequest, Theme
from bot.pages.page import Reader
from bot.texts import Localised
from bot.usecases.card import OnCard
from model.verse import Verse

_SIGNATURE = "七步 @{username}"
_MOODS = {
    Theme.NIGHT: "月夜夕暮宵星烛灯梦",
    Theme.AUTUMN: "秋霜枫菊雁蝉落萧寒塞",
    Theme.BAMBOO: "竹春柳草绿翠碧青燕莺",
}


def card(reader: Reader, shown: OnCard, username: str) -> CardRequest:
    """The card of a verse, signed by the bot."""
    verse = Verse.parse(shown.poem.text)
    day = shown.day
    return CardRequest(
        lines=tuple(reader.han(line) for line in verse.lines),
        theme=paper(verse.characters),
        title=None if day is None else reader.say.plain("card.title", date=reader.say.date(day)),
        signature=_SIGNATURE.format(username=username),
    )


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
