"""Who speaks, and where: remembered once, changed when Telegram tells something else."""

from __future__ import annotations

import pytest

from bot.store import ChatRecord, Store
from bot.store.chats import UnknownZone

ADA, GROUP = 7, -1007


async def speaks(
    store: Store, *, title: str = "Friends", language: str | None = "en"
) -> ChatRecord:
    return await store.visits.receive(GROUP, "group", title, ADA, language, zone="Asia/Shanghai")


async def test_both_are_remembered_from_the_first_word(store: Store) -> None:
    chat = await speaks(store)
    assert (chat.id, chat.title, chat.zone) == (GROUP, "Friends", "Asia/Shanghai")
    assert await store.chats.get(GROUP) == chat
    person = await store.users.get(ADA)
    assert person is not None
    assert person.language_code == "en"


async def test_what_is_known_stays_as_it_was_set(store: Store) -> None:
    await speaks(store)
    await store.chats.set_zone(GROUP, "Europe/Berlin")
    assert (await speaks(store)).zone == "Europe/Berlin"


async def test_another_title_and_another_language_are_learnt(store: Store) -> None:
    await speaks(store)
    assert (await speaks(store, title="Poets" * 100)).title == ("Poets" * 100)[:255]
    await speaks(store, title="Poets" * 100, language="zh-hans-" + "x" * 90)
    person = await store.users.get(ADA)
    assert person is not None
    assert person.language_code == ("zh-hans-" + "x" * 90)[:35]


async def test_a_chat_that_was_given_up_is_active_again(store: Store) -> None:
    await speaks(store)
    await store.chats.set_state(GROUP, "dead")
    assert (await speaks(store)).state == "active"


async def test_a_stranger_in_a_known_chat_is_remembered(store: Store) -> None:
    await store.chats.ensure(GROUP, "group", "Friends", zone="UTC")
    await speaks(store)
    assert await store.users.get(ADA) is not None


async def test_a_zone_that_is_none_is_refused(store: Store) -> None:
    with pytest.raises(UnknownZone):
        await store.visits.receive(GROUP, "group", "", ADA, None, zone="Mars/Olympus")
