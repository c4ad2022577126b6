"""/help, examples at a press, plain words, menus and descriptions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.app import build_application
from bot.services import Services
from tests.telegram import FakeTelegram, User, running

TRIES = ["▶ /poem", "▶ /answer", "▶ /couplet", "▶ /acrostic", "▶ /morph"]


@pytest.mark.usefixtures("bot")
async def test_help_is_short_and_tells_verse_by_example(ada: User, li: User) -> None:
    page = await ada.asks("/help")
    assert [button.text for button in page.buttons] == TRIES
    verse, _, others = page.text.partition("\n\n/today · ")
    assert "/morph 白日依山尽，黄河入海流 | 空山新雨后，天气晚来秋" in verse
    assert "/settings · Language, form" in others
    assert len(page.text) < 1500
    assert len((await li.asks("/help")).text) < 900


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ("▶ /poem", "on 秋月"),
        ("▶ /answer", "明月松间照 · second lines for it"),
        ("▶ /couplet", "What I remember"),
        ("▶ /acrostic", "acrostic 生日快乐"),
    ],
)
async def test_an_example_is_tried_at_a_press(
    ada: User, telegram: FakeTelegram, button: str, expected: str
) -> None:
    page = await ada.asks("/help")
    click = ada.clicks(page, button)
    await telegram.settled()
    assert click.answered
    assert not click.answer
    assert expected in ada.last_answer.text
    assert ada.last_answer is not page


@pytest.mark.usefixtures("bot")
async def test_in_a_group_they_are_tried_too_and_in_a_channel_not(
    ada: User, li: User, telegram: FakeTelegram
) -> None:
    group = telegram.supergroup("诗社", ada, li)
    ada.adds_bot_to(group)
    topic = group.opens_topic(ada, "月")
    page = await ada.asks("/help@qibu_test_bot", group, topic=topic)
    li.clicks(page, "▶ /poem")
    await telegram.settled()
    assert "题「秋月」" in group.last_answer.text, "in the language of who presses"
    assert group.last_answer.thread_id == topic
    channel = telegram.channel("Tang", ada)
    ada.adds_bot_to(channel)
    ada.posts("/help", channel)
    await telegram.settled()
    assert not channel.last_answer.buttons
    click = li.forges_click(channel.last_answer, "h1:poem")
    other = li.forges_click(page, "h1:nothing")
    await telegram.settled()
    assert click.answer.startswith("In a channel I post only")
    assert other.answer.startswith("这个按钮已经失效了")


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("hello", "Qibu 七步 writes classical Chinese verse."),
        ("help", "What I can do"),
        ("设置", "Settings"),
        ("today", "Poem of the day"),
        ("daily", "Shall I bring the poem of the day?"),
        ("top", "The best verse"),
        ("language", "Which language"),
        ("privacy", "What I remember"),
        ("cancel", "There is nothing to stop"),
        ("autumn moon", "on 秋月"),
        ("写诗 秋天", "on 秋天"),
        ("对 白日依山尽", "白日依山尽 · second lines"),
        ("下联：黄河入海流", "黄河入海流 · first lines"),
        ("a first line for 黄河入海流", "黄河入海流 · first lines"),
        ("藏头 春夏", "acrostic 春夏"),
        ("白日依山尽", "白日依山尽 · second lines"),
        ("白日依山尽，黄河入海流 | 白日依山尽，黄河入海流", "the same verse twice"),
    ],
)
async def test_plain_words_do_what_commands_do(ada: User, words: str, expected: str) -> None:
    assert expected in (await ada.asks(words)).text


async def test_menus_by_place_and_language_and_the_owners_own(
    services: Services, telegram: FakeTelegram, ada: User, li: User
) -> None:
    settings = services.settings.model_copy(update={"owner_id": ada.id})
    owned = replace(services, settings=settings)
    async with running(build_application(owned, request=telegram.request()), telegram):
        await ada.asks("/start")
        await telegram.settled()
        group = telegram.supergroup("诗社", ada, li)
        menu = telegram.profile.menu
        assert {"answer", "morph", "settings", "cancel", "help"} < set(menu(li, li.chat))
        assert "stats" not in menu(li, li.chat)
        assert {"stats", "preview", "settings"} < set(menu(ada, ada.chat))
        assert "settings" in menu(ada, group), "an admin"
        assert "settings" not in menu(li, group)
        assert {"answer", "cancel"} < set(menu(li, group))
        for (scope, language), commands in telegram.profile.commands.items():
            chinese = any("一" <= c <= "鿿" for c in commands[0]["description"])
            assert chinese == (language == "zh"), scope
        texts = telegram.profile.texts
        assert texts["short_description", ""].startswith("Classical Chinese verse")
        assert texts["short_description", "zh"].startswith("从随机数写旧体诗")
    telegram.calls.clear()
    async with running(build_application(owned, request=telegram.request()), telegram):
        await telegram.settled()
    written = {call.method for call in telegram.calls if call.method.startswith("set")}
    assert not written, "only what changed is written"
