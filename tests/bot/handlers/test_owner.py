"""/preview and /stats: doors that only the owner of the bot finds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.app import AnyApplication, build_application
from bot.pages.owner import stats
from bot.pages.page import Reader
from bot.poet import PoetClient, WorkerAddress
from bot.services import Services
from bot.store import Store
from bot.usecases.daily_round import Outlook
from bot.usecases.stats import Stats
from model.verse import Script
from tests.bot.databases import new_poem
from tests.bot.usecases.daily import Clock
from tests.bot.worker import LocalWorker
from tests.telegram import FakeTelegram, Message, User, running

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
TOMORROW = date(2026, 5, 2)


@pytest.fixture
def owner(telegram: FakeTelegram) -> User:
    return telegram.user("Cao", language_code="en")


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
async def bot(
    services: Services, telegram: FakeTelegram, owner: User, clock: Clock
) -> AsyncIterator[AnyApplication]:
    """The bot at work, with an owner and a clock that stands."""
    owned = services.settings.model_copy(update={"owner_id": owner.id})
    ours = replace(services, settings=owned, clock=clock)
    application = build_application(ours, request=telegram.request(), posts_daily=False)
    async with running(application, telegram):
        yield application


pytestmark = pytest.mark.usefixtures("bot")


async def poem_of(store: Store, day: date = TOMORROW) -> str:
    poem = await store.daily_poems.of(day)
    assert poem is not None
    return poem.public_id


async def presses(user: User, message: Message, label: str, telegram: FakeTelegram) -> str:
    click = user.clicks(message, label)
    await telegram.settled()
    assert click.answered
    return click.answer


async def test_tomorrows_poem_is_seen_as_it_will_be(owner: User, store: Store) -> None:
    seen = await owner.asks("/preview")
    assert seen.photo is not None
    assert seen.text.startswith("Preview, for your eyes alone\n\nPoem of the day · 2 May 2026\n")
    assert [[b.text for b in row] for row in seen.keyboard] == [["Keep it", "Another one"]]
    poem = await store.daily_poems.of(TOMORROW)
    assert poem is not None and poem.text.split("\n")[0] in seen.text
    again = await owner.asks("/preview")
    assert (again.text, again.photo) == (seen.text, seen.photo)


async def test_what_is_kept_is_posted(owner: User, telegram: FakeTelegram, store: Store) -> None:
    seen = await owner.asks("/preview")
    before = await poem_of(store)
    answer = await presses(owner, seen, "Keep it", telegram)
    assert answer == "It stays: the poem of 2 May 2026."
    assert seen.keyboard == ()
    assert await poem_of(store) == before


async def test_a_poem_taken_back_is_replaced_in_its_place_and_chosen_nowhere_again(
    owner: User, telegram: FakeTelegram, store: Store, ada: User
) -> None:
    await store.users.ensure(ada.id, "en")
    liked = await store.poems.add(new_poem("明月松间照，清泉石上流。"))
    twin = await store.poems.add(new_poem("明月松间照，清泉石上流。"))
    for poem in (liked, twin):
        await store.ratings.rate(ada.id, poem.public_id, 5)
    seen = await owner.asks("/preview")
    first, photo, answers = await poem_of(store), seen.photo, len(owner.answers)
    assert first in (liked.public_id, twin.public_id)
    await presses(owner, seen, "Another one", telegram)
    second = await poem_of(store)
    assert second not in (liked.public_id, twin.public_id), "the same words are no other poem"
    assert (len(owner.answers), seen.photo != photo) == (answers, True)
    assert "明月松间照" not in seen.text
    assert second in str(seen.keyboard[0][0].data)

    taken = await store.poems.get(first)
    assert taken is not None and taken.withheld
    await owner.asks("/top all")
    top = await store.poems.top(ada.id, None, 10)
    assert [poem.public_id for poem, _ in top] == [
        ({liked.public_id, twin.public_id} - {first}).pop()
    ]
    assert first not in [p.public_id for p in await store.poems.unrated(None, None, 99)]
    await presses(owner, seen, "Another one", telegram)
    assert len({first, second, await poem_of(store)}) == 3


async def test_a_press_on_an_old_preview_shows_what_is_chosen_now(
    owner: User, telegram: FakeTelegram, store: Store
) -> None:
    old = await owner.asks("/preview")
    new = await owner.asks("/preview")
    await presses(owner, new, "Another one", telegram)
    chosen = await poem_of(store)
    for data in [str(button.data) for button in old.keyboard[0]]:
        click = owner.forges_click(old, data)
        await telegram.settled()
        assert click.answered
        assert await poem_of(store) == chosen
        assert old.text == new.text


async def test_a_day_that_has_begun_somewhere_says_so_and_one_that_is_over_is_let_be(
    owner: User, telegram: FakeTelegram, store: Store, clock: Clock, ada: User
) -> None:
    seen = await owner.asks("/preview")
    await ada.asks("/start")
    expires = NOON + timedelta(days=1)
    claim = await store.deliveries.claim(ada.id, TOMORROW, expires, NOON)
    await store.chats.set_daily(ada.id, NOON.time(), "UTC")
    poem = await store.daily_poems.of(TOMORROW)
    assert claim is not None and poem is not None
    await store.deliveries.begin(claim, poem.id, NOON)
    await store.deliveries.sent(claim, 1, NOON)
    await presses(owner, seen, "Another one", telegram)
    assert "1 chat has it already" in seen.text

    clock.passes(hours=47)
    before = await poem_of(store)
    await presses(owner, seen, "Another one", telegram)
    assert await poem_of(store) != before, "in Hawaii it is still that day"
    clock.passes(hours=2)
    before = await poem_of(store)
    assert "over everywhere" in await presses(owner, seen, "Another one", telegram)
    assert await poem_of(store) == before


async def test_a_poem_taken_back_while_it_is_posted_is_not_posted(
    owner: User, telegram: FakeTelegram, store: Store
) -> None:
    await owner.asks("/preview")
    await store.chats.set_daily(owner.id, NOON.time(), "UTC")
    poem = await store.daily_poems.of(TOMORROW)
    claim = await store.deliveries.claim(owner.id, TOMORROW, NOON + timedelta(days=1), NOON)
    assert poem is not None and claim is not None
    await store.daily_poems.withhold(TOMORROW, poem.public_id)
    assert await store.deliveries.begin(claim, poem.id, NOON) is None
    assert await store.deliveries.of(owner.id, TOMORROW) is None, "free for the next poem"


async def test_where_pictures_do_not_go_the_words_do(owner: User, telegram: FakeTelegram) -> None:
    telegram.fails_next("sendPhoto", 400, "Bad Request: IMAGE_PROCESS_FAILED", times=2)
    seen = await owner.asks("/preview")
    assert (seen.photo, seen.keyboard[0][0].text) == (None, "Keep it")
    await presses(owner, seen, "Another one", telegram)
    assert owner.last_answer.photo is None and owner.last_answer is not seen


async def test_a_poet_who_does_not_answer_keeps_the_veto(
    owner: User, telegram: FakeTelegram, store: Store, worker: LocalWorker
) -> None:
    seen = await owner.asks("/preview")
    first = await poem_of(store)
    worker.poet.forms, forms = (), worker.poet.forms
    try:
        click = owner.clicks(seen, "Another one")
        await telegram.settled()
    finally:
        worker.poet.forms = forms
    assert click.answered
    taken = await store.poems.get(first)
    assert taken is not None and taken.withheld
    await presses(owner, seen, "Another one", telegram)
    assert await poem_of(store) != first


# /stats


async def test_stats_tell_how_the_bot_is_doing(
    owner: User, ada: User, telegram: FakeTelegram, store: Store, clock: Clock
) -> None:
    group = telegram.supergroup("诗社", ada)
    ada.adds_bot_to(group)
    await ada.asks("/daily 08:00")
    poem = await ada.asks("/poem")
    ada.clicks(poem, "★4")
    await telegram.settled()
    now = clock()
    claim = await store.deliveries.claim(ada.id, now.date(), now + timedelta(hours=1), now)
    assert claim is not None
    told = (await owner.asks("/stats")).text
    assert "Chats: 2 private, 1 groups, 0 channels; 0 left or silent" in told
    assert "With a daily poem: 1" in told
    assert "Poems: 1, 0 of them taken back" in told
    assert "Ratings: 1" in told
    assert "Daily posts of 1 May 2026\nabout to leave 1" in told
    assert "on cpu" in told
    assert "Verses waiting: 0, being written: 0, composed ahead: 0" in told


async def test_stats_count_the_days_since_the_start(owner: User, clock: Clock) -> None:
    assert "up for 1 minute\n" in (await owner.asks("/stats")).text
    clock.passes(hours=51)
    assert "up for 2 days 3 hours\n" in (await owner.asks("/stats")).text


async def test_stats_come_without_a_poet_too(
    services: Services, store: Store, clock: Clock
) -> None:
    nowhere = PoetClient(WorkerAddress("http://127.0.0.1:9"))
    report = await Stats(store, nowhere, clock)("UTC")
    await nowhere.aclose()
    for language, end in (("en", "Please try again in a minute."), ("zh-Hans", "请过一分钟再试。")):
        reader = Reader.of(services.texts.for_language(language), Script.SIMPLIFIED)
        assert stats(reader, report).text.endswith(end)


async def test_stats_foretell_the_end_of_a_long_round(
    services: Services, store: Store, clock: Clock
) -> None:
    ends = Outlook(45_000, 30.0, datetime(2026, 5, 1, 1, 3, tzinfo=UTC))
    report = await Stats(store, services.poet, clock, lambda: ends)("Asia/Shanghai")
    for language, told in (
        ("en", "45,000 chats are still to come: at 30.0 a second, done at 09:03"),
        ("zh-Hans", "还有 45,000 个聊天等着：每秒 30.0 个，09:03 送完"),
    ):
        reader = Reader.of(services.texts.for_language(language), Script.SIMPLIFIED)
        assert told in stats(reader, report).text


# Others


@pytest.mark.parametrize("command", ["/preview", "/stats"])
async def test_for_others_there_are_no_such_commands(
    ada: User, owner: User, telegram: FakeTelegram, command: str, store: Store
) -> None:
    assert (await ada.asks(command)).text == f"I do not know {command}. /help shows all I can do."
    group = telegram.supergroup("诗社", owner)
    owner.adds_bot_to(group)
    await telegram.settled()
    answers = len(group.answers)
    owner.sends(f"{command}@qibu_test_bot", group)
    await telegram.settled()
    assert len(group.answers) == answers


async def test_others_veto_nothing(
    ada: User, owner: User, telegram: FakeTelegram, store: Store
) -> None:
    seen = await owner.asks("/preview")
    before = await poem_of(store)
    hello = await ada.asks("/start")
    click = ada.forges_click(hello, str(seen.keyboard[0][1].data))
    await telegram.settled()
    assert click.answer.startswith("This button no longer works")
    assert await poem_of(store) == before
