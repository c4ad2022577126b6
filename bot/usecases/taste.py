"""What a chat likes: learnt where it agreed, and used where several verses may be shown.

Decides when stars are learnt from and which of several verses a chat is shown; what is learnt from
a star is left to `bot.taste`, who may agree for a chat to the handlers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bot.poet import PoetRefused, PoetUnavailable
from bot.store import Lesson, PoemRecord, Store, TasteRecord
from bot.taste import Belief, Evidence, Liking, Population, Voice, choose, describe
from bot.taste.belief import LONGEST
from bot.taste.choice import craft
from bot.taste.features import VERSION, Floats
from model.service.protocol import ReconstructAnswer, ReconstructRequest, VerseAnswer
from model.verse import Form

_log = logging.getLogger(__name__)
_POPULATION_LASTS = 3600.0
"""Seconds for which the voices of all chats are not read again."""


class Poet(Protocol):
    """What is asked of `bot.poet.PoetClient`."""

    async def reconstruct(self, request: ReconstructRequest) -> ReconstructAnswer:
        """A verse through the poet's latents."""
        ...


class Candidate(Protocol):
    """A verse that may be shown: an answer of the poet, or a poem that is kept."""

    @property
    def text(self) -> str: ...
    @property
    def form(self) -> Form: ...
    @property
    def score(self) -> float: ...


@dataclass(frozen=True)
class Learnt:
    """What is believed of a chat that agreed, by the names of features, and from how many
    ratings."""

    liking: dict[str, Liking]
    ratings: int


class Taste:
    """Learns what chats like that agreed to it, and chooses for them."""

    def __init__(self, store: Store, poet: Poet, chance: np.random.Generator) -> None:
        self._store = store
        self._poet = poet
        self._chance = chance
        self._learning: set[asyncio.Task[None]] = set()
        self._chats_learnt_anew: set[int] = set()
        self._population: Population | None = None
        self._population_at = 0.0

    async def agree(self, chat_id: int) -> None:
        """The chat's stars are learnt from, from now on."""
        await self._store.tastes.agree(chat_id)

    async def withdraw(self, chat_id: int) -> bool:
        """The chat's stars are learnt from no more, and what was learnt is forgotten."""
        return await self._store.tastes.withdraw(chat_id)

    async def reset(self, chat_id: int) -> bool:
        """What was learnt is forgotten; whether the chat agrees to be learnt from."""
        return await self._store.tastes.reset(chat_id)

    async def of(self, chat_id: int) -> Learnt | None:
        """What is believed of a chat; None if it has not agreed."""
        taste = await self._store.tastes.of(chat_id)
        if taste is None:
            return None
        belief = await self._belief(taste)
        return Learnt(belief.liking(), belief.evidence.ratings)

    async def agreed(self, chat_id: int | None) -> bool:
        """Whether a chat is learnt from."""
        return chat_id is not None and await self._store.tastes.of(chat_id) is not None

    async def hear(self, chat_id: int, user_id: int, public_id: str, stars: int | None) -> None:
        """Learns from a rating that was given in a chat, if it agreed, in constant time; None takes
        a rating back."""
        if not await self.agreed(chat_id):
            return  # most have not, and reading holds up nobody
        if await self._store.tastes.rate(chat_id, user_id, public_id, stars, _with_rating):
            taste = await self._store.tastes.of(chat_id)
            if taste is not None and _evidence(taste) is None:
                await self._learn_again(taste)
        # What was changed is learnt again when it is next asked for.

    async def pick(self, chat_id: int, verses: Sequence[VerseAnswer], model: str) -> int:
        """Which of several fresh verses, of one poet, the chat is shown. It has agreed."""
        taste = await self._store.tastes.of(chat_id)
        if taste is None or len(verses) < 2:
            return 0
        belief, space = await self._belief(taste), _space(model)
        same = taste.space == space
        if not same and taste.ratings:
            self._learn_anew(chat_id, model)
        described = np.stack(
            [
                describe(
                    verse.text,
                    verse.form,
                    regular=verse.tones.regular,
                    # What was learnt of another poet's latents says nothing of these.
                    latent=verse.latent if same else (),
                )
                for verse in verses
            ]
        )
        return choose(belief, described, _crafts(verses), self._chance)

    async def pick_kept(self, chat_id: int, poems: Sequence[PoemRecord]) -> int:
        """Which of several kept poems the chat is shown. It has agreed."""
        taste = await self._store.tastes.of(chat_id)
        if taste is None or len(poems) < 2:
            return 0
        described = np.stack([_described(poem, taste.space) for poem in poems])
        belief = await self._belief(taste)
        return choose(belief, described, _crafts(poems), self._chance)

    async def popular(self, verses: Sequence[VerseAnswer]) -> Floats:
        """What the poet's scores of fresh verses are worth, and what most chats like, in stars."""
        population = await self._everybody()
        described = np.stack(
            [
                # Voices are of chats that learnt from different poets: latents are left out.
                describe(verse.text, verse.form, regular=verse.tones.regular, latent=())
                for verse in verses
            ]
        )
        return _crafts(verses) + population.stars(described)

    async def aclose(self) -> None:
        """Learns no more; what is half learnt is learnt another time."""
        for task in self._learning:
            task.cancel()
        await asyncio.gather(*self._learning, return_exceptions=True)

    async def _belief(self, taste: TasteRecord) -> Belief:
        prior = (await self._everybody()).prior
        return Belief(prior, _evidence(taste) or await self._learn_again(taste))

    async def _everybody(self) -> Population:
        now = asyncio.get_running_loop().time()
        if self._population is None or now > self._population_at + _POPULATION_LASTS:
            self._population = Population.of(_readable(await self._store.tastes.voices()))
            self._population_at = now
        return self._population

    async def _learn_again(self, taste: TasteRecord) -> Evidence:
        """From the ratings that are kept, in the space of the poet that made most of them last."""
        rated = await self._store.tastes.rated(taste.chat_id, LONGEST)
        space = taste.space or ""
        if not _of_this_version(space):
            space = _space(rated[-1][0].model) if rated else ""
        evidence = Evidence.of((_described(poem, space), stars) for poem, stars in rated)
        if rated:
            await self._store.tastes.learnt(taste, _lesson(space, evidence))
        return evidence

    def _learn_anew(self, chat_id: int, model: str) -> None:
        """Has what was learnt of one poet's latents learnt again of another's, meanwhile."""
        if chat_id in self._chats_learnt_anew:
            return
        self._chats_learnt_anew.add(chat_id)
        task = asyncio.create_task(self._encode_anew(chat_id, model), name=f"taste of {chat_id}")
        self._learning.add(task)
        task.add_done_callback(self._learning.discard)
        task.add_done_callback(lambda _: self._chats_learnt_anew.discard(chat_id))

    async def _encode_anew(self, chat_id: int, model: str) -> None:
        try:
            taste = await self._store.tastes.of(chat_id)
            if taste is None:
                return
            evidence, space = Evidence.none(), _space(model)
            for poem, stars in await self._store.tastes.rated(chat_id, LONGEST):
                latent = poem.latent
                if poem.model != model:
                    request = ReconstructRequest(verse=poem.text, variations=0)
                    try:
                        answer = await self._poet.reconstruct(request)
                    except PoetRefused:  # it cannot read this one: a character it does not know
                        latent = ()
                    else:
                        if answer.model != model:
                            return  # changed once more; whoever asks next begins again
                        latent = tuple(answer.original.latent)
                described = describe(poem.text, poem.form, regular=poem.regular, latent=latent)
                evidence = evidence.with_rating(described, stars)
            await self._store.tastes.learnt(taste, _lesson(space, evidence))
        except PoetUnavailable as error:
            _log.info("a taste is not learnt anew: %s", error)
        except Exception:
            _log.exception("a taste cannot be learnt anew")


