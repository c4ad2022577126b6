"""A message before it is sent, and who reads it.

Decides what every page is made of; what stands on one is left to the other modules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from telegram import ForceReply, InlineKeyboardMarkup

from bot.store import ChatRecord
from bot.texts import TRADITIONAL, Html, Localised, Texts, escape
from model.verse import Script, han_only, simplify, to_script

_LONGEST_EXCERPT = 40
_ENDS = re.compile("。$", re.MULTILINE)
_BETWEEN_LINES = str.maketrans("，。", "\u3000\u3000")


@dataclass(frozen=True)
class Page:
    """Text as Telegram's HTML, and what hangs below it."""

    text: Html
    markup: InlineKeyboardMarkup | ForceReply | None = None
    poems: tuple[str, ...] = ()
    """Public ids of the poems on it."""


@dataclass(frozen=True)
class Reader:
    """The language, script and punctuation of an answer."""

    say: Localised
    script: Script
    punctuated: bool = True

    @classmethod
    def of(cls, say: Localised, script: Script) -> Reader:
        """A reader of traditional Chinese reads verse in it, too."""
        return cls(say, Script.TRADITIONAL if say.tag == TRADITIONAL else script)

    @classmethod
    def in_chat(cls, texts: Texts, chat: ChatRecord, language_code: str | None = None) -> Reader:
        """As the chat has chosen; the language, where it has not, as the person's code says."""
        reader = cls.of(texts.for_language(chat.language, language_code), chat.script)
        return replace(reader, punctuated=chat.punctuated)

    def answering(self, words: str) -> Reader:
        """The reader of an answer to these words: who writes traditional characters reads them."""
        han = han_only(words)
        return self if simplify(han) == han else replace(self, script=Script.TRADITIONAL)

    def han(self, simplified: str) -> str:
        """Han characters as this reader reads them."""
        return to_script(simplified, self.script)

    def verse(self, text: str) -> str:
        """Verse as this reader reads it; without punctuation, a wide space parts two lines."""
        shown = self.han(text)
        return shown if self.punctuated else _ENDS.sub("", shown).translate(_BETWEEN_LINES)

    def quote(self, *verses: str, heads: bool = False) -> Html:
        """Verse, set off from all else; `heads` are printed bold."""
        text = str(escape(self.verse("\n".join(verses))))
        if heads:
            text = _with_heads(text)
        return Html(f"<blockquote>{text}</blockquote>")


def excerpt(words: str) -> str:
    """What a person wrote, to be repeated to them: all of it might not fit into a message."""
    return words if len(words) <= _LONGEST_EXCERPT else words[:_LONGEST_EXCERPT] + "…"


def unmarked(text: Html) -> str:
    """What is left of a text without values when Telegram has read its markup."""
    return re.sub("<[^>]+>", "", text)


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
