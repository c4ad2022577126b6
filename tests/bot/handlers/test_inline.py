"""Inline mode: verse that people send from any chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.app import AnyApplication, allowed_updates, build_application
from bot.poet import PoetClient, WorkerAddress
from bot.services import Services
from bot.settings import Allowance
from bot.store import PoemRecord, Store
from bot.usecases import stock
from model.verse import Form, Script
from tests.bot.databases import new_poem, rated
from tests.bot.handlers.conftest import KEY
from tests.bot.worker import LocalWorker
from tests.model.service.poet import UNKNOWN, WAITS
from tests.telegram import FakeTelegram, InlineQuery, Message, User, running

CRANE = "白鹤归何处，青天万里长。"
LINK = "https://t.me/qibu_test_bot?start=v_"


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram(inline_mode=True, inline_feedback=True)


@pytest.fixture(autouse=True)
def small_stock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Filled before a test begins to look."""
    monkeypatch.setattr(stock.Stock.__init__, "__kwdefaults__", {"size": 3, "pause": 0, "retry": 9})


@pytest.fixture
async def bot(
    services: Services, store: Store, telegram: FakeTelegram
) -> AsyncIterator[AnyApplication]:
    """The bot at work, with what it composes ahead."""
    application = build_application(services, request=telegram.request())
    async with running(application, telegram):
        await until_stocked(store, 3)
        yield application


async def until_stocked(store: Store, count: int) -> None:
    async with asyncio.timeout(20):
        while len(await store.anthology.made_by(stock.COMMAND, 99)) < count:
            await asyncio.sleep(0.01)


def titles(query: InlineQuery) -> list[str]:
    return [result.title for result in query.results]


def poem_id(message: Message) -> str:
    data = message.buttons[0].data
    assert data is not None
    return data.split(":")[1]


async def kept(store: Store, message: Message) -> PoemRecord:
    poem = await store.poems.get(poem_id(message))
    assert poem is not None
    return poem


async def test_telegram_is_asked_for_queries_and_choices(services: Services) -> None:
    wanted = allowed_updates(build_application(services))
    assert {"inline_query", "chosen_inline_result"} <= set(wanted)


@pytest.mark.usefixtures("bot")
async def test_help_tells_of_it(ada: User) -> None:
    assert "@qibu_test_bot moon" in (await ada.asks("/help")).text


# The list


@pytest.mark.usefixtures("bot")
async def test_the_bare_name_offers_verse_composed_ahead(
    ada: User, telegram: FakeTelegram, store: Store, worker: LocalWorker
) -> None:
    composed = len(worker.poet.forms_asked)
    group = telegram.group("诗社", ada)  # where the bot is not
    query = await ada.is_offered("", group)
    assert len(query.results) == 3
    assert (query.is_personal, query.cache_time, query.button) == (True, 20, None)
    assert len(worker.poet.forms_asked) == composed, "nothing is composed while people type"
    row = query.results[0]
    assert row.title.endswith("。")
    assert row.description.endswith("from random numbers")

    sent = ada.chooses(query, row.id, group)
    await telegram.settled()
    assert sent.text.endswith("from random numbers")
    assert [len(line) for line in sent.keyboard] == [5, 3, 1]
    assert (await kept(store, sent)).public
    await until_stocked(store, 4)
    again = await ada.is_offered("", group)
    assert row.id not in [one.id for one in again.results], "the next find others"
    assert len(again.results) == 3


@pytest.mark.usefixtures("bot")
async def test_after_what_is_fresh_comes_what_people_like(ada: User, store: Store) -> None:
    liked = await rated(store, [5, 5, 5], new_poem(CRANE))
    await rated(store, [2], new_poem())
    await rated(store, [5, 5, 5], new_poem(public=False, seed_text="白日"))
    query = await ada.is_offered()
    assert len(query.results) == 4
    assert query.results[-1].title == CRANE
    assert (
        query.results[-1].description == "Five-character couplet · from random numbers · ★ 5.0 (3)"
    )
    assert query.results[-1].id == f"v1:{liked.public_id}"


