"""Stars, averages, and the list of the best."""

from __future__ import annotations

import pytest

from bot.app import build_application
from bot.services import Services
from bot.store import Store
from tests.telegram import FakeTelegram, Message, User, running


def poem_id(message: Message, row: int = 0) -> str:
    data = message.keyboard[row][-1].data
    assert data is not None
    return data.split(":")[1]


@pytest.mark.usefixtures("bot")
async def test_a_rating_is_thanked_for_kept_and_shown(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    poem = await ada.asks("/poem")
    click = ada.clicks(poem, "★5")
    await telegram.settled()
    assert click.answer == "★5, thank you! Yours is the first rating."
    await telegram.until(lambda: len(poem.keyboard) == 4)
    assert poem.keyboard[1][0].text == "★ 5.0 · 1 rating"
    assert [button.text for button in poem.keyboard[2]] == ["Another", "Vary", "Prosody"]
    assert (await store.ratings.summary(poem_id(poem))).count == 1

    again = ada.clicks(poem, "★2")
    await telegram.settled()
    assert again.answer.startswith("Changed to ★2.")
    same = ada.clicks(poem, "★2")
    await telegram.settled()
    assert same.answer == "You gave it ★2 already."
    summary = await store.ratings.summary(poem_id(poem))
    assert (summary.count, summary.mean) == (1, 2.0)

    other = li.forges_click(poem, f"r1:{poem_id(poem)}:4")
    await telegram.settled()
    assert other.answer == "记下 4 星，多谢！现有 2 人评，平均 3.0 星。"


@pytest.mark.usefixtures("bot")
async def test_the_average_tells_who_gave_what(ada: User, li: User, telegram: FakeTelegram) -> None:
    poem = await ada.asks("/poem")
    for user, stars in ((ada, 5), (li, 4)):
        user.forges_click(poem, f"r1:{poem_id(poem)}:{stars}")
    await telegram.settled()
    click = ada.forges_click(poem, f"a1:{poem_id(poem)}")
    await telegram.settled()
    assert click.alert
    lines = click.answer.split("\n")
    assert lines[0] == "★ 4.5 from 2 ratings"
    assert lines[1:3] == ["★★★★★  1", "★★★★☆  1"]
    assert lines[-1] == "Yours: ★5"


async def test_many_ratings_are_few_edits_and_the_last_is_shown(
    services: Services, telegram: FakeTelegram, ada: User
) -> None:
    async with running(build_application(services, request=telegram.request()), telegram):
        poem = await ada.asks("/poem")
        public_id = poem_id(poem)
        for number in range(12):
            telegram.user(f"Reader {number}").forges_click(poem, f"r1:{public_id}:5")
        await telegram.settled()
    assert poem.keyboard[1][0].text == "★ 5.0 · 12 ratings"
    edits = telegram.calls_of("editMessageReplyMarkup")
    assert len(edits) <= 2, f"one at once, one at the end: {edits}"


@pytest.mark.usefixtures("bot")
async def test_of_several_verses_each_is_rated_by_itself(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    answer = await ada.asks("/couplet 明月")
    second = answer.keyboard[1][3].data
    assert second is not None
    ada.clicks(answer, second)
    await telegram.settled()
    await telegram.until(lambda: answer.keyboard[1][0].text == "② 3.0")
    assert answer.keyboard[0][0].text == "①"
    counts = [(await store.ratings.summary(poem_id(answer, row))).count for row in range(3)]
    assert counts == [0, 1, 0]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    "data",
    ["r1:nosuchpoem00:6", "r1:nosuchpoem00:5:", "r9:x", "r1:", "p1:../../etc", "🙂", "f1:1:"],
)
async def test_forged_buttons_get_a_polite_answer(
    ada: User, telegram: FakeTelegram, data: str
) -> None:
    poem = await ada.asks("/poem")
    click = ada.forges_click(poem, data)
    await telegram.settled()
    assert click.answer.startswith("This button no longer works")


@pytest.mark.usefixtures("bot")
async def test_a_verse_that_is_gone_can_be_neither_rated_nor_opened(
    ada: User, telegram: FakeTelegram
) -> None:
    poem = await ada.asks("/poem")
    rated = ada.forges_click(poem, "r1:nosuchpoem00:5")
    shown = ada.forges_click(poem, "a1:nosuchpoem00")
    opened = ada.forges_click(poem, "p1:nosuchpoem00")
    await telegram.settled()
    assert rated.answer == shown.answer == "This verse is no longer kept."
    assert opened.answer == "This verse is no longer here."


@pytest.mark.usefixtures("bot")
async def test_a_rating_on_a_deleted_message_still_counts(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    poem = await ada.asks("/poem")
    ada.deletes(poem)
    click = ada.clicks(poem, "★3")
    await telegram.settled()
    assert click.answer.startswith("★3, thank you")
    assert (await store.ratings.summary(poem_id(poem))).count == 1


@pytest.mark.usefixtures("bot")
async def test_the_best_are_listed_and_opened(ada: User, li: User, telegram: FakeTelegram) -> None:
    assert "Nothing has been written yet" in (await ada.asks("/top")).text
    worse, better = await ada.asks("/poem"), await ada.asks("/poem")
    unrated = await ada.asks("/top")
    assert "Nobody has rated anything yet" in unrated.text
    assert all(poem.text[:5] in unrated.text for poem in (worse, better))
    assert [b.text for b in unrated.keyboard[0]] == ["1", "2"]
    ada.clicks(worse, "★2")
    ada.clicks(better, "★5")
    await telegram.settled()

    best = await li.asks("/top")
    assert best.text.startswith("佳作榜 · 本周\n\n1. " + better.text[:5])
    assert [b.text for b in best.buttons] == ["1", "2", "· 本周 ·", "本月", "历来"]

    li.clicks(best, "历来")
    li.clicks(best, "历来")
    await telegram.settled()
    assert best.text.startswith("佳作榜 · 历来")

    li.clicks(best, "1")
    await telegram.settled()
    assert li.last_answer.text.split("\n")[0] == better.text.split("\n")[0]
    assert [len(row) for row in li.last_answer.keyboard] == [5, 1, 3, 3], (
        "stars, the average, and what else can be had"
    )


@pytest.mark.usefixtures("bot")
async def test_verse_of_a_persons_words_is_neither_listed_nor_opened_elsewhere(
    ada: User, li: User, telegram: FakeTelegram
) -> None:
    mine = await ada.asks("/poem 明月")
    ada.clicks(mine, "★5")
    await telegram.settled()
    assert "1. " in (await ada.asks("/top all")).text
    assert "1. " not in (await li.asks("/top 总榜")).text
    click = li.forges_click(li.last_answer, f"p1:{poem_id(mine)}")
    await telegram.settled()
    assert click.answer == "这首诗已经不在这里了。"


@pytest.mark.usefixtures("bot")
async def test_a_press_that_telegram_no_longer_takes_an_answer_for_still_counts(
    ada: User, telegram: FakeTelegram, store: Store
) -> None:
    poem = await ada.asks("/poem")
    telegram.fails_next(
        "answerCallbackQuery", 400, "Bad Request: query is too old and response timeout expired"
    )
    click = ada.clicks(poem, "★5")
    await telegram.settled()
    assert (await store.ratings.summary(poem_id(poem))).count == 1
    assert len(ada.answers) == 1, "no apology for it"
    click.answered = True  # refused on order: the button did not hang
