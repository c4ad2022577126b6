"""Which form a verse is written in, where a person leaves that open.

Decides for the one that the chat prefers, else by chance, with a weight for each form, among those
that the poet of the moment writes; what a wish leaves open is read by `bot.usecases.wish`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from random import Random

from bot.poet import PoetClient
from bot.usecases.refusals import FormUnknown
from model.verse import Form

_WEIGHTS = {Form.COUPLET5: 2, Form.COUPLET7: 2, Form.JUEJU5: 3, Form.JUEJU7: 3}
"""A quatrain is a whole poem, so it comes a little more often than a couplet."""


_OFFER_LASTS = 10.0
"""Seconds for which a poet is believed to write the same forms; for those it does not, it says so
itself."""


class FormChoice:
    """Chooses among the forms of the poet."""

    def __init__(self, poet: PoetClient, chance: Random) -> None:
        self._poet = poet
        self._chance = chance
        self._offer: tuple[Form, ...] = ()
        self._offered_at = 0.0

    async def offered(self) -> tuple[Form, ...]:
        """What the poet writes. Raises PoetUnavailable."""
        now = asyncio.get_running_loop().time()
        if not self._offer or now > self._offered_at + _OFFER_LASTS:
            self._offer, self._offered_at = tuple((await self._poet.model()).forms), now
        return self._offer

    async def choose(
        self, wished: Collection[Form], preferred: Form | None = None
    ) -> Form | FormUnknown:
        """One of the wished forms, of all where none is. Raises PoetUnavailable.

        Of a single form it is left to the poet to say whether it can write it.
        """
        if len(wished) == 1:
            return next(iter(wished))
        offered = await self.offered()
        among = [form for form in offered if form in wished or not wished]
        return self.draw(among, preferred) if among else FormUnknown(in_order(wished), offered)

    def draw(self, among: Sequence[Form], preferred: Form | None = None) -> Form:
        """One of several forms, which must not be none; the preferred one if it is there."""
        if preferred is not None and preferred in among:
            return preferred
        return self._chance.choices(among, [_WEIGHTS[form] for form in among])[0]


def in_order(forms: Collection[Form]) -> tuple[Form, ...]:
    """Forms as people list them, shorter ones first."""
    return tuple(form for form in Form if form in forms)