@pytest.mark.usefixtures("bot")
async def test_a_theme_finds_public_verse_and_offers_to_compose(ada: User, store: Store) -> None:
    await store.poems.add(new_poem(CRANE))
    await store.poems.add(new_poem("白鹤独飞去，黄河入海流。", public=False, seed_text="白鹤"))
    query = await ada.is_offered("white crane")
    assert titles(query) == ["✍️ New: verse · on 白鹤", CRANE]
    assert query.results[0].description == "Written once you send it; that takes a few seconds"
    assert query.cache_time == 300
    assert "Being written" in query.results[0].text

    traditional = await ada.is_offered("七絕 白鶴")
    assert titles(traditional) == ["✍️ New: seven-character quatrain · on 白鶴"]
    assert titles(await ada.is_offered("couplet crane"))[1:] == [CRANE]


@pytest.mark.usefixtures("bot")
async def test_a_list_goes_on_while_one_scrolls(ada: User, store: Store) -> None:
    for number in range(45):
        text = f"{chr(0x4E00 + number)}鹤归何处，青天万里长。"
        await store.poems.add(new_poem(text, score=number))
    seen: list[str] = []
    offset = ""
    for size in (21, 20, 5):
        query = await ada.is_offered("鹤", offset=offset)
        assert len(query.results) == size
        seen += [result.id for result in query.results]
        offset = query.next_offset
        await store.poems.add(new_poem(CRANE, score=99))
    assert offset == ""
    assert len(set(seen)) == 46
    assert not (await ada.is_offered("鹤", offset="0.x")).results, "no bookmark of ours"


@pytest.mark.usefixtures("bot")
async def test_a_list_is_in_the_language_and_script_of_who_types(
    ada: User, li: User, store: Store
) -> None:
    await store.poems.add(new_poem("龙归沧海远，万里送归舟。"))
    assert titles(await li.is_offered("龙"))[0] == "✍️ 新作：诗 · 题「龙」"
    assert titles(await li.is_offered("龍"))[1] == "龍歸滄海遠，萬里送歸舟。"
    await li.asks("/start")
    await store.chats.set_language(li.id, "zh-Hant", Script.TRADITIONAL)
    await store.chats.prefer(li.id, punctuated=False)
    assert titles(await li.is_offered("龙"))[1] == "龍歸滄海遠　萬里送歸舟"


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("xyzzy", "“xyzzy”? Try snow, or 明月"),
        ("白鹤归何处", "A theme has one to four characters"),
        ("鹤" * 256, "A theme has one to four characters"),
        ("七律 鹤", "I do not write “七律”; here is what I do"),
        ("藏头 生日快", "Two or four characters here; more in private"),
        ("v_nosuchpoem00", "This verse is no longer kept."),
    ],
)
async def test_what_cannot_be_served_is_answered_and_leads_into_the_private_chat(
    ada: User, telegram: FakeTelegram, words: str, says: str
) -> None:
    query = await ada.is_offered(words)
    assert not query.results
    assert query.button is not None
    assert query.button.text == says
    ada.sends(f"/start {query.button.start_parameter}")
    await telegram.settled()
    assert "@qibu_test_bot acrostic 春夏" in ada.last_answer.text


@pytest.mark.usefixtures("bot")
async def test_who_only_types_is_not_remembered(ada: User, store: Store) -> None:
    await ada.is_offered("白鹤")
    assert await store.chats.get(ada.id) is None
    assert (await store.users.forget(ada.id)).ratings == 0
    async with store._database.read() as session:
        from bot.store.tables import User as Row  # noqa: PLC0415

        assert await session.get(Row, ada.id) is None


@pytest.mark.usefixtures("bot")
async def test_a_query_that_nobody_waits_for_is_let_be(ada: User, telegram: FakeTelegram) -> None:
    telegram.fails_next(
        "answerInlineQuery",
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    )
    query = ada.types("月")
    await telegram.settled()
    query.answered = True  # refused on order
    assert not telegram.calls_of("sendMessage")
    assert len(telegram.calls_of("answerInlineQuery")) == 1


