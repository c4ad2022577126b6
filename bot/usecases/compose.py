"""`/poem` and its like: a verse from random numbers, in a form and on a theme if so wished.

Decides which wishes are passed on to the poet; how words become a wish is left to
`bot.usecases.wish`, and how the verse looks to the pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.poet import PoetClient, PoetRefused
from bot.store import PoemRecord, Store
from bot.usecases.asker import Asker, keep
from bot.usecases.form_choice import FormChoice
from bot.usecases.refusals import FormUnknown, FormUnwritten, Refusal, read_refusal
from bot.usecases.wish import read_wish
from model.service.protocol import ComposeRequest
from model.verse import Form

MAX_THEME = 4
"""Characters that the poet weaves into a verse."""


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

    def __init__(self, store: Store, poet: PoetClient, forms: FormChoice) -> None:
        self._store = store
        self._poet = poet
        self._forms = forms

    async def __call__(
        self, asker: Asker, words: str
    ) -> Composed | ThemeTooLong | WordsUnread | Refusal:
        """`words` name a form and a theme in any order, or nothing."""
        wish = read_wish(words)
        if wish.unwritten:
            return FormUnwritten(wish.unwritten, await self._forms.offered())
        if wish.unread:
            return WordsUnread(wish.unread)
        if len(wish.characters) > MAX_THEME:
            return ThemeTooLong(wish.characters)
        form = await self._forms.choose(wish.forms, asker.form)
        if isinstance(form, FormUnknown):
            return form
        return await self.verse(asker, form, wish.characters or None)

    async def verse(self, asker: Asker, form: Form, theme: str | None) -> Composed | Refusal:
        """A verse of that form. It asks for no seed: a worker may have one ready."""
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
