"""`/poem` and its like: a verse from random numbers, in a form and on a theme if so wished.

Decides which wishes are passed on to the poet, and among how many verses a chat's taste may choose;
how words become a wish is left to `bot.usecases.wish`, and how the verse looks to the pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.poet import PoetClient, PoetRefused
from bot.store import PoemRecord, Store
from bot.usecases.asker import Asker, keep
from bot.usecases.form_choice import FormChoice
from bot.usecases.refusals import FormUnknown, FormUnwritten, Refusal, read_refusal
from bot.usecases.taste import Taste
from bot.usecases.wish import read_wish
from model.service.protocol import ComposeRequest
from model.verse import Form

MAX_THEME = 4
"""Characters that the poet weaves into a verse."""
OFFERED = 8
"""Verses among which a chat's taste chooses; a worker has such ready."""
OFFERED_ON_A_THEME = 3
"""Of a theme, where each has to be composed while somebody waits."""


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

    def __init__(self, store: Store, poet: PoetClient, forms: FormChoice, taste: Taste) -> None:
        self._store = store
        self._poet = poet
        self._forms = forms
        self._taste = taste

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
        theme = wish.characters or None
        if not wish.forms and asker.form is None and await self._taste.agreed(asker.chat_id):
            return await self._chosen(asker, await self._forms.offered(), theme)
        form = await self._forms.choose(wish.forms, asker.form)
        if isinstance(form, FormUnknown):
            return form
        return await self.verse(asker, form, theme)

    async def verse(self, asker: Asker, form: Form, theme: str | None) -> Composed | Refusal:
        """A verse of that form."""
        if await self._taste.agreed(asker.chat_id):
            return await self._chosen(asker, [form], theme)
        return await self._best(asker, [form], theme, 1)

    async def _chosen(
        self, asker: Asker, forms: Sequence[Form], theme: str | None
    ) -> Composed | Refusal:
        """The verse that the chat's taste chooses; a form that was not asked for is part of it."""
        if theme is not None:
            return await self._best(asker, [self._forms.draw(forms)], theme, OFFERED_ON_A_THEME)
        return await self._best(asker, forms, None, OFFERED // len(forms))

    async def _best(
        self, asker: Asker, forms: Sequence[Form], theme: str | None, of_each: int
    ) -> Composed | Refusal:
        """It asks for no seed: a worker may have verses ready."""
        requests = [ComposeRequest(form=form, theme=theme, count=of_each) for form in forms]
        try:
            answers = await asyncio.gather(*map(self._poet.compose, requests))
        except PoetRefused as error:
            return read_refusal(error, forms[0])
        model = answers[0].model
        verses = [verse for answer in answers if answer.model == model for verse in answer.verses]
        chosen = 0
        if asker.chat_id is not None and len(verses) > 1:
            chosen = await self._taste.pick(asker.chat_id, verses, model)
        poem = await keep(self._store, verses[chosen], model, asker, command="poem", words=theme)
        return Composed(poem)
