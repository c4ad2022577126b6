"""The daily post as a card: one upload for many chats, words alone where no picture goes, never
both."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from PIL import Image

from bot import texts
from bot.app import AnyApplication
from bot.cards import CardPainter, CardRequest, CardStudio, Theme, UndrawableCharacters
from bot.pictures import Pictures
from bot.posting import DailySender
from bot.services import Services
from bot.store import ChatRecord, PoemRecord, Store
from bot.usecases.daily import DailyPoem, Dead, Migrated, Outcome, Retry, Sent, Unknown
from model.verse import Script
from tests.bot.databases import new_poem
from tests.telegram import Chat, FakeTelegram, User

pytestmark = pytest.mark.usefixtures("bot")
DAY = date(2026, 7, 5)


class Brushes(CardPainter):
    """The painter, which notes what it painted."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[CardRequest] = []
        self.broken: Exception | None = None

    def paint(self, request: CardRequest) -> bytes:
        self.painted.append(request)
        if self.broken is not None:
            raise self.broken
        return super().paint(request)


@pytest.fixture
def brushes() -> Brushes:
    return Brushes()


@pytest.fixture
def sender(bot: AnyApplication, store: Store, brushes: Brushes) -> DailySender:
    return DailySender(bot.bot, store, texts.load(), Pictures(CardStudio(brushes)))


@pytest.fixture
async def poem(store: Store) -> PoemRecord:
    return await store.poems.add(new_poem("明月松间照，清泉石上流。"))


async def known(store: Store, chat: Chat | User) -> ChatRecord:
    found = await store.chats.get(chat.id)
    assert found is not None
    return found


def photos(telegram: FakeTelegram) -> list[bool]:
    """Of each picture that was sent, whether its bytes were."""
    return ["photo" not in call.parameters for call in telegram.calls_of("sendPhoto")]


async def test_the_post_is_a_card_with_words_and_buttons(
    sender: DailySender, store: Store, telegram: FakeTelegram, ada: User, poem: PoemRecord
) -> None:
    await ada.asks("/start")
    outcome = await sender.send_daily(await known(store, ada), poem, DAY)
    post = ada.last_answer
    assert outcome == Sent(post.id)
    assert post.photo is not None
    with Image.open(io.BytesIO(telegram.files[post.photo])) as picture:
        assert picture.size == (1080, 1350)
    assert post.text.startswith("Poem of the day · 5 July 2026\n明月松间照，清泉石上流。\n")
    assert len(post.keyboard[0]) == 5
    assert not post.silent


async def test_the_stars_below_a_card_are_refreshed(
    sender: DailySender, store: Store, telegram: FakeTelegram, ada: User, poem: PoemRecord
) -> None:
    await ada.asks("/start")
    await sender.send_daily(await known(store, ada), poem, DAY)
    click = ada.clicks(ada.last_answer, "★5")
    await telegram.settled()
    assert click.answer.startswith("★5, thank you!")
    assert await telegram.until(lambda: "★ 5.0" in ada.last_answer.keyboard[1][0].text)


async def test_a_chat_that_wants_silence_gets_it(
    sender: DailySender, store: Store, ada: User, poem: PoemRecord
) -> None:
    await ada.asks("/start")
    chat = replace(await known(store, ada), silent=True)
    await sender.send_daily(chat, poem, DAY)
    assert (ada.last_answer.photo is not None, ada.last_answer.silent) == (True, True)


@pytest.mark.parametrize(
    ("chosen", "theme"),
    [(None, Theme.NIGHT), ("autumn", Theme.AUTUMN), ("of a later version", Theme.NIGHT)],
)
async def test_the_paper_is_the_chats_or_one_that_suits_the_verse(
    sender: DailySender,
    store: Store,
    ada: User,
    poem: PoemRecord,
    brushes: Brushes,
    chosen: str | None,
    theme: Theme,
) -> None:
    await ada.asks("/start")
    await sender.send_daily(replace(await known(store, ada), card_theme=chosen), poem, DAY)
    assert [card.theme for card in brushes.painted] == [theme]


async def test_many_chats_get_one_upload_for_each_kind_of_card(
    services: Services,
    sender: DailySender,
    store: Store,
    telegram: FakeTelegram,
    brushes: Brushes,
) -> None:
    people = [telegram.user(f"person {i}", language_code="en") for i in range(24)]
    for person in people:
        person.sends("/daily 08:00 UTC")
    await telegram.settled()
    for person in people[:4]:
        await store.chats.set_language(person.id, "zh-Hant", Script.TRADITIONAL)
    for person in people[4:6]:
        await store.chats.set_card_theme(person.id, "night")
    nine = datetime(2030, 3, 1, 9, tzinfo=UTC)
    poem = await store.poems.add(new_poem("独坐幽篁里，春竹绿参天。"))
    await store.daily_poems.choose(nine.date(), poem)
    await DailyPoem(store, services.poet, sender, lambda: nine).tick()
    assert all(person.last_answer.photo for person in people)
    assert len({person.last_answer.photo for person in people}) == 3
    assert sorted(photos(telegram)) == [False] * 21 + [True] * 3
    assert len(brushes.painted) == 3
    assert [len(person.answers) for person in people] == [2] * 24


