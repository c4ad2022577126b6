"""/settings as people meet it: one message, and what it sets holds everywhere."""

from __future__ import annotations

import re
from datetime import time

import pytest

from bot.services import Services
from bot.store import ChatRecord, Store
from model.verse import Form, Script
from tests.telegram import Chat, FakeTelegram, Message, User

pytestmark = pytest.mark.usefixtures("bot")


async def kept(store: Store, chat: Chat) -> ChatRecord:
    found = await store.chats.get(chat.id)
    assert found is not None
    return found


async def presses(user: User, message: Message, *labels: str) -> None:
    """Presses one button after the other, on whichever page is there then."""
    for label in labels:
        click = user.clicks(message, label)
        await user.telegram.settled()
        assert click.answered
        assert not click.alert, click.answer


def value(message: Message, name: str) -> str:
    """What the page tells of a setting."""
    found = re.search(f"^{name} · (.+)$", message.text, re.MULTILINE)
    assert found is not None, message.text
    return found[1]


async def test_everything_at_first(ada: User, li: User) -> None:
    page = await ada.asks("/settings")
    names = ["Language", "Characters", "Punctuation", "Form", "Daily poem", "Sound"]
    assert [value(page, name) for name in names] == [
        "as in Telegram",
        "simplified",
        "on",
        "any",
        "none",
        "on",
    ]
    assert [b.text for b in page.buttons] == [
        "Language",
        "Characters",
        "Form",
        "Daily poem",
        "Paper of cards",
        "☑ Punctuation",
        "☑ Sound",
        "Done",
    ]
    assert value(await li.asks("/settings"), "体裁") == "随缘"


