"""Inline mode: the list that people choose verse from, in any chat."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.app import allowed_updates, build_application
from bot.services import Services
from bot.store import Store
from bot.usecases import stock
from model.verse import Script
from tests.bot.databases import new_poem, rated
from tests.bot.handlers.inline.lists import titles, until_stocked
from tests.bot.handlers.verses import kept
from tests.bot.worker import LocalWorker
from tests.telegram import FakeTelegram, User, running

CRANE = "白鹤归何处，青天万里长。"


async def test_telegram_is_asked_for_queries_and_choices(services: Services) -> None:
    wanted = allowed_updates(build_application(services))
    assert {"inline_query", "chosen_inline_result"} <= set(wanted)


@pytest.mark.usefixtures("bot")
async def test_help_tells_of_it(ada: User) -> None:
    assert "@qibu_test_bot moon" in (await ada.asks("/help")).text


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
@pytest.mark.parametrize("offset", ["0.40371017837381", "999999.999999999", "-1.5", "٣.٣"])
async def test_a_forged_bookmark_leads_nowhere(
    ada: User, offset: str, caplog: pytest.LogCaptureFixture
) -> None:
    query = await ada.is_offered("鹤", offset=offset)
    assert (query.results, query.button) == ([], None)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


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
