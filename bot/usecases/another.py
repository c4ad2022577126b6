"""The button that asks for another: a verse like the one that somebody has before them.

Decides what it has in common with the first, form, theme and heads; how it is composed is left to
the use cases that composed the first.
"""

from __future__ import annotations

from bot.store import Store
from bot.usecases.acrostic import COMMAND, Acrostic, Spelled, heads_of
from bot.usecases.asker import Asker, find, heard, words_for
from bot.usecases.compose import MAX_THEME, Compose, Composed
from bot.usecases.refusals import Refusal
from model.verse import han_only


class Another:
    """Composes another verse like a kept one."""

    def __init__(self, store: Store, compose: Compose, acrostic: Acrostic) -> None:
        self._store = store
        self._compose = compose
        self._acrostic = acrostic

    async def __call__(self, asker: Asker, public_id: str) -> Composed | Spelled | Refusal | None:
        """None if the first is not to be seen here, for then its words are not to be heard here
        either. A person's line is no theme: of verse that grew from one, the form alone counts, as
        it does where the theme is not the asker's to know."""
        poem = await find(self._store, public_id, asker)
        if poem is None:
            return None
        if poem.command == COMMAND:
            # Of several stanzas a link shows one, and its reader knows the heads of that one.
            heads = han_only(poem.seed_text or "") if heard(poem, asker) else heads_of(poem)
            return await self._acrostic.spell(asker, poem.form, heads)
        words = han_only(words_for(poem, asker))
        theme = words if 0 < len(words) <= MAX_THEME else None
        return await self._compose.verse(asker, poem.form, theme)