async def test_the_language_changes_the_page_at_once_and_the_menu_with_it(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    page = await ada.asks("/settings")
    await presses(ada, page, "Language", "繁體中文")
    assert page.text.startswith("設定")
    assert "諸" not in page.text
    chat = await kept(store, ada.chat)
    assert (chat.language, chat.script) == ("zh-Hant", Script.TRADITIONAL)
    assert "字形" not in page.text, "whoever reads it reads verse in it, too"
    scope = (("chat", str(ada.id)), "")
    assert telegram.profile.commands[scope][0]["description"].startswith("寫一首新詩")
    await presses(ada, page, "語言", "隨各人的 Telegram")
    assert page.text.startswith("Settings")
    assert scope not in telegram.profile.commands
    assert (await kept(store, ada.chat)).language is None


async def test_script_and_punctuation_hold_for_all_verse(ada: User, store: Store) -> None:
    page = await ada.asks("/settings")
    await presses(ada, page, "Characters", "traditional", "☑ Punctuation")
    assert (value(page, "Characters"), value(page, "Punctuation")) == ("traditional", "off")
    poem = await ada.asks("/poem jueju5 春风")
    rows = poem.text.splitlines()[:2]
    assert all(re.fullmatch("[一-鿿]{5}\u3000[一-鿿]{5}", row) for row in rows), rows
    assert "春風" in poem.text
    whole = await ada.asks("/couplet 白日依山尽，黄河入海流")
    assert "白日依山盡\u3000黃河入海流\n" in whole.text
    for words in ("/today", "/acrostic 春夏", "/answer 白日依山尽", "/couplet 明月", "/top"):
        assert not re.search("[，。]", (await ada.asks(words)).text), words
    await presses(ada, page, "☐ Punctuation")
    assert re.search("，.+。", (await ada.asks("/poem 七绝")).text)


async def test_a_form_is_taken_where_nobody_names_one(ada: User, store: Store) -> None:
    page = await ada.asks("/settings")
    await presses(ada, page, "Form", "Seven-character couplet")
    assert value(page, "Form") == "Seven-character couplet"
    assert (await kept(store, ada.chat)).form is Form.COUPLET7
    for words in ("/poem", "/poem 秋", "/poem couplet", "/acrostic 春夏秋冬"):
        assert "Seven-character couplet · " in (await ada.asks(words)).text, words
    assert "Five-character quatrain" in (await ada.asks("/poem 五绝")).text
    assert re.search("character quatrain", (await ada.asks("/poem quatrain")).text)
    await presses(ada, page, "Form", "any")
    assert (await kept(store, ada.chat)).form is None


async def test_the_daily_poem_by_hour_quarter_and_clock(
    ada: User, telegram: FakeTelegram, store: Store, services: Services
) -> None:
    page = await ada.asks("/settings")
    await presses(ada, page, "Daily poem", "08", ":30", "Clock", "London")
    chat = await kept(store, ada.chat)
    assert (chat.daily_at, chat.zone, chat.language) == (time(8, 30), "Europe/London", "en")
    assert page.text.splitlines()[1].startswith("08:30, London")
    assert [b.text for b in page.buttons if b.text.startswith("·")] == ["· 08 ·", "· :30 ·"]
    await presses(ada, page, "21")
    assert (await kept(store, ada.chat)).daily_at == time(21, 30)
    await presses(ada, page, "No daily poem", "← Back")
    assert value(page, "Daily poem") == "none"
    assert (await kept(store, ada.chat)).daily_at is None


async def test_any_city_can_be_written(ada: User, telegram: FakeTelegram, store: Store) -> None:
    page = await ada.asks("/settings")
    await presses(ada, page, "Daily poem", "Clock", "Another city")
    assert ada.last_answer.asks_for_reply
    assert "no time zone called “Atlantis”" in (await ada.asks("Atlantis")).text
    await presses(ada, page, "Another city")
    assert "Lisbon" in (await ada.asks("lisbon")).text
    assert (await kept(store, ada.chat)).zone == "Europe/Lisbon"


async def test_silence_is_the_daily_poems(
    ada: User, telegram: FakeTelegram, store: Store, services: Services
) -> None:
    page = await ada.asks("/settings")
    await presses(ada, page, "☑ Sound")
    assert value(page, "Sound") == "off"
    assert (await kept(store, ada.chat)).silent
    await presses(ada, page, "☐ Sound")
    assert not (await kept(store, ada.chat)).silent


async def test_done_leaves_what_is_settled(ada: User, li: User, telegram: FakeTelegram) -> None:
    page = await ada.asks("/settings")
    await presses(ada, page, "Done")
    assert not page.buttons
    assert value(page, "Form") == "any"
    channel = telegram.channel("唐音", li)
    li.adds_bot_to(channel)
    li.posts("/settings", channel)
    await telegram.settled()
    posted = channel.last_answer
    await presses(li, posted, "每日一诗", "08", "时区")
    assert "其他城市" not in [button.text for button in posted.buttons], "nobody could answer"
    assert "/daily 08:00 里斯本" in posted.text
    forged = li.forges_click(posted, "s1:city")
    await telegram.settled()
    assert "失效" in forged.answer
    await presses(li, posted, "← 返回", "完成")
    assert posted.deleted


async def test_in_a_group_only_admins_and_each_press_is_asked_anew(
    telegram: FakeTelegram, ada: User, li: User, store: Store
) -> None:
    group = telegram.supergroup("诗社", li, ada)
    li.adds_bot_to(group)
    assert (await ada.asks("/settings@qibu_test_bot", group)).text.startswith("Only the admins")
    page = await li.asks("/settings@qibu_test_bot", group)
    click = ada.clicks(page, "☑ 标点")
    await telegram.settled()
    assert (click.alert, click.answer) == (True, "Only the admins here can change that.")
    li.promotes(ada, group)
    await presses(ada, page, "☑ Punctuation" if page.text.startswith("Sett") else "☑ 标点")
    assert not (await kept(store, group)).punctuated
    await presses(li, page, "Language" if page.text.startswith("Sett") else "语言", "English")
    commands = telegram.profile.commands
    assert commands[("chat", str(group.id)), ""][0]["description"].startswith("A new verse")
    assert ("chat_administrators", str(group.id)) in {scope for scope, _ in commands}


async def test_a_forums_daily_poem_comes_to_the_topic_where_it_was_ordered(
    telegram: FakeTelegram, li: User, store: Store
) -> None:
    forum = telegram.supergroup("诗社", li)
    li.adds_bot_to(forum)
    topic = forum.opens_topic(li, "每日")
    page = await li.asks("/settings@qibu_test_bot", forum, topic=topic)
    await presses(li, page, "每日一诗", "07")
    chat = await kept(store, forum)
    assert (chat.daily_at, chat.thread_id, chat.language) == (time(7), topic, "zh-Hans")
    other = await li.asks("/settings@qibu_test_bot", forum)
    await presses(li, other, "每日一诗", "09")
    assert (await kept(store, forum)).thread_id == topic, "another time is no other topic"


@pytest.mark.parametrize(
    "data",
    ["s1:nothing", "s1:form:sonnet", "s1:zone:Mars/North", "s1:daily:2561", "s1:sound:loud", "s1:"],
)
async def test_forged_choices_do_nothing(ada: User, telegram: FakeTelegram, data: str) -> None:
    page = await ada.asks("/settings")
    before = page.text
    click = ada.forges_click(page, data)
    await telegram.settled()
    assert click.answer.startswith("This button no longer works")
    assert page.text == before


async def test_language_asked_for_alone_is_the_same_setting(ada: User, store: Store) -> None:
    question = await ada.asks("/language")
    await presses(ada, question, "繁體中文")
    chat = await kept(store, ada.chat)
    assert (chat.language, chat.script) == ("zh-Hant", Script.TRADITIONAL)
    assert "設定" in (await ada.asks("/settings")).text
