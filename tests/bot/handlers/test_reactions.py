"""Reactions as ratings, where Telegram tells of them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.app import AnyApplication, allowed_updates
from bot.cards import CardPainter, CardStudio
from bot.pictures import Pictures
from bot.posting import DailySender
from bot.services import Services
from bot.store import Store
from bot.usecases.daily import DailyPoem
from tests.telegram import FakeTelegram, Message, User
from tests.telegram.reactions import CUSTOM, PAID, tell_counts


@pytest.fixture(autouse=True)
def told(bot: AnyApplication, telegram: FakeTelegram) -> None:
    """As the bot asks Telegram for updates."""
    telegram.updates.allow(allowed_updates(bot))


def poem_of(message: Message) -> str:
    data = message.button("★5").data
    assert data is not None
    return data.split(":")[1]


def test_the_bot_asks_for_what_it_hears(bot: AnyApplication) -> None:
    asked = allowed_updates(bot)
    assert {"message_reaction", "message_reaction_count", "my_chat_member"} <= set(asked)
    assert "chat_member" not in asked, "who may change settings is asked when they do"


async def test_a_reaction_rates_and_its_removal_takes_that_back(
    telegram: FakeTelegram, ada: User, store: Store
) -> None:
    verse = await ada.asks("/poem")

    async def summary(*reactions: str) -> tuple[int, float | None]:
        ada.reacts(verse, *reactions)
        await telegram.settled()
        found = await store.ratings.summary(poem_of(verse))
        return found.count, found.mean

    assert await summary("👍") == (1, 4)
    assert await summary("💩") == (1, 1)
    assert await summary("🤣") == (0, None), "that may mean anything"
    assert await summary(CUSTOM + "5368324170671202286") == (0, None)
    assert await summary("🔥") == (1, 5)
    assert await summary() == (0, None)


async def test_a_pressed_star_goes_before_a_reaction(
    telegram: FakeTelegram, ada: User, store: Store
) -> None:
    verse = await ada.asks("/poem")
    ada.reacts(verse, "👎")
    ada.clicks(verse, "★4")
    ada.reacts(verse, "🔥")
    await telegram.settled()
    assert await store.ratings.of(ada.id, poem_of(verse)) == 4
    ada.reacts(verse)
    await telegram.settled()
    assert await store.ratings.of(ada.id, poem_of(verse)) == 4


async def test_several_reactions_of_one_person_are_one_rating(
    telegram: FakeTelegram, ada: User, store: Store
) -> None:
    ada.premium = True
    verse = await ada.asks("/poem")
    ada.reacts(verse, "👍", "👎", "🤔")
    await telegram.settled()
    found = await store.ratings.summary(poem_of(verse))
    assert (found.count, found.mean) == (1, 3)


async def test_in_a_group_each_member_counts_and_nobody_without_a_name(
    telegram: FakeTelegram, ada: User, li: User, store: Store
) -> None:
    group = telegram.supergroup("诗社", li, ada)
    li.adds_bot_to(group)
    li.promotes_bot_in(group)
    verse = await ada.asks("/poem@qibu_test_bot", group)
    bo = telegram.user("Bo")
    li.promotes(bo, group)
    for person, reaction in ((ada, "👍"), (bo, "❤")):
        person.reacts(verse, reaction)
    li.reacts(verse, "👎", anonymously=True)
    await telegram.settled()
    found = await store.ratings.summary(poem_of(verse))
    assert (found.count, found.mean) == (2, 4.5)


async def test_reactions_to_anything_else_are_nothing(
    telegram: FakeTelegram, ada: User, li: User, store: Store
) -> None:
    several = await ada.asks("/couplet 白日依山尽")
    help_text = await ada.asks("/help")
    own = ada.sends("白日依山尽，黄河入海流")
    await telegram.settled()
    for message in (several, help_text, own):
        ada.reacts(message, "🔥")
    await telegram.settled()
    assert await store.poems.top(ada.id, None, 9) == []


async def test_a_card_and_a_daily_post_are_rated_likewise(
    telegram: FakeTelegram, services: Services, bot: AnyApplication, ada: User, store: Store
) -> None:
    verse = await ada.asks("/poem")
    ada.clicks(verse, "Card")
    await telegram.settled()
    card = ada.last_answer
    assert card.photo
    ada.reacts(card, "👍")
    await telegram.settled()
    assert (await store.ratings.summary(poem_of(verse))).mean == 4

    today = await ada.asks("/today")
    ada.reacts(today, "🔥")
    await telegram.settled()
    assert (await store.ratings.summary(poem_of(today))).mean == 5


async def test_a_channels_readers_are_one_voice_and_the_post_shows_it(
    telegram: FakeTelegram, ada: User, li: User, store: Store
) -> None:
    readers = [telegram.user(f"Reader {number}") for number in range(4)]
    channel = telegram.channel("唐音", li, *readers)
    li.adds_bot_to(channel)
    li.posts("/poem", channel)
    await telegram.settled()
    post = channel.last_answer
    assert [len(row) for row in post.keyboard] == [5], "rating buttons only"
    for reader, reaction in zip(readers, ("👍", "👍", "🔥", "😭"), strict=True):
        reader.reacts(post, reaction)
    readers[0].premium = True
    readers[0].reacts(post, "👍", PAID)
    tell_counts(channel)
    await telegram.settled()
    found = await store.ratings.summary(poem_of(post))
    assert (found.count, found.mean) == (1, 4), "the mean of 4 4 5"
    await telegram.until(lambda: len(post.keyboard) == 2)
    assert post.keyboard[1][0].text == "★ 4.0 · 1 人评"

    readers[3].clicks(post, "★1")
    await telegram.settled()
    found = await store.ratings.summary(poem_of(post))
    assert (found.count, found.mean) == (2, 2.5)
    for reader in readers:
        reader.reacts(post)
    tell_counts(channel)
    await telegram.settled()
    found = await store.ratings.summary(poem_of(post))
    assert (found.count, found.mean) == (1, 1)


async def test_after_a_turn_the_verse_that_is_shown_is_meant(
    telegram: FakeTelegram, ada: User, store: Store
) -> None:
    verse = await ada.asks("/poem")
    first = poem_of(verse)
    ada.clicks(verse, "Vary")
    await telegram.settled()
    shown = poem_of(ada.last_answer)
    assert shown != first
    ada.reacts(ada.last_answer, "👍")
    await telegram.settled()
    assert (await store.ratings.summary(shown)).count == 1
    assert (await store.ratings.summary(first)).count == 0


async def test_the_daily_post_itself(
    telegram: FakeTelegram, services: Services, bot: AnyApplication, ada: User, store: Store
) -> None:
    await ada.asks("/daily 08:00 UTC")
    pictures = Pictures(CardStudio(CardPainter()))
    sender = DailySender(bot.bot, store, services.texts, pictures)
    nine = datetime(2030, 3, 1, 9, tzinfo=UTC)
    await DailyPoem(store, services.poet, sender, lambda: nine).tick()
    await pictures.aclose()
    ada.reacts(ada.last_answer, "❤")
    await telegram.settled()
    poem = await store.daily_poems.of(date(2030, 3, 1))
    assert poem is not None
    assert (await store.ratings.summary(poem.public_id)).mean == 5
