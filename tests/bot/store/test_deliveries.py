"""The claim on a chat's daily poem: who holds it, and which step may follow which."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.store import Claim, PoemRecord, Store
from tests.bot.databases import new_poem

DAY = date(2026, 5, 1)
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
STALE = timedelta(minutes=5)
LATER = NOW + timedelta(minutes=6)
EXPIRES = NOW + timedelta(hours=3)
CHAT = -5


@pytest.fixture(autouse=True)
async def poem(store: Store) -> PoemRecord:
    await store.chats.ensure(CHAT, "group", "friends", zone="UTC")
    await store.chats.set_daily(CHAT, time(8), "UTC")
    return await store.poems.add(new_poem())


async def _claimed(store: Store) -> Claim:
    claim = await store.deliveries.claim(CHAT, DAY, EXPIRES, NOW)
    assert claim is not None
    return claim


async def _sending(store: Store, poem: PoemRecord) -> Claim:
    claim = await _claimed(store)
    assert await store.deliveries.begin(claim, poem.id, NOW) is not None
    return claim


async def _state(store: Store) -> str | None:
    delivery = await store.deliveries.of(CHAT, DAY)
    return delivery.state if delivery else None


async def _waiting(store: Store, now: datetime = LATER) -> list[Claim]:
    return [claim async for claim in store.deliveries.waiting(now, now - STALE)]


async def _unclaimed(store: Store, zone: str, at: time) -> list[int]:
    return [chat async for chat in store.rounds.unclaimed(zone, at, DAY)]


async def test_one_claim_a_chat_and_date_however_many_bots_ask(
    store: Store, other_store: Store
) -> None:
    claims = await asyncio.gather(
        *(
            bot.deliveries.claim(CHAT, DAY, EXPIRES, NOW)
            for _ in range(10)
            for bot in (store, other_store)
        )
    )
    assert sum(claim is not None for claim in claims) == 1
    assert await store.deliveries.claim(CHAT, DAY + timedelta(days=1), EXPIRES, NOW) is not None
    assert await store.deliveries.claim(-404, DAY, EXPIRES, NOW) is None


async def test_who_is_unclaimed(store: Store) -> None:
    for chat_id, zone, state in ((-6, "UTC", "left"), (-7, "Asia/Tokyo", "active")):
        await store.chats.ensure(chat_id, "group", "others", zone="UTC")
        await store.chats.set_daily(chat_id, time(8), zone)
        await store.chats.set_state(chat_id, "left" if state == "left" else "active")
    assert await _unclaimed(store, "UTC", time(8)) == [CHAT]
    assert await _unclaimed(store, "UTC", time(9)) == []
    await _claimed(store)
    assert await _unclaimed(store, "UTC", time(8)) == []
    assert await _unclaimed(store, "Asia/Tokyo", time(8)) == [-7]


async def test_the_road_of_a_post(store: Store, poem: PoemRecord) -> None:
    await store.chats.strike(CHAT)
    claim = await _claimed(store)
    chat = await store.deliveries.begin(claim, poem.id, NOW)
    assert chat is not None
    assert chat.id == CHAT
    assert await _state(store) == "sending"
    await store.deliveries.sent(claim, 42, LATER)
    delivery = await store.deliveries.of(CHAT, DAY)
    assert delivery is not None
    assert (delivery.state, delivery.message_id, delivery.poem_id) == ("sent", 42, poem.id)
    assert delivery.changed_at == LATER
    chat = await store.chats.get(CHAT)
    assert chat is not None
    assert chat.strikes == 0
    assert await _waiting(store) == []


async def test_a_retry_waits_for_its_time(store: Store, poem: PoemRecord) -> None:
    claim = await _sending(store, poem)
    await store.deliveries.retry(claim, LATER, "too many requests", NOW)
    assert await _waiting(store, LATER - timedelta(seconds=1)) == []
    (found,) = await _waiting(store)
    again = await store.deliveries.take(found, LATER, LATER - STALE)
    assert again is not None
    assert (again.chat_id, again.attempt, again.expires_at) == (CHAT, 2, EXPIRES)
    assert await store.deliveries.begin(again, poem.id, LATER) is not None


async def test_what_stopped_before_it_was_sent_may_be_taken_by_one(
    store: Store, other_store: Store, poem: PoemRecord
) -> None:
    overtaken = await _claimed(store)
    assert await _waiting(store, NOW) == []
    (found,) = await _waiting(store)
    takes = await asyncio.gather(
        *(
            bot.deliveries.take(found, LATER, LATER - STALE)
            for _ in range(5)
            for bot in (store, other_store)
        )
    )
    (taken,) = [claim for claim in takes if claim is not None]
    # Whoever was taken for dead wakes up: neither a post nor a word of theirs counts any more.
    assert await store.deliveries.begin(overtaken, poem.id, LATER) is None
    assert await store.deliveries.begin(taken, poem.id, LATER) is not None
    await store.deliveries.dead(overtaken, "a ghost", LATER)
    assert await _state(store) == "sending"


async def test_what_stopped_while_it_was_sent_is_unknown_and_never_taken(
    store: Store, poem: PoemRecord
) -> None:
    claim = await _sending(store, poem)
    fresh = await store.deliveries.recover(NOW, NOW - STALE)
    assert (fresh.unknown, await _state(store)) == (0, "sending")
    left = await store.deliveries.recover(LATER, LATER - STALE)
    assert (left.unknown, left.expired, await _state(store)) == (1, 0, "unknown")
    assert await _waiting(store) == []
    assert await store.deliveries.take(claim, LATER, LATER) is None
    assert await store.deliveries.begin(claim, poem.id, LATER) is None
    # It was only slow: then what it says is better than not knowing.
    await store.deliveries.sent(claim, 42, LATER)
    assert await _state(store) == "sent"


@pytest.mark.parametrize("state", ["claimed", "retry"])
async def test_too_late_is_given_up(store: Store, poem: PoemRecord, state: str) -> None:
    claim = await _claimed(store)
    if state == "retry":
        await store.deliveries.begin(claim, poem.id, NOW)
        await store.deliveries.retry(claim, LATER, "later", NOW)
    assert await _waiting(store, EXPIRES) == []
    assert (await store.deliveries.recover(EXPIRES, EXPIRES - STALE)).expired == 1
    delivery = await store.deliveries.of(CHAT, DAY)
    assert delivery is not None
    assert (delivery.state, delivery.why) == ("dead", "too late")


async def test_nothing_leaves_for_a_chat_that_changed_its_mind(
    store: Store, poem: PoemRecord
) -> None:
    claim = await _claimed(store)
    await store.chats.stop_daily(CHAT)
    assert await store.deliveries.begin(claim, poem.id, NOW) is None
    await store.chats.set_daily(CHAT, time(9), "UTC")
    again = await store.deliveries.claim(CHAT, DAY, EXPIRES, NOW)
    assert again is not None
    assert again.delivery_id != claim.delivery_id
    await store.chats.set_state(CHAT, "left")
    assert await store.deliveries.begin(again, poem.id, NOW) is None
    assert await _state(store) is None


async def test_a_post_begins_once(store: Store, poem: PoemRecord) -> None:
    claim = await _claimed(store)
    begun = await asyncio.gather(*(store.deliveries.begin(claim, poem.id, NOW) for _ in range(5)))
    assert sum(chat is not None for chat in begun) == 1


async def test_an_end_is_an_end(store: Store, poem: PoemRecord) -> None:
    claim = await _sending(store, poem)
    await store.deliveries.dead(claim, "x" * 1000, NOW)
    await store.deliveries.retry(claim, NOW, "no", NOW)
    await store.deliveries.unknown(claim, "no", NOW)
    assert await _state(store) == "dead"
    assert await _waiting(store) == []


async def test_ordinary_answers_are_as_many_as_they_are(store: Store, poem: PoemRecord) -> None:
    for message_id in range(3):
        await store.deliveries.record(CHAT, message_id, [poem.public_id])
    await store.deliveries.record(CHAT, 4, ["forgotten---"])
    assert await _state(store) is None
    assert await _waiting(store) == []
    assert await store.deliveries.shown(CHAT, 4) is None


async def test_a_message_shows_what_it_was_turned_into_last(store: Store, poem: PoemRecord) -> None:
    other = await store.poems.add(new_poem())
    await store.deliveries.record(CHAT, 7, [poem.public_id, other.public_id])
    assert await store.deliveries.shown(CHAT, 7) is None, "two poems: nobody can tell which"
    await store.deliveries.record(CHAT, 7, [other.public_id])
    assert await store.deliveries.shown(CHAT, 7) == other.public_id
    assert await store.deliveries.shown(CHAT, 8) is None
    assert await store.deliveries.shown(CHAT - 1, 7) is None
    await store.deliveries.record(CHAT, 7, [])
    assert await store.deliveries.shown(CHAT, 7) is None


async def test_a_daily_post_shows_its_poem_and_keeps_its_claim(
    store: Store, poem: PoemRecord
) -> None:
    claim = await _sending(store, poem)
    await store.deliveries.sent(claim, 9, NOW)
    assert await store.deliveries.shown(CHAT, 9) == poem.public_id
    other = await store.poems.add(new_poem())
    await store.deliveries.record(CHAT, 9, [other.public_id])
    assert await store.deliveries.shown(CHAT, 9) == other.public_id
    assert await _state(store) == "sent"
