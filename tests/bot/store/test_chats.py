"""Chats, their settings, and groups that become supergroups."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.store import ChatRecord, Claim, DeliveryRecord, Store, UnknownZone
from model.verse import Form, Script
from tests.bot.databases import new_poem

DAY = date(2026, 5, 1)
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


async def _group(store: Store, chat_id: int = -5) -> ChatRecord:
    return await store.chats.ensure(chat_id, "group", "friends", zone="Asia/Shanghai")


async def _sent(store: Store, chat_id: int, message_id: int) -> Claim:
    claim = await store.deliveries.claim(chat_id, DAY, NOW + timedelta(hours=3), NOW)
    poem = await store.poems.add(new_poem())
    assert claim is not None
    assert await store.deliveries.begin(claim, poem.id, NOW) is not None
    await store.deliveries.sent(claim, message_id, NOW)
    return claim


async def test_a_chat_keeps_its_settings_and_follows_its_title(store: Store) -> None:
    chat = await _group(store)
    assert chat == ChatRecord(
        id=-5,
        kind="group",
        title="friends",
        language=None,
        script=Script.SIMPLIFIED,
        zone="Asia/Shanghai",
        daily_at=None,
        thread_id=None,
        state="active",
        strikes=0,
    )
    await store.chats.set_language(-5, "zh-Hant", Script.TRADITIONAL)
    await store.chats.set_daily(-5, time(8, 30), "Europe/Berlin", thread_id=77)
    again = await store.chats.ensure(-5, "group", "old friends", language="en", zone="UTC")
    assert (again.title, again.language, again.script) == (
        "old friends",
        "zh-Hant",
        Script.TRADITIONAL,
    )
    assert (again.daily_at, again.zone, again.thread_id) == (time(8, 30), "Europe/Berlin", 77)
    assert await store.chats.get(-5) == again
    assert await store.chats.get(-6) is None


async def test_a_zone_must_exist(store: Store) -> None:
    await _group(store)
    for zone in ("Mars/Base", "", "../../etc/passwd", "Europe"):
        with pytest.raises(UnknownZone):
            await store.chats.set_daily(-5, time(8), zone)
        with pytest.raises(UnknownZone):
            await store.chats.ensure(-6, "group", "others", zone=zone)
    assert await store.chats.list_daily() == []


async def test_the_daily_begins_and_ends(store: Store) -> None:
    await _group(store)
    await _group(store, -6)
    await store.chats.set_daily(-5, time(20), "UTC")
    await store.chats.set_daily(-6, time(8, 0, 30), "UTC")
    assert [(chat.id, chat.daily_at) for chat in await store.chats.list_daily()] == [
        (-6, time(8)),
        (-5, time(20)),
    ]
    stopped = await store.chats.stop_daily(-5)
    assert stopped is not None
    assert stopped.daily_at is None
    assert [(one.zone, one.at) for one in await store.rounds.times()] == [("UTC", time(8))]
    assert await store.chats.set_daily(-99, time(8), "UTC") is None


async def test_strikes_end_when_the_chat_speaks_again(store: Store) -> None:
    await _group(store)
    await store.chats.set_daily(-5, time(8), "UTC")
    assert [await store.chats.strike(-5) for _ in range(3)] == [1, 2, 3]
    await store.chats.set_state(-5, "dead")
    assert await store.rounds.times() == []
    spoken = await _group(store)
    assert (spoken.state, spoken.strikes, spoken.daily_at) == ("active", 0, time(8))
    assert await store.chats.strike(-99) == 0


async def test_a_supergroup_is_the_group_it_was(store: Store) -> None:
    await _group(store)
    await store.chats.set_language(-5, "en", Script.TRADITIONAL)
    await store.chats.set_daily(-5, time(8), "Europe/Berlin")
    await store.chats.strike(-5)
    poem = await store.poems.add(new_poem(public=False, chat_id=-5))
    await _sent(store, -5, 42)

    moved = await store.chats.migrate(-5, -1005)
    assert moved is not None
    assert (moved.id, moved.kind, moved.title) == (-1005, "supergroup", "friends")
    assert (moved.language, moved.script) == ("en", Script.TRADITIONAL)
    assert (moved.daily_at, moved.zone, moved.strikes) == (time(8), "Europe/Berlin", 0)
    assert await store.chats.get(-5) is None
    kept = await store.poems.get(poem.public_id)
    assert kept is not None
    assert kept.chat_id == -1005
    delivery = await store.deliveries.of(-1005, DAY)
    assert delivery is not None
    assert (delivery.state, delivery.message_id) == ("sent", None), "messages stay where they were"

    assert await store.chats.migrate(-5, -1005) == moved
    assert await store.chats.migrate(-7, -1007) is None
    assert await store.chats.migrate(-1005, -1005) == moved


async def test_a_supergroup_seen_before_the_news_takes_the_old_choices(store: Store) -> None:
    await _group(store)
    await store.chats.set_language(-5, "zh-Hant", Script.TRADITIONAL)
    await store.chats.set_daily(-5, time(8), "Europe/Berlin")
    await store.chats.ensure(-1005, "supergroup", "friends", zone="Asia/Shanghai")
    moved = await store.chats.migrate(-5, -1005)
    assert moved is not None
    assert (moved.language, moved.script) == ("zh-Hant", Script.TRADITIONAL)
    assert (moved.daily_at, moved.zone) == (time(8), "Europe/Berlin")
    assert len(await store.chats.list_daily()) == 1


async def test_choices_made_in_the_supergroup_are_kept(store: Store) -> None:
    await _group(store)
    await store.chats.set_language(-5, "zh-Hant", Script.TRADITIONAL)
    await store.chats.set_daily(-5, time(8), "Europe/Berlin")
    await store.chats.ensure(-1005, "supergroup", "friends", zone="Asia/Shanghai")
    await store.chats.set_language(-1005, "en", Script.SIMPLIFIED)
    await store.chats.set_daily(-1005, time(21), "Asia/Tokyo", thread_id=3)
    moved = await store.chats.migrate(-5, -1005)
    assert moved is not None
    assert (moved.language, moved.script) == ("en", Script.SIMPLIFIED)
    assert (moved.daily_at, moved.zone, moved.thread_id) == (time(21), "Asia/Tokyo", 3)


@pytest.mark.parametrize(
    ("in_old", "in_new", "kept"),
    [
        ("sent", "claimed", "sent"),
        ("claimed", "sent", "sent"),
        ("claimed", "claimed", "claimed"),
        ("sent", "sent", "sent"),
        ("claimed", None, "claimed"),
    ],
)
async def test_what_may_have_been_posted_is_never_lost_in_a_merge(
    store: Store, in_old: str, in_new: str | None, kept: str
) -> None:
    await _group(store)
    await store.chats.ensure(-1005, "supergroup", "friends", zone="UTC")
    for chat_id, state in ((-5, in_old), (-1005, in_new)):
        await store.chats.set_daily(chat_id, time(8), "UTC")
        if state == "sent":
            await _sent(store, chat_id, abs(chat_id))
        elif state == "claimed":
            assert await store.deliveries.claim(chat_id, DAY, NOW + timedelta(hours=3), NOW)
    await store.chats.migrate(-5, -1005)
    delivery: DeliveryRecord | None = await store.deliveries.of(-1005, DAY)
    assert delivery is not None
    assert delivery.state == kept
    assert await store.deliveries.of(-5, DAY) is None


async def test_a_supergroup_keeps_every_taste_of_the_group(store: Store) -> None:
    await store.users.ensure(1, None)
    await _group(store)
    await store.chats.set_adder(-5, 1)
    for seen_before in (False, True):
        if seen_before:
            await store.chats.ensure(-1006, "supergroup", "friends", zone="UTC")
        old, new = (-1005, -1006) if seen_before else (-5, -1005)
        moved = await store.chats.migrate(old, new)
        assert moved is not None
        assert moved.added_by == 1


async def test_channels_without_a_daily_wait_for_whoever_added_the_bot(store: Store) -> None:
    for user_id in (1, 2):
        await store.users.ensure(user_id, None)
    for chat_id in (-1001, -1002, -1003):
        await store.chats.ensure(chat_id, "channel", "Tang", zone="UTC")
        await store.chats.set_adder(chat_id, 1)
    await store.chats.set_state(-1003, "left")
    await _group(store)
    await store.chats.set_adder(-5, 1)
    assert {chat.id for chat in await store.chats.unsettled(1)} == {-1001, -1002}
    assert await store.chats.unsettled(2) == []
    await store.chats.set_daily(-1001, time(8), "UTC")
    await store.chats.set_adder(-1002, None)
    assert await store.chats.unsettled(1) == []
    assert (await store.users.forget(1)).ratings == 0
    kept = await store.chats.get(-1001)
    assert kept is not None
    assert kept.added_by is None


async def test_a_zone_and_a_topic_are_settings_of_their_own(store: Store) -> None:
    await _group(store)
    await store.chats.set_daily(-5, time(8), "UTC", thread_id=7)
    changed = await store.chats.set_zone(-5, "Asia/Tokyo")
    assert changed is not None
    assert (changed.zone, changed.daily_at, changed.thread_id) == ("Asia/Tokyo", time(8), 7)
    with pytest.raises(UnknownZone):
        await store.chats.set_zone(-5, "Mars/Base")
    general = await store.chats.set_thread(-5, None)
    assert general is not None
    assert (general.thread_id, general.daily_at) == (None, time(8))


async def test_what_a_chat_prefers_is_changed_by_itself(store: Store, other_store: Store) -> None:
    await store.chats.ensure(1, "private", "", zone="UTC")
    await store.chats.prefer(1, form=Form.JUEJU7, silent=True)
    chat = await other_store.chats.prefer(1, punctuated=False, script=Script.TRADITIONAL)
    assert chat is not None
    assert (chat.form, chat.silent, chat.punctuated) == (Form.JUEJU7, True, False)
    assert chat.script is Script.TRADITIONAL
    chat = await store.chats.prefer(1, form=None)
    assert chat is not None and chat.form is None and chat.silent
    assert await store.chats.prefer(2, silent=True) is None