async def test_an_id_that_telegram_knows_no_more_is_uploaded_anew(
    sender: DailySender, store: Store, telegram: FakeTelegram, ada: User, poem: PoemRecord
) -> None:
    await ada.asks("/start")
    chat = await known(store, ada)
    await sender.send_daily(chat, poem, DAY)
    telegram.files.clear()
    assert isinstance(await sender.send_daily(chat, poem, DAY), Sent)
    assert photos(telegram) == [True, False, True]
    assert [message.photo is not None for message in ada.answers] == [False, True, True]


async def test_an_upload_that_fails_does_not_keep_others_from_theirs(
    sender: DailySender,
    store: Store,
    telegram: FakeTelegram,
    ada: User,
    li: User,
    poem: PoemRecord,
) -> None:
    chats = []
    for person in (ada, li):
        await person.asks("/start")
        chats.append(replace(await known(store, person), language="en"))
    telegram.drops_connection("sendPhoto")
    outcomes = await asyncio.gather(*(sender.send_daily(chat, poem, DAY) for chat in chats))
    assert {type(outcome) for outcome in outcomes} == {Unknown, Sent}
    assert photos(telegram) == [True, True]


# Words alone


async def test_a_group_that_takes_no_pictures_gets_the_words(
    sender: DailySender, store: Store, telegram: FakeTelegram, ada: User, poem: PoemRecord
) -> None:
    group = telegram.supergroup("诗社", ada)
    ada.adds_bot_to(group)
    topic = group.opens_topic(ada, "每日")
    await telegram.settled()
    group.forbidden = frozenset({"can_send_photos"})
    chat = replace(await known(store, group), thread_id=topic, silent=True)
    outcome = await sender.send_daily(chat, poem, DAY)
    post = group.last_answer
    assert outcome == Sent(post.id)
    assert (post.photo, post.thread_id, post.silent) == (None, topic, True)
    assert "明月松间照" in post.text
    assert len(post.keyboard[0]) == 5


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN",
        "Bad Request: CHAT_SEND_MEDIA_FORBIDDEN",
        "Bad Request: IMAGE_PROCESS_FAILED",
        "Bad Request: message caption is too long",
    ],
)
async def test_a_picture_that_is_refused_for_good_is_followed_by_its_words(
    sender: DailySender,
    store: Store,
    telegram: FakeTelegram,
    ada: User,
    poem: PoemRecord,
    description: str,
) -> None:
    await ada.asks("/start")
    telegram.fails_next("sendPhoto", 400, description)
    outcome = await sender.send_daily(await known(store, ada), poem, DAY)
    assert outcome == Sent(ada.last_answer.id)
    assert (ada.last_answer.photo, len(ada.answers)) == (None, 2)
    assert "明月松间照" in ada.last_answer.text


@pytest.mark.parametrize("error", [UndrawableCharacters("𪚥"), MemoryError(), OSError("no face")])
async def test_a_poem_that_cannot_be_painted_comes_in_words(
    sender: DailySender,
    store: Store,
    telegram: FakeTelegram,
    ada: User,
    poem: PoemRecord,
    brushes: Brushes,
    error: Exception,
) -> None:
    await ada.asks("/start")
    brushes.broken = error
    chat = await known(store, ada)
    await sender.prepare(chat, poem, DAY)
    assert isinstance(await sender.send_daily(chat, poem, DAY), Sent)
    assert "明月松间照" in ada.last_answer.text
    assert telegram.calls_of("sendPhoto") == []


# What may have arrived is followed by nothing


async def test_what_became_of_a_picture(
    sender: DailySender, store: Store, telegram: FakeTelegram, ada: User, poem: PoemRecord
) -> None:
    await ada.asks("/start")
    words = len(telegram.calls_of("sendMessage"))
    chat = await known(store, ada)
    outcomes: list[Outcome] = []

    async def post() -> None:
        outcomes.append(await sender.send_daily(chat, poem, DAY))

    telegram.delivers_then_times_out("sendPhoto")
    await post()
    telegram.drops_connection("sendPhoto")
    await post()
    telegram.responds_html_502("sendPhoto")
    await post()
    telegram.cannot_be_reached("sendPhoto")
    await post()
    telegram.fails_next("sendPhoto", 400, "Bad Request: chat not found")
    await post()
    telegram.fails_next("sendPhoto", 400, "Bad Request: group", {"migrate_to_chat_id": -1007})
    await post()
    ada.blocks_bot()
    await post()
    ada.unblocks_bot()
    telegram.fails_next("sendPhoto", 429, "Too Many Requests", {"retry_after": 600})
    await post()
    kinds: Sequence[type[Outcome]] = (Unknown, Unknown, Unknown, Retry, Dead, Migrated, Dead, Retry)
    assert [type(outcome) for outcome in outcomes] == list(kinds)
    assert len(telegram.calls_of("sendMessage")) == words, "no words follow any of these"
    assert len(ada.answers) == 2, "the one that timed out arrived"


async def test_words_that_follow_a_refused_picture_have_their_own_fate(
    sender: DailySender, store: Store, telegram: FakeTelegram, ada: User, poem: PoemRecord
) -> None:
    await ada.asks("/start")
    chat = await known(store, ada)
    telegram.fails_next("sendPhoto", 400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN", times=None)
    telegram.delivers_then_times_out("sendMessage")
    assert isinstance(await sender.send_daily(chat, poem, DAY), Unknown)
    telegram.fails_next("sendMessage", 400, "Bad Request: CHAT_RESTRICTED")
    assert isinstance(await sender.send_daily(chat, poem, DAY), Dead)
