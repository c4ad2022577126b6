"""The policy of settings, as the table that it is, and how Telegram's answers find their row."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram import Bot, Update

from bot.access import POLICY, Access, Standing, access_of, settings_access
from tests.telegram import FakeTelegram, Supergroup, User

G, D, N, U = Access.GRANTED, Access.DENIED, Access.NAMELESS, Access.UNSEEN


@pytest.mark.parametrize(
    ("standing", "private", "group", "channel"),
    [
        (Standing.PERSON, G, N, N),
        (Standing.OWNER, N, G, G),
        (Standing.ADMIN, N, G, G),
        (Standing.ADMIN_WITHOUT_POSTS, N, G, D),
        (Standing.ANONYMOUS_ADMIN, N, G, N),
        (Standing.POST, N, N, G),
        (Standing.MEMBER, N, D, D),
        (Standing.OUTSIDER, D, D, D),
        (Standing.ANOTHER_CHAT, N, N, N),
        (Standing.UNSEEN, N, U, U),
    ],
)
def test_the_table(standing: Standing, private: Access, group: Access, channel: Access) -> None:
    kinds = {"private": private, "group": group, "supergroup": group, "channel": channel}
    assert {kind: POLICY[kind].get(standing, N) for kind in kinds} == kinds


def test_the_table_knows_every_standing() -> None:
    assert set().union(*POLICY.values()) == set(Standing)


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
def li(telegram: FakeTelegram) -> User:
    return telegram.user("李")


@pytest.fixture
def ada(telegram: FakeTelegram) -> User:
    return telegram.user("Ada")


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    request = telegram.request()
    async with Bot(telegram.token, request=request, get_updates_request=request) as bot:
        yield bot


@pytest.fixture
def group(telegram: FakeTelegram, li: User, ada: User) -> Supergroup:
    group = telegram.supergroup("诗社", li, ada)
    li.adds_bot_to(group)
    return group


async def test_people_where_they_are(
    bot: Bot, telegram: FakeTelegram, li: User, ada: User, group: Supergroup
) -> None:
    bo = telegram.user("Bo")
    channel = telegram.channel("唐音", li, ada)
    li.adds_bot_to(channel)

    async def found(chat: Any, *people: User) -> list[Access]:
        return [await access_of(bot, chat.id, chat.kind, person.id) for person in people]

    assert await found(group, li, ada, bo) == [G, D, D]
    assert await found(channel, li, ada, bo) == [G, D, D]
    assert await found(li.chat, li, ada) == [G, D]
    li.promotes(ada, channel)
    li.promotes(ada, group)
    assert await found(group, ada) + await found(channel, ada) == [G, G]
    li.promotes(ada, channel, without=("can_post_messages",))
    assert await found(channel, ada) == [D]
    assert await access_of(bot, group.id, group.kind, 12345) is D, "somebody Telegram forgot"


async def test_a_group_that_hides_its_members_shows_its_admins(
    bot: Bot, telegram: FakeTelegram, li: User, ada: User, group: Supergroup
) -> None:
    hidden = ("getChatMember", 400, "Bad Request: member list is inaccessible")
    telegram.fails_next(*hidden, times=3)
    assert await access_of(bot, group.id, group.kind, li.id) is G
    assert await access_of(bot, group.id, group.kind, ada.id) is D
    telegram.fails_next("getChatAdministrators", 400, "Bad Request: CHAT_ADMIN_REQUIRED")
    assert await access_of(bot, group.id, group.kind, li.id) is U


async def test_whoever_speaks_as_a_chat(
    bot: Bot, telegram: FakeTelegram, li: User, group: Supergroup
) -> None:
    channel = telegram.channel("唐音", li)
    li.adds_bot_to(channel)
    li.promotes_bot_in(group)
    heard: list[dict[str, Any]] = []
    telegram.updates.feed(heard.append)
    li.sends("/daily", group, anonymously=True)
    li.sends("/daily", group, as_channel=channel)
    li.posts("/daily", channel)
    updates = [Update.de_json(update, bot) for update in heard[-3:]]
    assert [await settings_access(bot, update) for update in updates] == [G, N, G]
