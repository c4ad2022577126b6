"""A flood gets one kind answer and then silence; buttons get a notice."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.app import build_application
from bot.services import Services
from bot.settings import Allowance
from tests.telegram import FakeTelegram, User, running

SLOWLY = 36_000
"""Seconds in which nothing of an allowance comes back while a test runs."""


@pytest.fixture
async def frugal(
    services: Services, telegram: FakeTelegram, li: User
) -> AsyncIterator[FakeTelegram]:
    """A bot that serves a person four times and a chat six times; li is its owner."""
    settings = services.settings.model_copy(
        update={
            "fair_use_person": Allowance(4, SLOWLY),
            "fair_use_chat": Allowance(6, SLOWLY),
            "owner_id": li.id,
        }
    )
    frugal = Services(settings, services.store, services.poet, services.texts, services.clock)
    async with running(build_application(frugal, request=telegram.request()), telegram):
        yield telegram


async def test_one_kind_answer_to_a_flood_in_private(frugal: FakeTelegram, ada: User) -> None:
    for _ in range(10):
        ada.sends("/help")
        await frugal.settled()
    assert [answer.text.split("!")[0] for answer in ada.answers[-2:]] == [
        ada.answers[0].text,
        "That is more than I can write at once",
    ]
    assert len(ada.answers) == 5
    other = frugal.user("Bo")
    assert "What I can do" in (await other.asks("/help")).text, "others are served"


async def test_each_press_gets_its_notice(frugal: FakeTelegram, ada: User) -> None:
    verse = await ada.asks("/poem")
    clicks = []
    for _ in range(9):
        clicks.append(ada.clicks(verse, "★5"))
        await frugal.settled()
    assert [click.answer.split("!")[0] for click in clicks[-3:]] == [
        "That is more than I can write at once"
    ] * 3
    assert clicks[0].answer.startswith("★5, thank you!")
    assert len(ada.answers) == 1
    ada.sends("/help")
    await frugal.settled()
    assert len(ada.answers) == 1, "a flood of both is one flood"


async def test_a_group_shares_its_allowance_but_for_presses(
    frugal: FakeTelegram, ada: User, li: User
) -> None:
    people = [frugal.user(f"Person {number}") for number in range(9)]
    group = frugal.supergroup("诗社", ada, li, *people)
    ada.adds_bot_to(group)
    await frugal.settled()
    before = len(group.answers)
    for person in people:
        person.sends("/help@qibu_test_bot", group)
        await frugal.settled()
    assert len(group.answers) == before + 7
    assert group.last_answer.text.startswith("So many wishes at once in this chat!")
    assert group.last_answer.reply_to is not None
    assert group.last_answer.reply_to.sender is people[6]
    verse = await li.asks("/poem@qibu_test_bot", group)
    clicks = [person.clicks(verse, "★5") for person in people]
    await frugal.settled()
    assert all("thank you" in click.answer for click in clicks)


async def test_a_channel_has_an_allowance_too(frugal: FakeTelegram, ada: User) -> None:
    channel = frugal.channel("唐音", ada)
    ada.adds_bot_to(channel)
    for _ in range(9):
        ada.posts("/help", channel)
        await frugal.settled()
    assert len(channel.answers) == 7


async def test_the_owner_asks_as_much_as_they_like(frugal: FakeTelegram, li: User) -> None:
    for _ in range(20):
        assert "我会这些" in (await li.asks("/help")).text
