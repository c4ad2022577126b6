"""`/acrostic`: 藏头, verse whose lines begin with given characters.

Decides how many verses, and of which form, spell the heads: two a couplet, four a quatrain, more
several of one kind. How they look is left to the pages.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from bot.poet import PoetClient, PoetRefused
from bot.store import PoemRecord, Store
from bot.usecases.asker import Asker, keep
from bot.usecases.form_choice import FormChoice, in_order
from bot.usecases.refusals import FormUnknown, FormUnwritten, Refusal, read_refusal
from bot.usecases.wish import read_heads
from model.service.protocol import ComposeRequest
from model.verse import Form, Verse

MAX_HEADS = 12
"""Lines that fit a message, and a person's patience."""
PATIENCE = 30.0
"""Seconds for all of them."""
COMMAND = "acrostic"
"""How the store knows such verse; its `seed_text` are the heads of all its stanzas."""


@dataclass(frozen=True)
class NoHeads:
    """The command stood alone."""


@dataclass(frozen=True)
class HeadsUnread:
    """There are words, and no Chinese character in them."""


@dataclass(frozen=True)
class HeadsOdd:
    """So many that one line would have no other; a single one, too."""

    heads: str


@dataclass(frozen=True)
class HeadsTooMany:
    """More than MAX_HEADS."""

    heads: str


@dataclass(frozen=True)
class HeadsUnfit:
    """Quatrains were asked for, and the heads make no whole ones."""

    heads: str


@dataclass(frozen=True)
class Spelled:
    """Verses of one form whose heads spell the word."""

    heads: str
    stanzas: tuple[PoemRecord, ...]


AcrosticOutcome = HeadsUnread | HeadsOdd | HeadsTooMany | HeadsUnfit | Spelled | Refusal


class Acrostic:
    """Composes verse to heads."""

    def __init__(self, store: Store, poet: PoetClient, forms: FormChoice) -> None:
        self._store = store
        self._poet = poet
        self._forms = forms

    async def __call__(self, asker: Asker, words: str) -> AcrosticOutcome | NoHeads:
        """`words` are the heads, and name a form if so wished."""
        wish = read_heads(words)
        heads = wish.characters
        if not heads:
            return HeadsUnread() if wish.unread else NoHeads()
        if wish.unwritten:
            return FormUnwritten(wish.unwritten, await self._forms.offered())
        if len(heads) > MAX_HEADS:
            return HeadsTooMany(heads)
        if len(heads) % 2:
            return HeadsOdd(heads)
        form = self._form(heads, wish.forms, await self._forms.offered(), asker.form)
        return await self.spell(asker, form, heads) if isinstance(form, Form) else form

    async def spell(self, asker: Asker, form: Form, heads: str) -> Spelled | Refusal:
        """The heads must be those of whole verses of the form."""
        ends = time.monotonic() + PATIENCE
        verses = []
        for start in range(0, len(heads), form.line_count):
            # One after the other: between two stanzas the worker has time for other people.
            part = heads[start : start + form.line_count]
            request = ComposeRequest(form=form, acrostic=part)
            try:
                answer = await self._poet.compose(request, deadline=ends - time.monotonic())
            except PoetRefused as error:
                return read_refusal(error, form)
            verses.append((answer.verses[0], answer.model))
        stanzas = [
            await keep(self._store, verse, model, asker, command=COMMAND, words=heads)
            for verse, model in verses
        ]
        return Spelled(heads, tuple(stanzas))

    def _form(
        self,
        heads: str,
        wished: frozenset[Form],
        offered: tuple[Form, ...],
        preferred: Form | None,
    ) -> Form | FormUnknown | HeadsUnfit:
        """The preferred form if the heads fit it, else the one that needs the fewest verses, by
        chance where two need the same."""
        among = [form for form in offered if form in wished or not wished]
        if not among:
            return FormUnknown(in_order(wished), offered)
        fitting = [form for form in among if len(heads) % form.line_count == 0]
        if not fitting:
            return HeadsUnfit(heads)
        if preferred in fitting:
            return preferred
        longest = max(form.line_count for form in fitting)
        return self._forms.draw([form for form in fitting if form.line_count == longest])


def heads_of(poem: PoemRecord) -> str:
    """The first characters of its lines."""
    return "".join(line[0] for line in Verse.parse(poem.text).lines)
