"""A message before it is sent, and who reads it.

Decides what every page is made of; what stands on one is left to the other modules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from telegram import ForceReply, InlineKeyboardMarkup

from bot.texts import TRADITIONAL, Html, Localised, escape
from model.verse import Script, han_only, simplify, to_script

_LONGEST_EXCERPT = 40


@dataclass(frozen=True)
class Page:
    """Text as Telegram's HTML, and what hangs below it."""

    text: Html
    markup: InlineKeyboardMarkup | ForceReply | None = None
    poems: tuple[str, ...] = ()
    """Public ids of the poems on it."""


@dataclass(frozen=True)
class Reader:
    """The language and the script of an answer."""

    say: Localised
    script: Script

    @classmethod
    def of(cls, say: Localised, script: Script) -> Reader:
        """A reader of traditional Chinese reads verse in it, too."""
        return cls(say, Script.TRADITIONAL if say.tag == TRADITIONAL else script)

    def answering(self, words: str) -> Reader:
        """The reader of an answer to these words: who writes traditional characters reads them."""
        han = han_only(words)
        return self if simplify(han) == han else Reader(self.say, Script.TRADITIONAL)

    def han(self, simplified: str) -> str:
        """Han characters as this reader reads them."""
        return to_script(simplified, self.script)

    def quote(self, *verses: str, heads: bool = False) -> Html:
        """Verse, set off from all else; `heads` are printed bold."""
        text = str(escape(self.han("\n".join(verses))))
        if heads:
            text = _with_heads(text)
        return Html(f"<blockquote>{text}</blockquote>")


def excerpt(words: str) -> str:
    """What a person wrote, to be repeated to them: all of it might not fit into a message."""
    return words if len(words) <= _LONGEST_EXCERPT else words[:_LONGEST_EXCERPT] + "…"


def stack(blocks: Iterable[str]) -> Html:
    """Blocks one below the other."""
    return Html("\n".join(blocks))


def _with_heads(text: str) -> str:
    """The first character of each line bold: a Han character that follows none."""
    before = " " + text
    return "".join(
        f"<b>{character}</b>" if han_only(character) and not han_only(last) else character
        for last, character in zip(before, text, strict=False)
    )
