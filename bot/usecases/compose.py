"""`/poem` and its like: a verse from random numbers, in a form and on a theme if so wished.

Decides how a person's words are read as a wish; what the poet makes of it is the poet's, and how
the verse looks is left to the pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.poet import PoetClient, PoetRefused
from bot.store import PoemRecord, Store
from bot.usecases.asker import Asker, find, keep
from bot.usecases.refusals import Refusal, read_refusal
from bot.usecases.words import FILLERS, FORMS, LONG_NAMES, THEMES
from model.service.protocol import ComposeRequest
from model.verse import Form, han_only, simplify

MAX_THEME = 4
"""Characters that the poet weaves into a verse."""

_AROUND_THEME = re.compile(r"^(?:请?[写作来]?一[首副联]|关于|以)+|(?:为题)?的?诗?$")
_BETWEEN_WORDS = re.compile(r"[\s,，.。、;；:：!！?？·/+\-—~～《》「」“”\"'（）()]+")


@dataclass(frozen=True)
class Wish:
    """What somebody wants to read; `unread` are words that mean nothing here."""

    form: Form | None
    theme: str
    unread: str


@dataclass(frozen=True)
class Composed:
    """A new verse."""

    poem: PoemRecord


@dataclass(frozen=True)
class ThemeTooLong:
    """More characters than a verse can carry as its theme."""

    theme: str


@dataclass(frozen=True)
class WordsUnread:
    """Words that are neither a form nor a theme."""

    words: str


class Compose:
    """Composes one verse at a wish."""

    def __init__(self, store: Store, poet: PoetClient) -> None:
        self._store = store
        self._poet = poet

    async def __call__(
        self, asker: Asker, words: str
    ) -> Composed | ThemeTooLong | WordsUnread | Refusal:
        """`words` name a form and a theme in any order, or nothing."""
        wish = read_wish(words)
        if wish.unread:
            return WordsUnread(wish.unread)
        if len(wish.theme) > MAX_THEME:
            return ThemeTooLong(wish.theme)
        return await self._compose(asker, wish.form or Form.COUPLET5, wish.theme or None)

    async def again(self, asker: Asker, public_id: str) -> Composed | Refusal | None:
        """Another verse of the same form, on the same theme; None if the first is not to be seen
        here, for then its theme is not to be heard here either."""
        poem = await find(self._store, public_id, asker.chat_id)
        if poem is None:
            return None
        theme = han_only(poem.seed_text or "")
        return await self._compose(asker, poem.form, theme if 0 < len(theme) <= MAX_THEME else None)

    async def _compose(self, asker: Asker, form: Form, theme: str | None) -> Composed | Refusal:
        try:
            answer = await self._poet.compose(ComposeRequest(form=form, theme=theme))
        except PoetRefused as error:
            return read_refusal(error, form)
        poem = await keep(
            self._store,
            answer.verses[0],
            answer.model,
            asker,
            command="poem",
            words=theme,
        )
        return Composed(poem)


def read_wish(words: str) -> Wish:
    """Reads forms and themes by any of their names, in any order and script."""
    form: Form | None = None
    theme: list[str] = []
    unread: list[str] = []
    for word in filter(None, _BETWEEN_WORDS.split(simplify(words).casefold())):
        if word in FILLERS:
            continue
        named, rest = _form_in(word)
        form = form or named
        if han := han_only(rest):
            theme.append(_AROUND_THEME.sub("", han))
        elif rest in THEMES:
            theme.append(THEMES[rest])
        elif rest:
            unread.append(rest)
    return Wish(form, "".join(theme), " ".join(unread))


def _form_in(word: str) -> tuple[Form | None, str]:
    """The form a word names, and what is left of the word: 五绝 of 秋天的五绝, leaving 秋天."""
    if word in FORMS:
        return FORMS[word], ""
    for name in LONG_NAMES:
        if word.startswith(name):
            return FORMS[name], word.removeprefix(name)
        if word.endswith(name):
            return FORMS[name], word.removesuffix(name)
    return None, word
