"""The button under a verse that makes a picture of it."""

from __future__ import annotations

import io
from datetime import date

import pytest
from PIL import Image

from bot.cards import Theme
from bot.pages.card import card, paper
from bot.pages.page import Reader
from bot.services import Services
from bot.store import Store
from bot.usecases.card import OnCard
from model.verse import Script
from tests.bot.databases import new_poem
from tests.bot.handlers.verses import poem_id
from tests.telegram import FakeTelegram, User
from tests.telegram.messages import Click

DAY = date(2026, 5, 1)


@pytest.mark.usefixtures("bot")
async def test_a_card_is_a_picture_in_reply_to_its_verse(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    poem = await ada.asks("/poem")
    click = ada.clicks(poem, "Card")
    await telegram.settled()
    sent = ada.last_answer
    assert sent.photo is not None
    with Image.open(io.BytesIO(telegram.files[sent.photo])) as picture:
        assert picture.format == "JPEG"
        assert picture.height > picture.width
    assert sent.reply_to is poem
    assert not sent.text
    assert click.answered
    assert not click.answer


@pytest.mark.usefixtures("bot")
async def test_telegram_gets_the_bytes_once(ada: User, li: User, telegram: FakeTelegram) -> None:
    poem = await ada.asks("/poem")
    hello = await li.asks("/start")
    for _ in range(2):
        ada.clicks(poem, "Card")
        await telegram.settled()
    li.forges_click(hello, f"c1:{poem_id(poem)}")
    await telegram.settled()
    photos = [ada.answers[1].photo, ada.answers[2].photo, li.last_answer.photo]
    assert len(set(photos)) == 1
    assert len(telegram.files) == 1
    assert ["photo" in call.parameters for call in telegram.calls_of("sendPhoto")] == [
        False,
        True,
        True,
    ]


@pytest.mark.usefixtures("bot")
async def test_an_id_that_telegram_knows_no_more_is_replaced(
    ada: User, telegram: FakeTelegram
) -> None:
    poem = await ada.asks("/poem")
    ada.clicks(poem, "Card")
    await telegram.settled()
    telegram.files.clear()
    for _ in range(2):
        ada.clicks(poem, "Card")
        await telegram.settled()
    assert [message.photo is not None for message in ada.answers] == [False, True, True, True]
    assert len(telegram.files) == 1


@pytest.mark.usefixtures("bot")
async def test_in_a_group_the_card_keeps_to_the_topic(
    ada: User, li: User, telegram: FakeTelegram
) -> None:
    group = telegram.supergroup("诗社", ada, li)
    ada.adds_bot_to(group)
    topic = group.opens_topic(ada, "月")
    poem = await ada.asks("/poem@qibu_test_bot 明月", group, topic=topic)
    li.clicks(poem, "Card")
    await telegram.settled()
    sent = group.last_answer
    assert (sent.photo is not None, sent.thread_id, sent.reply_to) == (True, topic, poem)


@pytest.mark.usefixtures("bot")
async def test_a_press_without_a_person_is_answered_too(ada: User, telegram: FakeTelegram) -> None:
    group = telegram.supergroup("诗社", ada)
    ada.adds_bot_to(group)
    poem = await ada.asks("/poem@qibu_test_bot", group)
    for button in "cn":
        data = f"{button}1:{poem_id(poem)}"
        click = Click(telegram.next_query_id(), telegram.group_bot, poem, data, poem.date)
        telegram.clicks[click.id] = click
        telegram.updates.add("callback_query", click.json())
        await telegram.settled()
        assert click.answered
    assert [message.photo is not None for message in group.answers[-2:]] == [True, False]


@pytest.mark.usefixtures("bot")
async def test_the_card_of_a_deleted_message_answers_nothing(
    ada: User, telegram: FakeTelegram
) -> None:
    poem = await ada.asks("/poem")
    ada.deletes(poem)
    ada.clicks(poem, "Card")
    await telegram.settled()
    assert ada.last_answer.photo is not None
    assert ada.last_answer.reply_to is None


@pytest.mark.usefixtures("bot")
async def test_words_of_a_person_are_on_no_card_elsewhere(
    ada: User, li: User, telegram: FakeTelegram
) -> None:
    mine = await ada.asks("/poem 明月")
    hello = await li.asks("/start")
    click = li.forges_click(hello, f"c1:{poem_id(mine)}")
    await telegram.settled()
    assert (click.answer, click.alert) == ("这首诗已经不在这里了。", True)
    assert li.answers == [hello]


@pytest.mark.usefixtures("bot")
async def test_a_verse_that_is_gone_has_no_card(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    poem = await ada.asks("/poem 明月")
    await store.users.forget(ada.id)
    click = ada.clicks(poem, "Card")
    await telegram.settled()
    assert click.answer == "This verse is no longer here."
    assert not telegram.files


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    "data", ["c1:", "c1:../../../etc/", "c1:nosuchpoem00:1", "c2:nosuchpoem00"]
)
async def test_forged_data_do_nothing(ada: User, telegram: FakeTelegram, data: str) -> None:
    poem = await ada.asks("/poem")
    click = ada.forges_click(poem, data)
    await telegram.settled()
    assert click.answer.startswith("This button no longer works")
    assert ada.answers == [poem]


@pytest.mark.usefixtures("bot")
async def test_characters_that_no_face_has_are_named(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    poem = await store.poems.add(new_poem("白日依山尽，黄河入海𪚥。"))
    hello = await ada.asks("/start")
    click = ada.forges_click(hello, f"c1:{poem.public_id}")
    await telegram.settled()
    assert click.alert
    assert click.answer.startswith("My brush has never learned to write 𪚥,")
    assert ada.answers == [hello]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Bad Request: not enough rights to send photos to the chat", "I may not send pictures"),
        ("Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN", "I may not send pictures"),
        ("Bad Request: IMAGE_PROCESS_FAILED", "Something went wrong here, and it was not you."),
    ],
)
async def test_why_no_card_came_is_told_on_the_button(
    ada: User, telegram: FakeTelegram, description: str, expected: str
) -> None:
    poem = await ada.asks("/poem")
    telegram.fails_next("sendPhoto", 400, description)
    click = ada.clicks(poem, "Card")
    await telegram.settled()
    assert click.alert
    assert click.answer.startswith(expected)
    assert ada.answers == [poem]


