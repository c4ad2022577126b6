"""Greetings, groups, hints, and the bot's own place in chats."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.store import Store
from tests.telegram import FakeTelegram, User

pytestmark = pytest.mark.usefixtures("bot")


async def test_hello_in_both_languages_offers_all(ada: User, li: User) -> None:
    hello = await ada.asks("/start")
    assert hello.text.startswith("Qibu 七步 writes classical Chinese verse.")
    assert [[button.text for button in row] for row in hello.keyboard] == [
        ["English", "简体中文", "繁體中文"],
        ["▶ /poem", "▶ /answer", "▶ /couplet"],
        ["▶ /acrostic", "▶ /morph"],
    ]
    assert (await li.asks("/start")).text.startswith("我是七步")


async def test_help_names_each_command_of_the_place(
    telegram: FakeTelegram, ada: User, li: User
) -> None:
    private = (await ada.asks("/help")).text
    for command in (
        "poem",
        "couplet",
        "acrostic",
        "today",
        "top",
        "daily",
        "language",
        "privacy",
        "forget",
    ):
        assert f"/{command} · " in private
    assert "/poem autumn moon" in private
    group = telegram.group("诗社", li, ada)
    li.adds_bot_to(group)
    member = (await ada.asks("/help@qibu_test_bot", group)).text
    admin = (await li.asks("/help@qibu_test_bot", group)).text
    assert "/daily" not in member
    assert "/daily" in admin


async def test_every_example_of_help_is_understood(ada: User, li: User) -> None:
    for person in (ada, li):
        text = (await person.asks("/help")).text
        for example in re.findall("^/[^·\n]+$", text, re.MULTILINE):
            answer = await person.asks(example)
            assert answer.buttons or example.startswith("/daily"), f"{example}: {answer.text}"


async def test_language_of_the_chat_goes_before_the_persons(ada: User, li: User) -> None:
    question = await ada.asks("/language")
    ada.clicks(question, "简体中文")
    await ada.telegram.settled()
    assert question.text == "好，从现在起在这里说中文。"
    assert "我会这些" in (await ada.asks("/help")).text


async def test_in_a_group_the_language_is_the_admins_choice(
    telegram: FakeTelegram, ada: User, li: User
) -> None:
    group = telegram.supergroup("诗社", li, ada)
    li.adds_bot_to(group)
    question = await li.asks("/language@qibu_test_bot", group)
    click = ada.clicks(question, "English")
    await telegram.settled()
    assert click.alert
    assert click.answer == "Only the admins here can change that."
    li.clicks(question, "English")
    await telegram.settled()
    assert question.text == "From now on I speak English here."


async def test_in_groups_answers_reply_to_the_asker_in_their_topic(
    telegram: FakeTelegram, ada: User
) -> None:
    forum = telegram.supergroup("诗社", ada)
    ada.adds_bot_to(forum)
    topic = forum.opens_topic(ada, "闲谈")
    answer = await ada.asks("/poem@qibu_test_bot", forum, topic=topic)
    assert answer.reply_to is not None
    assert answer.reply_to.text == "/poem@qibu_test_bot"
    assert answer.thread_id == topic
    assert (await ada.asks("/poem")).reply_to is None, "in private there is nobody else"


async def test_a_question_that_is_deleted_meanwhile_is_answered_all_the_same(
    telegram: FakeTelegram, ada: User
) -> None:
    group = telegram.group("诗社", ada)
    ada.adds_bot_to(group)
    await telegram.settled()
    before = len(group.answers)
    ada.deletes(ada.sends("/poem@qibu_test_bot", group))
    await telegram.settled()
    assert len(group.answers) == before + 1


async def test_in_private_nothing_stays_without_an_answer(ada: User) -> None:
    assert "I do not know /frobnicate." in (await ada.asks("/frobnicate now")).text
    assert "明月松间照" in (await ada.asks("hello <b>there</b>")).text


@pytest.mark.parametrize("data", ["", "x", "r1:AAAAAAAAAAAA:6", "l1:tlh", "x" * 64])
async def test_forged_buttons_are_said_to_do_nothing(
    telegram: FakeTelegram, ada: User, data: str
) -> None:
    click = ada.forges_click(await ada.asks("/help"), data)
    await telegram.settled()
    assert click.answer == "This button no longer works. /help shows what does."


async def test_words_of_others_never_become_markup(ada: User) -> None:
    assert "“<b>x”" in (await ada.asks("/poem <b>x")).text
    assert "“&lt;”" in (await ada.asks("/daily &lt;")).text


@pytest.mark.parametrize(
    "text",
    [
        "/poem " + "x" * 4000,
        "/poem " + "春" * 4000,
        "/poem " + "<😀 " * 1000,
        "/daily " + "x" * 4080,
        "/daily 08:00 " + "x" * 4000,
        "/frobnicate，" + "x" * 4000,
    ],
)
async def test_words_too_long_to_repeat_are_cut_short(ada: User, text: str) -> None:
    answer = (await ada.asks(text)).text
    assert "…" in answer
    assert "went wrong" not in answer


async def test_groups_hear_nothing_that_they_did_not_ask_for(
    telegram: FakeTelegram, ada: User
) -> None:
    group = telegram.group("诗社", ada)
    ada.adds_bot_to(group)
    ada.promotes_bot_in(group)  # sees every message from now on
    await telegram.settled()
    greeting = group.last_answer
    for words in ("白日依山尽", "写诗", "hello", "/frobnicate"):
        ada.sends(words, group)
    await telegram.settled()
    assert group.last_answer is greeting


async def test_added_to_a_group_it_greets_once(telegram: FakeTelegram, li: User) -> None:
    group = telegram.group("诗社", li)
    li.adds_bot_to(group)
    await telegram.settled()
    assert [answer.text.split("！")[0] for answer in group.answers] == ["各位好"]
    li.promotes_bot_in(group)
    await telegram.settled()
    assert len(group.answers) == 1


async def test_left_blocked_and_silenced_chats_are_known_as_such(
    telegram: FakeTelegram, ada: User, li: User, store: Store
) -> None:
    async def state(chat_id: int) -> str | None:
        await telegram.settled()
        chat = await store.chats.get(chat_id)
        return chat.state if chat else None

    group, channel = telegram.supergroup("诗社", li), telegram.channel("唐音", li)
    li.adds_bot_to(group)
    li.adds_bot_to(channel)
    await ada.asks("/daily 08:00")
    assert [await state(chat.id) for chat in (group, channel, ada.chat)] == ["active"] * 3

    ada.blocks_bot()
    li.silences_bot_in(group)
    li.demotes_bot_in(channel)
    assert [await state(chat.id) for chat in (group, channel, ada.chat)] == ["left"] * 3

    ada.unblocks_bot()
    li.promotes_bot_in(group)
    li.promotes_bot_in(channel)
    assert [await state(chat.id) for chat in (group, channel, ada.chat)] == ["active"] * 3
    chat = await store.chats.get(ada.chat.id)
    assert chat is not None
    assert chat.daily_at is not None, "settings are kept"


async def test_a_group_that_moves_keeps_its_settings(
    telegram: FakeTelegram, ada: User, store: Store
) -> None:
    group = telegram.group("诗社", ada)
    ada.adds_bot_to(group)
    await ada.asks("/daily@qibu_test_bot 08:00", group)
    new = group.migrates()
    await telegram.settled()
    moved = await store.chats.get(new.id)
    assert moved is not None
    assert moved.daily_at is not None
    assert await store.chats.get(group.id) is None
    assert (await ada.asks("/poem@qibu_test_bot", new)).buttons


async def test_an_answer_finds_a_group_that_moved_meanwhile(
    telegram: FakeTelegram, ada: User, store: Store
) -> None:
    group = telegram.group("诗社", ada)
    ada.adds_bot_to(group)
    await telegram.settled()
    ada.sends("/poem@qibu_test_bot", group)
    new = group.migrates()
    await telegram.settled()
    assert new.last_answer.buttons
    assert await store.chats.get(new.id) is not None


async def test_privacy_and_forgetting_in_two_steps(
    telegram: FakeTelegram, ada: User, li: User, store: Store
) -> None:
    assert "/forget" in (await ada.asks("/privacy")).text
    poem = await ada.asks("/poem 明月")
    ada.clicks(poem, "★5")
    question = await ada.asks("/forget")
    data = question.buttons[0].data
    assert data is not None

    stranger = li.forges_click(await li.asks("/help"), data)
    await telegram.settled()
    assert stranger.answer == "这是在问别人。发 /forget，我就来问你。"

    ada.clicks(question, "No, stay")
    await telegram.settled()
    assert question.text == "Good. Nothing was deleted."
    poem_id = str(poem.buttons[0].data).split(":")[1]
    assert await store.poems.get(poem_id) is not None

    question = await ada.asks("/forget")
    ada.clicks(question, "Yes, forget me")
    await telegram.settled()
    assert question.text.startswith("Done. I have forgotten 1 rating and 1 verse, and you.")
    assert await store.poems.get(poem_id) is None
    assert await store.chats.get(ada.id) is None


def received(user: User, **parts: Any) -> dict[str, Any]:
    """A message that people's verbs do not cover."""
    return {
        "message_id": 900,
        "date": user.telegram.clock.timestamp,
        "chat": user.chat.json(),
        "from": user.json(),
        **parts,
    }


async def test_a_sticker_is_answered_in_private(telegram: FakeTelegram, li: User) -> None:
    await li.asks("/start")
    size = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
    sticker = {"file_id": "s", "file_unique_id": "s", "type": "regular", **size}
    telegram.updates.add("message", received(li, sticker=sticker))
    await telegram.settled()
    assert li.last_answer.text.startswith("好东西，可惜我只识字。")


async def test_a_channels_post_copied_to_its_group_is_not_obeyed_twice(
    telegram: FakeTelegram, li: User
) -> None:
    group, channel = telegram.supergroup("诗社", li), telegram.channel("唐音", li)
    li.adds_bot_to(group)
    await telegram.settled()
    greeting = group.last_answer
    entities = [{"type": "bot_command", "offset": 0, "length": 5}]
    copied = received(li, text="/poem", entities=entities, is_automatic_forward=True)
    copied |= {"chat": group.json(), "sender_chat": channel.json()}
    telegram.updates.add("message", copied)
    await telegram.settled()
    assert group.last_answer is greeting
