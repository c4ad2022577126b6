"""What people, the clock and visitors have the store do, act by act.

Decides which methods of the store stand for which command, button or round, and whose rows they
touch; how long they take is `growth`'s. `tests/benchmarks/test_growth.py` sees to it that no method
is left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from benchmarks.generated_store import MODEL, NOW
from bot.due import due
from bot.store import Arrival, Lesson, NewPoem, PoemRecord, Store
from bot.usecases.daily_round import STALE
from model.verse import Form, Script

_WEEK, _MONTH = timedelta(days=7), timedelta(days=30)
_TODAY, _YESTERDAY = NOW.date(), NOW.date() - timedelta(days=1)
_OLD = NOW - timedelta(days=366)
"""Nothing is older: what a sweep finds costs it in proportion, in portions."""


@dataclass
class Ground:
    """Rows of a generated store on which everything is done."""

    store: Store
    person: int
    """Who has a private chat of the same number, and asks for much."""
    group: int
    channel: int
    mine: str
    """A poem of theirs, from random numbers alone; others by their public ids, too."""
    known: str
    """What everybody has rated."""
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(2_000_000_000))

    def new(self, text: str = "白日依山尽，黄河入海流。", *, public: bool = True) -> NewPoem:
        """A verse for the person."""
        return NewPoem(
            text=text,
            form=Form.COUPLET5,
            command="poem",
            model=MODEL,
            latent=(0.5,) * 256,
            score=-5.0,
            public=public,
            user_id=self.person,
            chat_id=self.person,
        )

    async def poem(self, public_id: str) -> PoemRecord:
        found = await self.store.poems.get(public_id)
        assert found is not None
        return found


Act = Callable[[Ground], Awaitable[None]]
ACTS: dict[str, Act] = {}


def _act(name: str) -> Callable[[Act], Act]:
    def named(act: Act) -> Act:
        ACTS[name] = act
        return act

    return named


@_act("every update")
async def _update(ground: Ground) -> None:
    store, number = ground.store, next(ground.numbers)
    await store.updates.others("me")
    await store.updates.take("me", 200)
    await store.updates.add([Arrival(number, ground.person, "{}")], "me", 9)
    await store.updates.beat("me")
    await store.visits.receive(ground.person, "private", "", ground.person, "zh", zone="UTC")
    await store.chats.ensure(ground.person, "private", "", zone="UTC")
    await store.chats.get(ground.group)
    await store.users.ensure(ground.person, "zh")
    await store.users.get(ground.person)
    await store.updates.settle("me", [number], [], [])
    await store.updates.settle("me", [], [number], [ground.person])
    await store.updates.release("me")


@_act("a bot that is gone")
async def _abandoned(ground: Ground) -> None:
    numbers = [next(ground.numbers) for _ in range(9)]
    arrivals = [Arrival(number, ground.person, "{}") for number in numbers]
    await ground.store.updates.add(arrivals, "gone", 9)
    await ground.store.updates.abandon("gone")


@_act("/poem, /couplet, /answer, /acrostic, /morph")
async def _poem(ground: Ground) -> None:
    store = ground.store
    await store.tastes.of(ground.person)
    made = await store.poems.add(ground.new())
    await store.deliveries.record(ground.person, next(ground.numbers), [made.public_id])


@_act("Vary, Prosody, Card, Another")
async def _below(ground: Ground) -> None:
    poem = await ground.poem(ground.mine)
    await ground.store.own_poems.original(poem)
    await ground.store.deliveries.shown(ground.person, 1)
    await ground.store.chats.set_card_theme(ground.person, "night")


@_act("★1 to ★5, reactions")
async def _stars(ground: Ground) -> None:
    store = ground.store
    for poem in (ground.mine, ground.known):
        await store.ratings.rate(ground.person, poem, 4)
        await store.ratings.react(ground.person, poem, 5)
        await store.ratings.summary(poem)
        await store.ratings.of(ground.person, poem)
        await store.ratings.count_reactions(ground.channel, 1, poem, {5: 3, 1: 1}, NOW)


@_act("/taste, what it learns")
async def _taste(ground: Ground) -> None:
    tastes = ground.store.tastes
    taste = await tastes.agree(ground.person)
    lesson = Lesson(MODEL, b"", b"", 1)
    await tastes.rate(ground.person, ground.person, ground.known, 5, lambda *_: lesson)
    await tastes.rated(ground.person, 200)
    await tastes.learnt(taste, lesson)
    await tastes.voices()
    await tastes.reset(ground.person)
    await tastes.withdraw(ground.person)


@_act("Keep, /kept")
async def _kept(ground: Ground) -> None:
    favourites = ground.store.favourites
    await favourites.keep(ground.person, ground.known)
    await favourites.has(ground.person, ground.known)
    await favourites.count(ground.person)
    await favourites.list(ground.person, 5, 5)
    await favourites.drop(ground.person, ground.known)


@_act("/mine, Share, Remove")
async def _mine(ground: Ground) -> None:
    own = ground.store.own_poems
    made = await ground.store.poems.add(ground.new(public=False))
    await own.count(ground.person)
    await own.list(ground.person, 5, 5)
    await own.share(ground.person, made.public_id)
    await own.take_back(ground.person, made.public_id)
    await own.remove(ground.person, made.public_id)


@_act("/top")
async def _top(ground: Ground) -> None:
    await ground.store.poems.top(ground.group, NOW - _WEEK, 10)


@_act("/top month")
async def _top_month(ground: Ground) -> None:
    await ground.store.poems.top(ground.group, NOW - _MONTH, 10)


@_act("/top all")
async def _top_all(ground: Ground) -> None:
    await ground.store.poems.top(ground.group, None, 10)


@_act("/top where nobody has rated")
async def _unrated(ground: Ground) -> None:
    await ground.store.poems.unrated(ground.group, NOW - _WEEK, 5)


@_act("@bot")
async def _inline(ground: Ground) -> None:
    anthology = ground.store.anthology
    newest = await anthology.newest()
    stock = await anthology.made_by("inline", 24)
    await anthology.still_open(stock)
    await anthology.liked((), 3.2, up_to=newest, limit=100)


@_act("@bot 明月, search in the gallery")
async def _find(ground: Ground) -> None:
    anthology = ground.store.anthology
    newest = await anthology.newest()
    await anthology.find("明月", (), up_to=newest, skip=0, limit=21)


@_act("/settings, /daily, /language")
async def _settings(ground: Ground) -> None:
    chats = ground.store.chats
    await chats.set_daily(ground.person, time(8), "UTC")
    await chats.set_zone(ground.person, "Asia/Tokyo")
    await chats.set_thread(ground.person, None)
    await chats.set_language(ground.person, "zh-hans", Script.SIMPLIFIED)
    await chats.prefer(ground.person, silent=True)
    await chats.stop_daily(ground.person)


@_act("a channel comes, a group moves")
async def _moves(ground: Ground) -> None:
    chats, old, new = ground.store.chats, -next(ground.numbers), -next(ground.numbers)
    await chats.ensure(old, "group", "friends", zone="UTC")
    await chats.set_adder(old, ground.person)
    await chats.unsettled(ground.person)
    await chats.strike(old)
    await chats.set_state(old, "active")
    await chats.migrate(old, new)


@_act("the poem of a date")
async def _poem_of_date(ground: Ground) -> None:
    poems = ground.store.daily_poems
    day = _TODAY + timedelta(days=next(ground.numbers) % 100_000)
    await poems.of(day)
    best = await poems.best_unused(NOW - _MONTH, 3.0)
    assert best is not None
    await poems.withheld_among([best.text])
    await poems.choose(day, best)
    await poems.date_of(best.public_id)
    await poems.withhold(day, best.public_id)
    await poems.add(day, ground.new())


@_act("the minute's tick")
async def _tick(ground: Ground) -> None:
    """One zone's chats, as many as are in memory at a time, and one post of each outcome."""
    store = ground.store
    await store.deliveries.recover(NOW, NOW - STALE)
    async for _ in store.deliveries.waiting(NOW, NOW - STALE):
        pass
    times = await store.rounds.times()
    wanted = next(one for one in times if due(one.at, ZoneInfo(one.zone), NOW))
    chats = []
    async for chat in store.rounds.unclaimed(wanted.zone, wanted.at, _TODAY):
        chats.append(chat)
        if len(chats) == 4:
            break
    poem = await ground.poem(ground.known)
    deliveries = store.deliveries
    for chat_id, end in zip(chats, ("sent", "retry", "unknown", "dead"), strict=False):
        await store.anthology.unseen_in(chat_id, 17)
        claim = await deliveries.claim(chat_id, _TODAY, NOW + _WEEK, NOW)
        assert claim is not None
        assert await deliveries.begin(claim, poem.id, NOW) is not None
        match end:
            case "sent":
                await deliveries.sent(claim, 1, NOW)
            case "retry":
                await deliveries.retry(claim, NOW, "later", NOW)
                await deliveries.take(claim, NOW, NOW - STALE)
            case "unknown":
                await deliveries.unknown(claim, "nobody knows", NOW)
            case "dead":
                await deliveries.dead(claim, "refused", NOW)
        await deliveries.of(chat_id, _TODAY)