@pytest.mark.usefixtures("bot")
async def test_a_card_that_may_have_arrived_is_not_sent_again(
    ada: User, telegram: FakeTelegram
) -> None:
    poem = await ada.asks("/poem")
    telegram.delivers_then_times_out("sendPhoto")
    click = ada.clicks(poem, "Card")
    await telegram.settled()
    assert len(telegram.calls_of("sendPhoto")) == 1
    assert click.answer.startswith("Telegram did not confirm the card.")


# What stands on it


async def test_only_the_poem_of_a_day_has_a_title(services: Services, store: Store) -> None:
    poem = await store.poems.add(new_poem("白日依山尽，黄河入海流。"))
    say = services.texts.for_language
    plain = card(Reader(say("en"), Script.TRADITIONAL), OnCard(poem, None), "qibu_bot")
    assert plain.lines == ("白日依山盡", "黃河入海流")
    assert (plain.title, plain.signature) == (None, "七步 @qibu_bot")
    english = card(Reader(say("en"), Script.SIMPLIFIED), OnCard(poem, DAY), "qibu_bot")
    assert english.title == "Poem of the day · 1 May 2026"
    chinese = card(Reader(say("zh-Hant"), Script.TRADITIONAL), OnCard(poem, DAY), "qibu_bot")
    assert chinese.title == "今日一詩 2026年5月1日"


@pytest.mark.usefixtures("bot")
async def test_the_card_of_the_poem_of_the_day_has_its_date(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    today = await ada.asks("/today")
    ada.clicks(today, "Card")
    await telegram.settled()
    dated = ada.last_answer.photo
    plain = await store.poems.add(new_poem(today.text.split("\n")[1]))
    ada.forges_click(today, f"c1:{plain.public_id}")
    await telegram.settled()
    assert dated is not None
    assert ada.last_answer.photo is not None
    assert telegram.files[dated] != telegram.files[ada.last_answer.photo]


@pytest.mark.parametrize(
    ("verse", "theme"),
    [
        ("明月松间照清泉石上流", Theme.NIGHT),
        ("秋风清秋月明落叶聚还散", Theme.AUTUMN),
        ("独坐幽篁里春竹绿参天", Theme.BAMBOO),
        ("白日依山尽黄河入海流", Theme.XUAN),
    ],
)
def test_the_paper_suits_what_a_verse_speaks_of(verse: str, theme: Theme) -> None:
    assert paper(verse) is theme
