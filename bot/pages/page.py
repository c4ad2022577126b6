"""A message before it is sent, and who reads it.

Decides what every page is made of; what stands on one is left to the other modules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from telegram import ForceReply, InlineKeyboardMarkup

from bot.texts import TRADITIONAL, Html, Localised, escape
from model.verse import Script, to_script

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

    def han(self, simplified: str) -> str:
        """Han characters as this reader reads them."""
        return to_script(simplified, self.script)

    def quote(self, *verses: str) -> Html:
        """Verse, set off from all else."""
        return Html(f"<blockquote>{escape(self.han(chr(10).join(verses)))}</blockquote>")


def excerpt(words: str) -> str:
    """What a person wrote, to be repeated to them: all of it might not fit into a message."""
    return words if len(words) <= _LONGEST_EXCERPT else words[:_LONGEST_EXCERPT] + "…"


def stack(blocks: Iterable[str]) -> Html:
    """Blocks one below the other."""
    return Html("\n".join(blocks))
