"""Updates in the store: kept once, handled by one bot at a time, in order within a place."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

from bot.store import Abandoned, Arrival, Store
from bot.store.store import utc_now

HERE, THERE = 5, -1_001_234_567_890
MANY = 100


def arrival(number: int, place: int = HERE) -> Arrival:
    return Arrival(number, place, f'{{"update_id": {number}}}')


def numbers(arrivals: list[Arrival]) -> list[int]:
    return [one.id for one in arrivals]


async def test_an_update_that_comes_again_is_kept_once(store: Store, other_store: Store) -> None:
    first = [arrival(1), arrival(2)]
    assert await store.updates.add(first, "a", MANY) == first
    assert await store.updates.add([arrival(2), arrival(3)], "a", MANY) == [arrival(3)]
    await store.updates.settle("a", {1}, {1, 2, 3}, {HERE})
    assert await other_store.updates.add(first, "b", MANY) == [], "nor when it is done"
    assert await store.updates.states() == {"done": 3}


async def test_a_place_belongs_to_one_bot_while_it_is_at_work(
    store: Store, other_store: Store
) -> None:
    assert numbers(await store.updates.add([arrival(1)], "a", MANY)) == [1]
    assert await other_store.updates.add([arrival(2)], "b", MANY) == [], "the first is under way"
    assert numbers(await other_store.updates.add([arrival(3, THERE)], "b", MANY)) == [3]
    assert await other_store.updates.take("b", MANY) == []
    settled = await store.updates.settle("a", set(), {1}, {HERE})
    assert numbers(settled.next) == [2], "whoever is done goes on with what had to wait"


async def test_many_bots_at_once_get_each_update_once_and_each_place_in_order(
    store: Store, other_store: Store
) -> None:
    """Whatever the interleaving: of a place nothing is claimed while another bot works there."""
    handled: list[tuple[str, int, int]] = []
    at_work: dict[int, str] = {}

    async def work(bot: Store, owner: str, first: int) -> None:
        todo: list[Arrival] = []
        for number in range(first, 120, 3):
            todo += await bot.updates.add([arrival(number, number % 7)], owner, MANY)
            todo += await bot.updates.take(owner, MANY)
            for one in todo:
                assert at_work.setdefault(one.place, owner) == owner
                await asyncio.sleep(0)
                handled.append((owner, one.place, one.id))
            done = {one.id for one in todo}
            for one in todo:
                at_work.pop(one.place, None)
            settled = await bot.updates.settle(owner, done, done, {one.place for one in todo})
            assert not settled.overtaken
            for one in settled.next:
                assert at_work.setdefault(one.place, owner) == owner
            todo = settled.next
        while todo:
            done = {one.id for one in todo}
            handled.extend((owner, one.place, one.id) for one in todo)
            for one in todo:
                at_work.pop(one.place, None)
            todo = (await bot.updates.settle(owner, set(), done, {o.place for o in todo})).next

    await asyncio.gather(work(store, "a", 0), work(other_store, "b", 1), work(store, "c", 2))
    for one in await store.updates.take("d", MANY):
        handled.append(("d", one.place, one.id))
    assert sorted(number for _, _, number in handled) == list(range(120))


async def test_who_is_gone_leaves_what_was_not_answered_and_what_may_have_been(
    store: Store, other_store: Store
) -> None:
    await store.updates.add([arrival(1), arrival(2, THERE)], "a", MANY)
    await store.updates.settle("a", {1}, set(), set())
    assert set(await other_store.updates.others("b")) == {"a"}
    assert await other_store.updates.abandon("a") == Abandoned(again=1, unknown=1, dead=0)
    assert numbers(await other_store.updates.take("b", MANY)) == [2]

    # It was not dead, only slow: what it would say now is somebody else's to say.
    late = await store.updates.settle("a", {2}, {1, 2}, set())
    assert late.overtaken == {2}
    assert await store.updates.states() == {"done": 1, "claimed": 1}, "the first was answered"


async def test_a_sign_of_life_changes(store: Store, other_store: Store) -> None:
    await store.updates.add([arrival(1)], "a", MANY)
    before = await other_store.updates.others("b")
    assert await other_store.updates.others("b") == before
    await store.updates.beat("a")
    assert await other_store.updates.others("b") != before


async def test_an_update_that_kills_whoever_takes_it_is_given_up(store: Store) -> None:
    await store.updates.add([arrival(1)], "bot 0", MANY)
    for turn in range(3):
        assert (await store.updates.abandon(f"bot {turn}")).again == 1
        assert numbers(await store.updates.take(f"bot {turn + 1}", MANY)) == [1]
    assert await store.updates.abandon("bot 3") == Abandoned(again=0, unknown=0, dead=1)
    assert await store.updates.take("bot 4", MANY) == []


async def test_what_died_in_bad_company_is_answered_without_it(store: Store) -> None:
    """Ten chats are at work whenever the third one's update kills the bot."""
    guilty, bots = 3, 0
    await store.updates.add([arrival(n, n) for n in range(1, 11)], "bot 0", MANY)
    new = itertools.count(11)
    dead = 0
    answered: set[int] = set()
    while dead == 0 and bots < 20:
        held: set[int] = set()
        for _ in range(20):  # looks, in each of which all that is held is answered
            taken = set(numbers(await store.updates.take(f"bot {bots}", MANY)))
            fresh = next(new)
            arrived = await store.updates.add([arrival(fresh, fresh)], f"bot {bots}", MANY)
            held = taken | set(numbers(arrived))
            if guilty in held or not bots:
                break
            answered |= held
            await store.updates.settle(f"bot {bots}", set(), held, held)
        dead = (await store.updates.abandon(f"bot {bots}")).dead
        bots += 1
    assert (bots, dead) == (4, 1)
    while left := numbers(await store.updates.take("bot 9", MANY)):
        answered |= set(left)
        await store.updates.settle("bot 9", set(), set(left), set(left))
    assert answered == set(range(1, next(new))) - {guilty}


