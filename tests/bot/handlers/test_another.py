"""The button under a verse that asks for another like it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.app import build_application
from bot.poet import PoetClient, WorkerAddress
from bot.services import Services
from bot.store import Store
from tests.bot.databases import new_poem
from tests.bot.handlers.conftest import KEY
from tests.bot.handlers.verses import kept
from tests.telegram import FakeTelegram, User, running


@pytest.mark.usefixtures("bot")
async def test_another_comes_below_in_the_same_form_on_the_same_theme(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    first = await ada.asks("/poem couplet7 明月")
    shown = first.text
    click = ada.clicks(first, "Another")
    await telegram.settled()
    second = ada.last_answer
    assert click.answered
    assert not click.answer
    assert first.text == shown, "the first stays as it is"
    assert second is not first
    assert second.text.endswith("Seven-character couplet · on 明月")
    assert [button.text for button in second.keyboard[-2]] == ["Another", "Vary", "Prosody"]
    one, other = await kept(store, first), await kept(store, second)
    assert (other.form, other.seed_text, other.public) == (one.form, "明月", False)
    assert other.seed != one.seed


@pytest.mark.usefixtures("bot")
async def test_of_a_verse_from_numbers_another_is_from_numbers_too(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    free = await ada.asks("/poem 七言联")
    await li.asks("/start")
    li.forges_click(li.last_answer, f"n1:{(await kept(store, free)).public_id}")
    await telegram.settled()
    assert li.last_answer.text.endswith("七言联 · 得自随机数"), "free verse is everybody's"
    made = await kept(store, li.last_answer)
    assert (made.public, made.user_id, made.chat_id) == (True, li.id, li.id)


@pytest.mark.usefixtures("bot")
async def test_a_line_of_a_person_is_no_theme(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    """Of verse that grew from more characters than a theme has, another has the form alone."""
    data = (await ada.asks("/couplet 白日依山尽")).buttons[0].data
    assert data is not None
    ada.forges_click(ada.last_answer, f"n1:{data.split(':')[1]}")
    await telegram.settled()
    assert ada.last_answer.text.endswith("Five-character couplet · from random numbers")


@pytest.mark.usefixtures("bot")
async def test_words_are_heard_again_only_where_they_were_said(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    mine = await ada.asks("/poem 明月")
    hello = await li.asks("/start")
    click = li.forges_click(hello, f"n1:{(await kept(store, mine)).public_id}")
    await telegram.settled()
    assert click.answer == "这首诗已经不在这里了。"
    assert li.answers == [hello]


@pytest.mark.usefixtures("bot")
async def test_a_verse_that_is_gone_has_no_like(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    poem = await ada.asks("/poem 明月")
    await store.users.forget(ada.id)
    click = ada.clicks(poem, "Another")
    await telegram.settled()
    assert (click.answer, click.alert) == ("This verse is no longer here.", True)
    assert ada.answers == [poem]


@pytest.mark.usefixtures("bot")
async def test_in_a_group_anybody_may_ask_and_the_answer_keeps_to_the_topic(
    ada: User, li: User, telegram: FakeTelegram
) -> None:
    group = telegram.supergroup("诗社", ada, li)
    ada.adds_bot_to(group)
    topic = group.opens_topic(ada, "月")
    poem = await ada.asks("/poem@qibu_test_bot 明月", group, topic=topic)
    li.clicks(poem, "Another")
    await telegram.settled()
    assert group.last_answer is not poem
    assert group.last_answer.thread_id == topic


@pytest.mark.usefixtures("bot")
async def test_a_reader_of_a_channel_cannot_have_the_bot_post(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    channel = telegram.channel("Tang", ada)
    ada.adds_bot_to(channel)
    ada.posts("/poem", channel)
    await telegram.settled()
    post = channel.last_answer
    assert len(post.keyboard) == 1
    public_id = (await kept(store, post)).public_id
    clicks = [li.forges_click(post, f"{button}1:{public_id}") for button in "nc"]
    await telegram.settled()
    assert channel.answers == [post]
    assert all(click.answer.startswith("In a channel I post only") for click in clicks)


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("data", ["n1:", "n1:nosuchpoem0", "n1:nosuchpoem00:", "n2:nosuchpoem00"])
async def test_forged_data_do_nothing(ada: User, telegram: FakeTelegram, data: str) -> None:
    poem = await ada.asks("/poem")
    click = ada.forges_click(poem, data)
    await telegram.settled()
    assert click.answer.startswith("This button no longer works")
    assert ada.answers == [poem]


async def test_a_poet_that_cannot_be_reached_is_explained_on_the_button(
    services: Services, store: Store, telegram: FakeTelegram, ada: User
) -> None:
    poem = await store.poems.add(new_poem())
    gone = PoetClient(WorkerAddress("http://127.0.0.1:9", SecretStr(KEY)), deadline=2)
    without = replace(services, poet=gone)
    async with running(build_application(without, request=telegram.request()), telegram):
        hello = await ada.asks("/start")
        click = ada.forges_click(hello, f"n1:{poem.public_id}")
        await telegram.settled()
        assert "does not answer at the moment" in click.answer
        assert click.alert
        assert ada.answers == [hello]
    await gone.aclose()


@pytest.mark.usefixtures("bot")
async def test_a_verse_of_a_channels_list_is_shown_to_whoever_asks_alone(
    ada: User, li: User, telegram: FakeTelegram
) -> None:
    channel = telegram.channel("Tang", ada)
    ada.adds_bot_to(channel)
    ada.posts("/poem 五言联", channel)
    await telegram.settled()
    verse = channel.last_answer.text.splitlines()[0]
    ada.posts("/top", channel)
    await telegram.settled()
    listed = channel.last_answer
    click = li.clicks(listed, "1")
    await telegram.settled()
    assert click.answer == verse
    assert channel.last_answer is listed
