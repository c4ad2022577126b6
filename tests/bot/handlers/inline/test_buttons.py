"""Inline mode: what the buttons below such verse do, and sending one's own on."""

from __future__ import annotations

import pytest

from bot.app import AnyApplication
from bot.store import Store
from model.verse import Script
from tests.bot.databases import new_poem
from tests.bot.handlers.verses import kept, poem_id
from tests.telegram import FakeTelegram, User

LINK = "https://t.me/qibu_test_bot?start=v_"


@pytest.mark.usefixtures("bot")
async def test_everybody_rates_and_the_average_keeps_the_language_of_the_message(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    query = await li.is_offered()
    sent = li.chooses(query, query.results[0].id)
    click = ada.clicks(sent, "★5")
    await telegram.settled()
    assert click.answer == "★5, thank you! Yours is the first rating."
    await telegram.until(lambda: len(sent.keyboard) == 4)
    assert sent.keyboard[1][0].text == "★ 5.0 · 1 人评"
    assert [button.text for button in sent.keyboard[2]] == ["再来", "格律", "♡ 收藏"]
    assert sent.keyboard[3][0].text == "卡片等更多"
    opinions = li.clicks(sent, "★ 5.0")
    await telegram.settled()
    assert opinions.alert
    assert opinions.answer.startswith("★ 5.0，1 人评")
    assert (await store.ratings.summary(poem_id(sent))).count == 1


@pytest.mark.usefixtures("bot")
async def test_many_ratings_of_such_a_message_are_few_edits(
    ada: User, telegram: FakeTelegram, bot: AnyApplication
) -> None:
    query = await ada.is_offered()
    sent = ada.chooses(query, query.results[0].id)
    data = sent.button("★4").data
    assert data is not None
    for number in range(12):
        telegram.user(f"Reader {number}").forges_click(sent, data)
    await telegram.settled()
    await telegram.until(lambda: len(sent.keyboard) == 4)
    assert len(telegram.calls_of("editMessageReplyMarkup")) == 1


@pytest.mark.usefixtures("bot")
async def test_a_button_that_needs_a_chat_leads_into_the_private_one(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    query = await ada.is_offered()
    sent = ada.chooses(query, query.results[0].id)
    hidden = await store.poems.add(new_poem(public=False, seed_text="白日"))
    for button in "cnpy":
        click = ada.forges_click(sent, f"{button}1:{poem_id(sent)}")
        secret = ada.forges_click(sent, f"{button}1:{hidden.public_id}")
        await telegram.settled()
        assert click.url == LINK + poem_id(sent)
        assert (secret.answer, secret.url) == ("This verse is no longer here.", "")


@pytest.mark.usefixtures("bot")
async def test_the_prosody_comes_and_goes_in_the_look_of_the_message(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    await li.asks("/start")
    await store.chats.set_language(li.id, "zh-Hant", Script.TRADITIONAL)
    await store.chats.prefer(li.id, punctuated=False)
    poem = await store.poems.add(new_poem("龙归沧海远，万里送归舟。"))
    sent = li.chooses(await li.is_offered(f"v_{poem.public_id}"), "龍歸滄海遠　萬里送歸舟")
    before = sent.text
    ada.clicks(sent, "格律")
    await telegram.settled()
    assert sent.text.startswith("龍歸滄海遠　")
    assert "平" in sent.text
    ada.clicks(sent, "★4")
    await telegram.until(lambda: len(sent.keyboard) == 4)
    await telegram.settled()
    back = sent.keyboard[2][1]
    assert back.data == f"s1:{poem.public_id}:zh-Hanttbx", "still shown after a rating"
    ada.clicks(sent, back.text)
    await telegram.settled()
    assert sent.text == before
    assert sent.button("格律").data == f"g1:{poem.public_id}:zh-Hanttb"


@pytest.mark.usefixtures("bot")
async def test_verse_is_kept_from_there_by_whoever_likes_it(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    sent = ada.chooses(await ada.is_offered("白鹤"), "New")
    await telegram.settled()
    clicks = [li.clicks(sent, "♡") for _ in range(2)]
    await telegram.settled()
    assert clicks[0].answer != clicks[1].answer
    (kept_poem,) = await store.favourites.list(li.id, 0, 9)
    assert kept_poem.public_id == poem_id(sent)


@pytest.mark.usefixtures("bot")
async def test_what_its_maker_took_back_is_explained_and_kept_no_more(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    sent = ada.chooses(await ada.is_offered("白鹤"), "New")
    await telegram.settled()
    assert await store.own_poems.take_back(ada.id, poem_id(sent))
    clicks = [li.clicks(sent, label) for label in ("♡", "Prosody")]
    await telegram.settled()
    assert {click.answer for click in clicks} == {"这首诗已经不在这里了。"}


@pytest.mark.usefixtures("bot")
async def test_ones_own_verse_can_be_sent_on_and_is_shared_by_that(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    mine = await kept(store, await ada.asks("/poem 白鹤"))
    words = f"v_{mine.public_id}"
    assert not (await li.is_offered(words)).results, "somebody else's words"
    sent = ada.chooses(await ada.is_offered(words), "v1:")
    await telegram.settled()
    assert sent.text.endswith("grown from somebody's words"), "which stay where they were said"
    shared = await kept(store, sent)
    assert (shared.public, shared.shared) == (False, True)
    assert len((await li.is_offered(words)).results) == 1
