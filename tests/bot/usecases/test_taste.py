"""What a chat likes, over its life: learnt, chosen by, learnt anew of another poet."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any

import numpy as np
import pytest

from bot.poet import PoetUnavailable
from bot.store import Lesson, PoemRecord, Store
from bot.taste import FEATURES, Belief, Evidence, Prior
from bot.usecases.daily import DailyPoem
from bot.usecases.taste import Taste
from model.service.protocol import ReconstructAnswer, ReconstructRequest, Tones, VerseAnswer
from model.verse import Form
from tests.bot.databases import new_poem
from tests.bot.usecases.daily import Clock, Sender, SmallPoet

ADA, BO, CHAT = 1, 2, -5
MOON, WAR = "明月松间照，清泉石上流。", "胡沙埋剑戟，战马入边关。"


def answer(text: str, latent: tuple[float, ...] = (), score: float = 0.0) -> VerseAnswer:
    tones = Tones(lines=[], rhyme=None, regular=True)
    return VerseAnswer(
        text=text,
        lines=[],
        form=Form.COUPLET5,
        seed=1,
        latent=list(latent),
        score=score,
        tones=tones,
        novel=True,
    )


@dataclass
class Encoder:
    """A poet that gives every verse one latent."""

    model: str
    latent: tuple[float, ...]
    asleep: bool = False
    asked: list[str] = field(default_factory=list)

    async def reconstruct(self, request: ReconstructRequest) -> ReconstructAnswer:
        if self.asleep:
            raise PoetUnavailable("starting")
        self.asked.append(request.verse)
        verse = answer(request.verse, self.latent)
        return ReconstructAnswer(
            model=self.model, original=verse, reconstruction=verse, matched=10, variations=[]
        )


@pytest.fixture
def poet() -> Encoder:
    return Encoder("poet@2", tuple([0.5] * 8))


@pytest.fixture
async def taste(store: Store, poet: Encoder) -> Taste:
    for user in (ADA, BO):
        await store.users.ensure(user, "en")
    await store.chats.ensure(CHAT, "group", "friends", zone="UTC")
    return Taste(store, poet, np.random.default_rng(0))


async def made(store: Store, text: str = MOON) -> PoemRecord:
    poem = replace(new_poem(text), latent=(0.1,) * 8, model="poet@1")
    return await store.poems.add(poem)


async def hears(
    taste: Taste, store: Store, text: str, stars: int, times: int = 1, chat: int = CHAT
) -> None:
    for _ in range(times):
        poem = await made(store, text)
        await taste.hear(chat, ADA, poem.public_id, stars)


async def test_without_agreement_nothing_is_learnt(taste: Taste, store: Store) -> None:
    await hears(taste, store, MOON, 5)
    assert not await taste.agreed(CHAT)
    assert await taste.of(CHAT) is None


async def test_what_is_learnt_rating_by_rating_is_what_all_of_them_say(
    taste: Taste, store: Store
) -> None:
    await taste.agree(CHAT)
    await hears(taste, store, MOON, 5, 3)
    await hears(taste, store, WAR, 1, 2)
    kept = await store.tastes.of(CHAT)
    assert kept is not None
    assert kept.evidence is not None
    one_by_one = await taste.of(CHAT)
    poem = await made(store)
    await taste.hear(CHAT, BO, poem.public_id, 1)
    await taste.hear(CHAT, BO, poem.public_id, None)
    stale = await store.tastes.of(CHAT)
    assert stale is not None
    assert stale.evidence is None
    assert await taste.of(CHAT) == one_by_one
    again = await store.tastes.of(CHAT)
    assert again is not None
    np.testing.assert_allclose(
        Evidence.from_bytes(again.evidence or b"", 5).pull,
        Evidence.from_bytes(kept.evidence, 5).pull,
        atol=1e-9,
    )


async def test_the_verse_that_a_chat_likes_is_picked(taste: Taste, store: Store) -> None:
    await taste.agree(CHAT)
    await hears(taste, store, MOON, 5, 8)
    await hears(taste, store, WAR, 1, 8)
    verses = [answer(WAR, score=1.0), answer(MOON, score=0.0)]
    picked = [await taste.pick(CHAT, verses, "poet@1") for _ in range(20)]
    assert picked.count(1) >= 18


async def test_another_poet_has_its_latents_learnt_from_the_same_ratings(
    taste: Taste, store: Store, poet: Encoder
) -> None:
    await taste.agree(CHAT)
    await hears(taste, store, MOON, 5, 4)
    verses = [answer(WAR, (9.0,) * 8), answer(MOON, (9.0,) * 8)]
    await taste.pick(CHAT, verses, "poet@2")
    async with asyncio.timeout(10):
        while (kept := await store.tastes.of(CHAT)) and "poet@2" not in (kept.space or ""):
            await asyncio.sleep(0.01)
    assert kept is not None
    assert poet.asked == [MOON] * 4
    assert kept.ratings == 4
    shadow = Belief(Prior.neutral(), Evidence.from_bytes(kept.evidence or b"", 4)).mean[
        1 + len(FEATURES) :
    ]
    assert np.abs(shadow).max() > 0
    await taste.aclose()


async def test_while_the_other_poet_sleeps_what_can_be_named_still_counts(
    taste: Taste, store: Store, poet: Encoder
) -> None:
    poet.asleep = True
    await taste.agree(CHAT)
    await hears(taste, store, MOON, 5, 8)
    await hears(taste, store, WAR, 1, 8)
    verses = [answer(WAR, (9.0,) * 8), answer(MOON, (-9.0,) * 8)]
    picked = [await taste.pick(CHAT, verses, "poet@2") for _ in range(10)]
    assert picked.count(1) >= 9
    await taste.aclose()
    kept = await store.tastes.of(CHAT)
    assert kept is not None
    assert "poet@1" in (kept.space or "")


async def test_a_chats_daily_poem_is_one_it_likes_and_the_others_get_that_of_the_date(
    taste: Taste, store: Store
) -> None:
    clock, sender = Clock(), Sender()
    for chat in (CHAT, -6):
        await store.chats.ensure(chat, "group", "friends", zone="UTC")
        await store.chats.set_daily(chat, time(8), "UTC")
    await taste.agree(CHAT)
    await hears(taste, store, MOON, 5, 10)
    await hears(taste, store, WAR, 1, 10)
    daily = DailyPoem(store, SmallPoet(), sender, clock, taste=taste)
    await daily.tick()
    of_the_date = await store.daily_poems.of(date(2026, 5, 1))
    assert of_the_date is not None
    sent = {}
    for chat in (CHAT, -6):
        delivery = await store.deliveries.of(chat, date(2026, 5, 1))
        assert delivery is not None
        assert delivery.state == "sent"
        sent[chat] = delivery.poem_id
    assert sent[-6] == of_the_date.id
    assert sent[CHAT] != of_the_date.id


async def test_what_most_chats_like_raises_a_fresh_verse(taste: Taste, store: Store) -> None:
    for chat in range(-60, -20):
        await store.chats.ensure(chat, "group", "friends", zone="UTC")
        await taste.agree(chat)
        await hears(taste, store, MOON, 5, 2, chat=chat)
        await hears(taste, store, WAR, 1, 2, chat=chat)
    worth = await taste.popular([answer(MOON), answer(WAR)])
    assert worth[0] > worth[1]


async def test_one_chat_alone_cannot_raise_it_above_the_poets_choice(
    taste: Taste, store: Store
) -> None:
    await taste.agree(CHAT)
    await hears(taste, store, WAR, 5, 40)
    await hears(taste, store, MOON, 1, 40)
    worth = await taste.popular([answer(MOON, score=1.0), answer(WAR, score=0.0)])
    assert worth[0] > worth[1]


async def test_what_an_earlier_version_learnt_is_learnt_again(taste: Taste, store: Store) -> None:
    await taste.agree(CHAT)
    await hears(taste, store, MOON, 5, 3)
    before = await taste.of(CHAT)
    kept = await store.tastes.of(CHAT)
    assert kept is not None
    assert await store.tastes.learnt(kept, Lesson("0 poet@1", b"of another size", b"", 3))
    await hears(taste, store, MOON, 5)
    after = await taste.of(CHAT)
    assert before is not None
    assert after is not None
    assert after.ratings == 4
    assert after.liking["moon"].stars > before.liking["moon"].stars


@pytest.mark.parametrize("learnt_before", [0, 2])
async def test_stars_that_come_to_two_bots_at_once_count_once_each(
    taste: Taste,
    store: Store,
    other_store: Store,
    poet: Encoder,
    learnt_before: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The other bot has kept its star and stops; this one learns meanwhile, from both."""
    await taste.agree(CHAT)
    await hears(taste, store, WAR, 1, learnt_before)
    poem = await made(store)
    kept, go_on, rate = asyncio.Event(), asyncio.Event(), other_store.tastes.rate

    async def stopping(*given: Any) -> bool | None:
        first = await rate(*given)
        kept.set()
        await go_on.wait()
        return first

    monkeypatch.setattr(other_store.tastes, "rate", stopping)
    other = Taste(other_store, poet, np.random.default_rng(0))
    hearing = asyncio.create_task(other.hear(CHAT, ADA, poem.public_id, 5))
    await kept.wait()
    await taste.hear(CHAT, BO, poem.public_id, 5)
    go_on.set()
    await hearing
    learnt = await store.tastes.of(CHAT)
    assert learnt is not None
    assert learnt.ratings == learnt_before + 2
    assert learnt.evidence is not None
    assert np.diag(Evidence.from_bytes(learnt.evidence, 2).precision)[0] == pytest.approx(
        sum(0.985**n for n in range(learnt_before + 2))
    ), "what all verses share is in each rating once"


async def test_a_crowd_rates_before_two_bots(
    taste: Taste, store: Store, other_store: Store, poet: Encoder
) -> None:
    await taste.agree(CHAT)
    bots = [taste, Taste(other_store, poet, np.random.default_rng(0))]
    poems = [await made(store, text) for text in (MOON, WAR) * 4]
    await asyncio.gather(
        *(
            bots[number % 2].hear(CHAT, person, poem.public_id, 4)
            for number, poem in enumerate(poems)
            for person in (ADA, BO)
        )
    )
    learnt = await taste.of(CHAT)
    assert learnt is not None
    assert learnt.ratings == 16
