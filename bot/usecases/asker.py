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
    """A person in a chat; `user_id` is None where a channel or an anonymous admin speaks,
    `chat_id` where they send verse from a chat that nobody tells us of."""

    user_id: int | None
    chat_id: int | None
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
    """Keeps a verse; one that holds a person's words is never shown to strangers unasked."""
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
            regular=verse.tones.regular,
            user_id=asker.user_id,
            chat_id=asker.chat_id,
            public=words is None,
        )
    )


async def find(store: Store, public_id: str, asker: Asker) -> PoemRecord | None:
    """A kept verse, if the asker may see it here.

    One that grew from random numbers alone is everybody's. One that holds somebody's words is seen
    in the chat in which they were said, in private by whoever said or keeps it, and by whoever has
    its link as long as its maker shares it.
    """
    poem = await store.poems.get(public_id)
    if poem is None or poem.public or poem.shared:
        return poem
    if asker.chat_id is not None and poem.chat_id == asker.chat_id:
        return poem
    if asker.user_id is None or asker.user_id != asker.chat_id:
        return None
    theirs = poem.user_id == asker.user_id
    return poem if theirs or await store.favourites.has(asker.user_id, public_id) else None


def heard(poem: PoemRecord, asker: Asker) -> bool:
    """Whether the asker knows the words that a verse was made from: they were said in this chat, or
    by whoever asks in private."""
    if asker.chat_id is not None and poem.chat_id == asker.chat_id:
        return True
    alone = asker.user_id is not None and asker.user_id == asker.chat_id
    return alone and poem.user_id == asker.user_id


def words_for(poem: PoemRecord, asker: Asker) -> str:
    """The words that a verse was made from; to those who did not hear them, as far as they stand in
    the verse anyway."""
    words = poem.seed_text or ""
    return words if heard(poem, asker) or words in poem.text else ""
