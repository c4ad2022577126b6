"""What Qibu knows of a person: handed over, and forgotten.

Decides how the file is laid out that holds all of it, and that forgetting is done at once and for
good; asking whether it is meant is left to the handlers, what exactly goes to the store.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from bot.store import ChatRecord, Forgotten, Store, Trace
from bot.taste import Liking
from bot.usecases.taste import Learnt, Taste

FORMAT = 1
"""The version of the file's layout."""


class Account:
    """A person's trace in the store."""

    def __init__(self, store: Store, taste: Taste) -> None:
        self._store = store
        self._taste = taste

    async def forget(self, user_id: int) -> Forgotten:
        """Removes ratings, name, and every verse with the person's words in it."""
        return await self._store.users.forget(user_id)

    async def export(self, user_id: int) -> bytes:
        """Everything that is kept of a person, as JSON in UTF-8; an empty trace of somebody
        unknown."""
        trace = await self._store.traces.of(user_id)
        content: dict[str, Any] = {"format": FORMAT, "person": {"id": user_id}}
        if trace is not None:
            content |= _content(trace)
            content |= {"taste": _taste(trace, await self._taste.of(user_id))}
        return await asyncio.to_thread(_file, content)


def _file(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2, default=_plain).encode()


def _content(trace: Trace) -> dict[str, Any]:
    return {
        "person": {
            "id": trace.user_id,
            "language_code": trace.language_code,
            "met_at": trace.met_at,
        },
        "chats": [_chat(own.chat, trace.user_id) | {"met_at": own.met_at} for own in trace.chats],
        "verses": [
            {
                "id": own.poem.public_id,
                "text": own.poem.text,
                "form": own.poem.form,
                "made_by": own.poem.command,
                "your_words": own.poem.seed_text,
                "variation_of": own.original,
                "distance": own.poem.distance,
                "from_random_numbers_alone": own.poem.public,
                "shared": own.poem.shared,
                "shown_to_nobody_else": own.poem.withheld,
                "regular": own.poem.regular,
                "made_at": own.poem.created_at,
                "chat": own.poem.chat_id,
                "model": own.poem.model,
                "seed": own.poem.seed,
                "score": own.poem.score,
                # On one row: hundreds of them would bury the rest.
                "latent": " ".join(f"{number:.4f}" for number in own.poem.latent),
            }
            for own in trace.poems
        ],
        "ratings": [
            {
                "verse": rating.public_id,
                "text": rating.text,
                "stars": rating.stars,
                "given_by": rating.origin,
                "at": rating.changed_at,
            }
            for rating in trace.ratings
        ],
        "kept": [
            {"verse": kept.public_id, "text": kept.text, "at": kept.kept_at}
            for kept in trace.favourites
        ],
        "sent_to_you": [
            {
                "verse": sent.public_id,
                "message": sent.message_id,
                "daily_of": sent.local_date,
                "state": sent.state,
                "why": sent.why,
                "at": sent.changed_at,
            }
            for sent in trace.deliveries
        ],
        "not_answered_yet": [json.loads(update) for update in trace.waiting],
    }


def _taste(trace: Trace, learnt: Learnt | None) -> dict[str, Any]:
    return {
        "agreed_at": trace.taste_agreed_at,
        "learnt_in_private": {} if learnt is None else learnt.liking,
        "learnt_from": [
            {
                "chat": rating.chat_id,
                "verse": rating.public_id,
                "stars": rating.stars,
                "at": rating.changed_at,
            }
            for rating in trace.taste_ratings
        ],
    }


def _chat(chat: ChatRecord, user_id: int) -> dict[str, Any]:
    """A private chat is the person's own; another one was added by them, and has a title."""
    return {key: value for key, value in asdict(chat).items() if key != "added_by"} | {
        "added_by_you": chat.added_by == user_id
    }


def _plain(value: object) -> str | dict[str, float]:
    """What JSON has no kind of its own for."""
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Liking):
        return {"stars": value.stars, "deviation": value.deviation}
    raise TypeError(f"{type(value).__name__} is not laid out")
