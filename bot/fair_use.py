"""Fair use: how much one person and one chat may ask at once.

Decides who is served, who is asked for patience, and who has been asked already and hears nothing
until they have rested; it is all forgotten with the process. What is said, and that a press always
gets its notice, is left to the handlers.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from dataclasses import dataclass, field

from aiolimiter import AsyncLimiter

from bot.settings import Allowance

REMEMBERED = 4096
"""People and chats remembered, of each the latest: of more, those rest whom nobody remembers."""
REST = 1 / 3
"""Who has asked too much rests until so much of the allowance is there again."""
PRESS = 0.5
"""What a button costs of a request: most change what is there already."""


@dataclass(frozen=True)
class Patience:
    """What is asked of somebody who asks too much."""

    seconds: int
    is_news: bool
    """Whether they are told for the first time; the rest of a flood is passed over."""
    of_chat: bool = False
    """Whether all of a chat together asked too much, and not one person."""


@dataclass
class _Bucket:
    limiter: AsyncLimiter
    rests_until: float = field(default=-math.inf)


class FairUse:
    """Counts what people and chats ask for, against an allowance; None is as much as they like."""

    def __init__(
        self,
        person: Allowance | None,
        chat: Allowance | None,
        *,
        exempt: int | None = None,
        remembered: int = REMEMBERED,
    ) -> None:
        """`exempt` is a person who may ask for anything, the owner of the bot."""
        self._people = _Buckets(person, remembered)
        self._chats = _Buckets(chat, remembered)
        self._exempt = exempt

    async def ask(self, person: int | None, chat: int | None, cost: float = 1.0) -> Patience | None:
        """None if the request is served; it counts then. `chat` is where several people are."""
        if person is not None and person == self._exempt:
            return None
        asked = [(self._people, person, False), (self._chats, chat, True)]
        found = []
        for buckets, key, of_chat in asked:
            bucket = buckets.of(key)
            if bucket is None:
                continue
            patience = buckets.patience(bucket, cost, of_chat=of_chat)
            if patience is not None:
                return patience
            found.append(bucket)
        for bucket in found:
            await bucket.limiter.acquire(cost)  # at once, for there is room
        return None

    def __len__(self) -> int:
        """How many people and chats are remembered."""
        return len(self._people) + len(self._chats)


class _Buckets:
    """The buckets of all people, or of all chats."""

    def __init__(self, allowance: Allowance | None, remembered: int) -> None:
        self._allowance = allowance
        self._limit = remembered
        self._known: OrderedDict[int, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def of(self, key: int | None) -> _Bucket | None:
        """The bucket of somebody, full of allowance for whom nobody remembers."""
        if key is None or self._allowance is None:
            return None
        bucket = self._known.get(key)
        if bucket is None:
            limiter = AsyncLimiter(self._allowance.requests, self._allowance.seconds)
            bucket = self._known[key] = _Bucket(limiter)
            if len(self._known) > self._limit:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return bucket

    def patience(self, bucket: _Bucket, cost: float, *, of_chat: bool) -> Patience | None:
        """What is asked for instead of serving, if so."""
        assert self._allowance is not None, "there is a bucket"
        now = asyncio.get_running_loop().time()
        is_news = bucket.rests_until <= now
        if is_news:
            if bucket.limiter.has_capacity(cost):
                return None
            bucket.rests_until = now + self._allowance.seconds * REST
        return Patience(math.ceil(bucket.rests_until - now), is_news, of_chat)
