"""Reactions to the bot's messages, as ratings.

Decides how many stars an emoji stands for, once for everybody; that a pressed star goes before it,
and how the nameless readers of channels count, is left to the store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.store import Store

_BY_STARS: Mapping[int, str] = {
    5: "❤ 🔥 ❤‍🔥 👏 🎉 🤩 😍 🥰 😘 💘 💯 🏆 🙏 ⚡ 🍾",
    4: "👍 👌 🤗 😇 😎 🫡 🤝 🆒 🕊 ✍",
    3: "🤔 😐 🤷 🤷‍♂ 🤷‍♀",
    2: "🥱 😴 🤨",
    1: "👎 💩 🤮 🤬 😡 🖕 🤡",
}
STARS: Mapping[str, int] = {
    emoji: stars for stars, written in _BY_STARS.items() for emoji in written.split()
}
"""What leaves no doubt. Tears and laughter may praise a verse or not: they, all that is not here,
custom emoji, and paid stars, of which one person gives thousands, are no rating."""

_VARIATION = "\ufe0f"
"""An emoji comes with this or without it, and is the same."""


class Reactions:
    """Takes what people think by emoji."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of_person(
        self,
        chat_id: int,
        message_id: int,
        user_id: int,
        language_code: str | None,
        emoji: Iterable[str],
    ) -> str | None:
        """Hears all reactions that a person has on a message now; the public id of its poem, or
        None where they rate nothing.

        If none is left, a rating that came by reaction is taken back, and no other.
        """
        public_id = await self._store.deliveries.shown(chat_id, message_id)
        if public_id is None:
            return None
        stars = stars_of(emoji)
        if stars is not None:
            await self._store.users.ensure(user_id, language_code)
        summary = await self._store.ratings.react(user_id, public_id, stars)
        return None if summary is None else public_id

    async def of_readers(
        self, chat_id: int, message_id: int, totals: Mapping[str, int], told_at: datetime
    ) -> str | None:
        """Hears the totals of a post's nameless reactions at a moment, by emoji; likewise."""
        public_id = await self._store.deliveries.shown(chat_id, message_id)
        if public_id is None:
            return None
        counts: Counter[int] = Counter()
        for emoji, number in totals.items():
            stars = stars_of([emoji])
            if stars is not None:
                counts[stars] += number
        summary = await self._store.ratings.count_reactions(
            chat_id, message_id, public_id, counts, told_at
        )
        return None if summary is None else public_id


def stars_of(emoji: Iterable[str]) -> int | None:
    """What one person's reactions say together, the mean of them; None if they are no rating."""
    plain = [one.replace(_VARIATION, "") for one in emoji]
    stars = [STARS[one] for one in plain if one in STARS]
    return (2 * sum(stars) + len(stars)) // (2 * len(stars)) if stars else None
