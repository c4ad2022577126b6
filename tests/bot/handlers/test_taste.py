"""/taste: agreed to, learnt from stars, shown, and forgotten."""

from __future__ import annotations

import json

import pytest

from bot.store import Store
from tests.telegram import FakeTelegram, User

SAVED = "✓ Settled"
pytestmark = pytest.mark.usefixtures("bot")


async def stars(
    user: User, telegram: FakeTelegram, number: int, times: int, form: str = "五言联"
) -> None:
    for _ in range(times):
        poem = await user.asks(f"/poem {form}")
        user.clicks(poem, f"★{number}")
        await telegram.settled()


async def test_nothing_is_learnt_before_the_chat_agrees(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    shown = await ada.asks("/taste")
    assert "If you agree" in shown.text
    await stars(ada, telegram, 5, 1)
    assert await store.tastes.of(ada.id) is None
    click = ada.clicks(shown, "Learn from our stars")
    await telegram.settled()
    assert click.answer == SAVED
    assert "I am listening" in shown.text
    taste = await store.tastes.of(ada.id)
    assert taste is not None
    assert taste.ratings == 0


async def test_stars_are_learnt_from_and_shown_in_words_and_bars(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    await ada.asks("/taste on")
    await stars(ada, telegram, 5, 8)
    await stars(ada, telegram, 1, 8, "七绝")
    taste = await store.tastes.of(ada.id)
    assert taste is not None
    assert taste.ratings == 16
    shown = await ada.asks("/taste")
    assert shown.photo
    assert "From 16 ratings:" in shown.text
    liked, disliked = shown.text.splitlines()[3:5]
    assert "five-character couplet" in liked
    assert "seven-character quatrain" in disliked
    changed = ada.clicks(shown, "Begin anew")
    await telegram.settled()
    assert changed.answer == SAVED
    assert "I am listening" in ada.answers[-1].text
    assert await store.tastes.rated(ada.id, 9) == []


async def test_turning_it_off_deletes_what_was_learnt(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    await ada.asks("/taste on")
    await stars(ada, telegram, 5, 1)
    shown = await ada.asks("/taste off")
    assert "If you agree" in shown.text
    assert await store.tastes.of(ada.id) is None


async def test_in_a_group_its_admins_agree_for_it(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    group = telegram.group("Poets", ada, li)
    ada.adds_bot_to(group)
    await telegram.settled()
    await li.asks("/taste on", group)
    assert await store.tastes.of(group.id) is None
    await ada.asks("/taste on", group)
    assert await store.tastes.of(group.id) is not None


async def test_where_a_chat_agreed_several_verses_are_offered_and_one_is_kept(
    ada: User, store: Store
) -> None:
    await ada.asks("/taste on")
    poem = await ada.asks("/poem")
    assert len(poem.text) > 10
    assert await store.own_poems.count(ada.id) == 1


async def test_an_export_tells_what_was_learnt_and_from_what(
    ada: User, telegram: FakeTelegram
) -> None:
    await ada.asks("/taste on")
    await stars(ada, telegram, 5, 2)
    file = await ada.asks("/export")
    taste = json.loads(telegram.files[file.document or ""])["taste"]
    assert taste["agreed_at"]
    assert [rating["stars"] for rating in taste["learnt_from"]] == [5, 5]
    assert taste["learnt_in_private"]["couplet5"]["stars"] > 0
    await ada.asks("/taste off")
    file = await ada.asks("/export")
    taste = json.loads(telegram.files[file.document or ""])["taste"]
    assert taste == {"agreed_at": None, "learnt_in_private": {}, "learnt_from": []}