async def test_of_what_is_suspect_one_chat_is_at_work_at_a_time(store: Store) -> None:
    await store.updates.add([arrival(n, n) for n in (1, 2, 3)], "bot 0", MANY)
    await store.updates.abandon("bot 0")
    assert numbers(await store.updates.take("bot 1", MANY)) == [1, 2, 3], "once is no reason"
    await store.updates.abandon("bot 1")
    assert numbers(await store.updates.take("bot 2", MANY)) == [1]
    assert await store.updates.take("bot 2", MANY) == []
    assert await store.updates.add([arrival(4, 2)], "bot 2", MANY) == [], "its chat keeps its order"
    assert numbers(await store.updates.add([arrival(5, 5)], "bot 2", MANY)) == [5]
    await store.updates.settle("bot 2", set(), {1}, {1})
    assert numbers(await store.updates.take("bot 2", MANY)) == [2, 4]
    assert numbers(await store.updates.take("bot 3", MANY)) == [3], "another bot, another one"


async def test_what_there_is_no_room_for_waits(store: Store) -> None:
    assert await store.updates.add([arrival(n, n) for n in range(1, 5)], "a", 0) == []
    assert numbers(await store.updates.take("a", 3)) == [1, 2, 3]
    assert numbers(await store.updates.take("a", 3)) == [4]


async def test_who_stops_in_good_order_leaves_the_rest_to_others(store: Store) -> None:
    await store.updates.add([arrival(1), arrival(2, THERE)], "a", MANY)
    await store.updates.settle("a", {2}, set(), set())
    await store.updates.release("a")
    assert numbers(await store.updates.take("b", MANY)) == [1]


async def test_of_what_is_settled_the_number_stays_for_a_while_and_nothing_else(
    store: Store,
) -> None:
    await store.updates.add([arrival(1), arrival(2)], "a", MANY)
    await store.updates.settle("a", set(), {1}, set())
    await store.updates.forget(utc_now() - timedelta(hours=1))
    assert await store.updates.states() == {"done": 1, "claimed": 1}
    await store.updates.forget(utc_now() + timedelta(hours=1))
    assert await store.updates.states() == {"claimed": 1}
