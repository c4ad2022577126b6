"""Who asks for verse, how a verse that was made for them is kept, and who sees it again.

Decides what the store remembers of the making; which verse it is, is left to the use cases.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.store import NewPoem, PoemRecord, Store
from model.service.protocol import VerseAnswer
from model.verse import Form


@dataclass(frozen=True)
class Asker:
    """A person in a chat; `user_id` is None where a channel or an anonymous admin speaks."""

    user_id: int | None
    chat_id: int
    form: Form | None = None
    """What the chat would rather have, where nobody names a form."""


async def keep(
    store: Store,
    verse: VerseAnswer,
    model: str,
    asker: Asker,
    *,
    command: str,
    words: str | None = None,
) -> PoemRecord:
    """Keeps a verse; one that holds a person's words is never shown to strangers."""
    return await store.poems.add(
        NewPoem(
            text=verse.text,
            form=verse.form,
            command=command,
            seed_text=words,
            model=model,
            seed=verse.seed,
            latent=tuple(verse.latent),
            score=verse.score,
            user_id=asker.user_id,
            chat_id=asker.chat_id,
            public=words is None,
        )
    )


async def find(store: Store, public_id: str, chat_id: int) -> PoemRecord | None:
    """A kept verse, unless it is gone or holds words that were said in another chat."""
    poem = await store.poems.get(public_id)
    return poem if poem is not None and (poem.public or poem.chat_id == chat_id) else None