@_act("the gallery: a week")
async def _week(ground: Ground) -> None:
    since = NOW - 3 * _WEEK
    await ground.store.anthology.span()
    for form in Form:
        await ground.store.anthology.best({form}, since, since + _WEEK, 6)


@_act("the gallery: a verse, its neighbours, the map")
async def _gallery(ground: Ground) -> None:
    anthology = ground.store.anthology
    recent = await anthology.newest_of_one_model(1000)
    await anthology.of([poem.public_id for poem in recent])
    await anthology.of([ground.known])
    await ground.store.daily_poems.date_of(ground.known)


@_act("the gallery: days, feed")
async def _days(ground: Ground) -> None:
    await ground.store.anthology.days(date.min, _TODAY, 30)
    await ground.store.anthology.first_day()


@_act("/preview")
async def _preview(ground: Ground) -> None:
    await ground.store.censuses.posts(_YESTERDAY)


@_act("/stats")
async def _stats(ground: Ground) -> None:
    await ground.store.censuses.of(_YESTERDAY)


@_act("/export")
async def _export(ground: Ground) -> None:
    await ground.store.traces.of(ground.person)


@_act("/forget")
async def _forget(ground: Ground) -> None:
    """Of somebody who has made one verse, kept one and rated one."""
    store, number = ground.store, next(ground.numbers)
    await store.users.ensure(number, None)
    await store.chats.ensure(number, "private", "", zone="UTC")
    await store.ratings.rate(number, ground.known, 3)
    await store.favourites.keep(number, ground.known)
    await store.users.forget(number)


@_act("hourly: old words, old numbers")
async def _sweeps(ground: Ground) -> None:
    await ground.store.poems.forget_seeds(_OLD)
    await ground.store.updates.forget(_OLD)


@_act("qibu daily list")
async def _list(ground: Ground) -> None:
    await ground.store.chats.list_daily()
