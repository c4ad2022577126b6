"""Who asks for verse, and how a verse that was made for them is kept.

Decides what the store remembers of the making; which verse it is, is left to the use cases.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.store import NewPoem, PoemRecord, Store
from model.service.protocol import VerseAnswer


@dataclass(frozen=True)
class Asker:
    """A person in a chat; `user_id` is None where a channel or an anonymous admin speaks."""

    user_id: int | None
    chat_id: int


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