def _with_rating(taste: TasteRecord, poem: PoemRecord, stars: int) -> Lesson | None:
    """After one more rating; None where there is nothing to which it could be added."""
    evidence = _evidence(taste)
    if evidence is None:
        return None
    return _lesson(taste.space or "", evidence.with_rating(_described(poem, taste.space), stars))


def _lesson(space: str, evidence: Evidence) -> Lesson:
    voice = Voice.of(evidence).to_bytes()
    return Lesson(space, evidence.to_bytes(), voice, evidence.ratings)


def _space(model: str) -> str:
    return f"{VERSION} {model}"


def _of_this_version(space: str) -> bool:
    return space.startswith(_space(""))


def _evidence(taste: TasteRecord) -> Evidence | None:
    """What is kept of a chat; None where it is to be learnt again: after a rating was changed, or
    since descriptions have another meaning."""
    if taste.evidence is None or not _of_this_version(taste.space or ""):
        return None
    return Evidence.from_bytes(taste.evidence, taste.ratings)


def _described(poem: PoemRecord, space: str | None) -> Floats:
    latent = poem.latent if _space(poem.model) == space else ()
    return describe(poem.text, poem.form, regular=poem.regular, latent=latent)


def _crafts(verses: Sequence[Candidate]) -> Floats:
    """The poet's scores in stars; those of different forms are not of one scale."""
    scores = np.array([verse.score for verse in verses])
    for form in {verse.form for verse in verses}:
        own = np.array([verse.form is form for verse in verses])
        scores[own] = craft(scores[own].tolist())
    return scores


def _readable(voices: Iterable[bytes]) -> Iterable[Voice]:
    for voice in voices:
        try:
            yield Voice.from_bytes(voice)
        except ValueError:  # of an earlier version of the descriptions
            continue