async def test_where_the_store_fails_the_list_is_answered_nevertheless(
    services: Services, telegram: FakeTelegram, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    async with running(build_application(services, request=telegram.request()), telegram):
        monkeypatch.setattr(services.store.anthology, "newest", fail)
        query = await ada.is_offered("月")
    assert query.button is not None
    assert query.button.text == "Something went wrong. Ask me in private"
    assert query.cache_time == 0


# What is composed after it was chosen


@pytest.mark.usefixtures("bot")
async def test_what_was_chosen_is_composed_into_the_message(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    group = telegram.group("诗社", ada, li)
    query = await ada.is_offered("七绝 白鹤", group)
    sent = ada.chooses(query, "New", group)
    assert sent.text == "✍️ seven-character quatrain · on 白鹤\nBeing written …"
    await telegram.settled()
    assert sent.text.endswith("Seven-character quatrain · on 白鹤")
    poem = await kept(store, sent)
    assert (poem.form, poem.user_id, poem.chat_id) == (Form.JUEJU7, ada.id, None)
    assert (poem.public, poem.shared) == (False, True), "whoever reads it may use its buttons"
    assert sent.button("Another").query == "seven-character quatrain 白鹤"
    assert sent.button("Card and more").url == LINK + poem.public_id
    assert not group.answers, "the bot itself says nothing"

    stranger = telegram.user("Eve")
    assert titles(await stranger.is_offered("白鹤")) == ["✍️ New: verse · on 白鹤"]


@pytest.mark.usefixtures("bot")
async def test_an_acrostic_is_composed_likewise(ada: User, telegram: FakeTelegram) -> None:
    query = await ada.is_offered("藏头 五言 春夏秋冬")
    assert titles(query) == ["✍️ New: five-character quatrain · acrostic 春夏秋冬"]
    sent = ada.chooses(query, "New")
    await telegram.settled()
    lines = sent.text.replace("。", "，").replace("\n", "").split("，")
    assert [line[0] for line in lines[:4]] == list("春夏秋冬")
    assert sent.button("Another").query == "acrostic 春夏秋冬 five-character quatrain"
    again = await ada.is_offered(sent.button("Another").query or "")
    assert titles(again) == titles(query)


@pytest.mark.usefixtures("bot")
async def test_verse_sent_into_the_chat_with_the_bot_is_no_question(
    ada: User, telegram: FakeTelegram
) -> None:
    query = await ada.is_offered()
    ada.chooses(query, query.results[0].id)
    await telegram.settled()
    assert not ada.answers


@pytest.mark.usefixtures("bot")
async def test_what_the_poet_cannot_write_ends_in_a_friendly_word(
    ada: User, telegram: FakeTelegram
) -> None:
    sent = ada.chooses(await ada.is_offered(UNKNOWN), "New")
    await telegram.settled()
    assert sent.text.startswith("The poets I learned from hardly ever wrote 囧")
    assert [button.query for button in sent.buttons] == [""]


async def test_a_poet_that_cannot_be_reached_may_be_asked_again(
    services: Services, telegram: FakeTelegram, ada: User, li: User, worker: LocalWorker
) -> None:
    gone = PoetClient(WorkerAddress("http://127.0.0.1:9", SecretStr(KEY)), deadline=2)
    without = replace(services, poet=gone)
    async with running(build_application(without, request=telegram.request()), telegram):
        sent = ada.chooses(await ada.is_offered("白鹤"), "New")
        await telegram.settled()
    assert sent.text.startswith("The poet does not answer at the moment")
    await gone.aclose()
    async with running(build_application(services, request=telegram.request()), telegram):
        click = li.clicks(sent, "Try again")
        await telegram.settled()
    assert click.answer == "正在写，稍候片刻。"
    assert "题「白鹤」" in sent.text, "in the language of whoever asked again"


async def test_without_feedback_the_button_does_it_and_the_operator_is_told(
    services: Services, telegram: FakeTelegram, ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.inline_feedback = False
    async with running(build_application(services, request=telegram.request()), telegram):
        sent = ada.chooses(await ada.is_offered("白鹤"), "New")
        await telegram.settled()
        assert "Being written" in sent.text
        click = ada.clicks(sent, "Nudge the poet")
        await telegram.settled()
    assert click.answer == "The poet is writing it. One moment!"
    assert sent.text.endswith("on 白鹤")
    assert "/setinlinefeedback" in caplog.text


@pytest.mark.usefixtures("bot")
async def test_a_verse_is_written_once_however_often_one_nudges(
    ada: User, li: User, telegram: FakeTelegram, worker: LocalWorker
) -> None:
    sent = ada.chooses(await ada.is_offered(f"五言联 {WAITS}"), "New")
    nudge = sent.button("Nudge").data
    assert nudge is not None
    await telegram.until(worker.poet.waiting.is_set)
    early = li.forges_click(sent, nudge)
    await telegram.until(lambda: early.answered)
    worker.poet.go_on.set()
    await telegram.settled()
    worker.poet.waiting.clear()
    worker.poet.go_on.clear()
    shown = sent.text
    late = li.forges_click(sent, nudge)
    await telegram.settled()
    assert (early.answer, late.answer) == ("正在写，稍候片刻。", "已经写好了。")
    assert sent.text == shown


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    "data", ["w1:p0gA", "w1:p0YWJj", "w1:a85pil", "w1:pz", "w1:", "x1:", "r1:"]
)
async def test_forged_buttons_get_a_polite_answer(
    ada: User, telegram: FakeTelegram, data: str
) -> None:
    query = await ada.is_offered()
    sent = ada.chooses(query, query.results[0].id)
    click = ada.forges_click(sent, data)
    await telegram.settled()
    assert click.answer.startswith("This button no longer works")


@pytest.mark.usefixtures("bot")
async def test_a_message_that_was_deleted_meanwhile_is_let_be(
    ada: User, telegram: FakeTelegram
) -> None:
    sent = ada.chooses(await ada.is_offered("白鹤"), "New")
    ada.deletes(sent)
    await telegram.settled()
    assert [call.status for call in telegram.calls_of("editMessageText")] == [400]
    assert not ada.answers


async def test_a_flood_of_choices_is_asked_for_patience_in_its_messages(
    services: Services, telegram: FakeTelegram, ada: User
) -> None:
    settings = services.settings.model_copy(update={"fair_use_person": Allowance(2, 36_000)})
    frugal = replace(services, settings=settings)
    async with running(build_application(frugal, request=telegram.request()), telegram):
        query = await ada.is_offered("白鹤")
        sent = []
        for _ in range(3):
            sent.append(ada.chooses(query, "New"))
            await telegram.settled()
        again = ada.clicks(sent[-1], "Try again")
        await telegram.settled()
    assert [message.text.endswith("on 白鹤") for message in sent] == [True, True, False]
    assert sent[-1].text.startswith("That is more than I can write at once")
    assert again.answer.startswith("That is more than I can write at once")


# Buttons


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


# Sharing


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


# Beginning again


async def test_a_restart_finds_what_was_composed_ahead(
    services: Services, store: Store, telegram: FakeTelegram, ada: User, worker: LocalWorker
) -> None:
    before = [await store.poems.add(replace(new_poem(CRANE), command=stock.COMMAND))]
    before += [await store.poems.add(replace(new_poem(), command=stock.COMMAND)) for _ in range(2)]
    application = build_application(services, request=telegram.request())
    composed = len(worker.poet.forms_asked)
    async with running(application, telegram):
        async with asyncio.timeout(20):
            while len((query := await ada.is_offered()).results) < 3:
                await asyncio.sleep(0.01)
    assert {result.id for result in query.results} == {f"v1:{poem.public_id}" for poem in before}
    assert len(worker.poet.forms_asked) == composed


async def test_a_bot_without_inline_mode_composes_nothing_ahead(
    services: Services, store: Store, telegram: FakeTelegram, ada: User
) -> None:
    telegram.inline_mode = False
    async with running(build_application(services, request=telegram.request()), telegram):
        assert "@qibu_test_bot" not in (await ada.asks("/help")).text
        await asyncio.sleep(0.05)
    assert not await store.anthology.made_by(stock.COMMAND, 1)
