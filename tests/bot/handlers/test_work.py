"""One request at a time, work that shows itself, and /cancel."""

from __future__ import annotations

import pytest

from bot.handlers import visit
from bot.handlers.questions import Question, Questions
from bot.store import Store
from tests.bot.worker import LocalWorker
from tests.model.service.poet import WAITS
from tests.telegram import FakeTelegram, User

pytestmark = pytest.mark.usefixtures("bot")

BUSY = "One moment, I am still at your last request. /cancel stops it."
STOPPED = "Stopped. What shall I write instead?"


@pytest.fixture(autouse=True)
def ready(worker: LocalWorker) -> None:
    worker.poet.waiting.clear()
    worker.poet.go_on.clear()


async def begins_to_wait(user: User, worker: LocalWorker) -> None:
    """Has the poet work on something that it does not finish."""
    user.sends(f"/poem {WAITS}")
    await user.telegram.until(worker.poet.waiting.is_set)


async def test_a_second_request_is_asked_to_wait_and_other_words_are_answered(
    ada: User, telegram: FakeTelegram, worker: LocalWorker
) -> None:
    await begins_to_wait(ada, worker)
    ada.sends("/poem")
    await telegram.until(lambda: ada.answers)
    assert ada.last_answer.text == BUSY
    ada.sends("/privacy")
    await telegram.until(lambda: len(ada.answers) == 2)
    worker.poet.go_on.set()
    await telegram.settled()
    assert len(ada.answers) == 3
    assert WAITS in ada.last_answer.text
    assert (await ada.asks("/poem")).buttons, "what is done is done"


async def test_a_button_is_told_the_same(
    ada: User, telegram: FakeTelegram, worker: LocalWorker
) -> None:
    poem = await ada.asks("/poem 七绝")
    await begins_to_wait(ada, worker)
    click = ada.clicks(poem, "Another")
    await telegram.until(lambda: click.answered)
    assert click.answer == BUSY
    worker.poet.go_on.set()


async def test_cancel_stops_what_is_being_composed(
    ada: User, telegram: FakeTelegram, worker: LocalWorker, store: Store
) -> None:
    await begins_to_wait(ada, worker)
    ada.sends("/cancel")
    await telegram.settled()
    assert [answer.text for answer in ada.answers] == [STOPPED]
    worker.poet.go_on.set()
    assert (await ada.asks("/poem")).buttons, "and the next is composed"
    assert len(ada.answers) == 2


async def test_cancel_stops_work_in_another_chat_and_a_button_too(
    ada: User, telegram: FakeTelegram, worker: LocalWorker
) -> None:
    group = telegram.group("诗社", ada)
    ada.adds_bot_to(group)
    poem = await ada.asks("/poem@qibu_test_bot", group)
    ada.sends(f"/poem@qibu_test_bot {WAITS}", group)
    await telegram.until(worker.poet.waiting.is_set)
    click = ada.clicks(poem, "Another")
    await telegram.until(lambda: click.answered)
    ada.sends("/cancel")
    await telegram.settled()
    assert ada.last_answer.text == STOPPED
    worker.poet.go_on.set()


async def test_in_a_group_people_do_not_wait_for_each_other(
    ada: User, li: User, telegram: FakeTelegram, worker: LocalWorker
) -> None:
    group = telegram.group("诗社", ada, li)
    ada.adds_bot_to(group)
    ada.sends(f"/poem@qibu_test_bot {WAITS}", group)
    await telegram.until(worker.poet.waiting.is_set)
    before = len(group.answers)
    ada.sends("/poem@qibu_test_bot", group)
    li.sends("/help@qibu_test_bot", group)
    await telegram.until(lambda: len(group.answers) == before + 2)
    told = group.answers[before]
    assert told.text == BUSY
    assert told.reply_to is not None and told.reply_to.sender is ada
    worker.poet.go_on.set()


async def test_a_group_that_moves_waits_for_what_is_composed_in_it(
    ada: User, telegram: FakeTelegram, worker: LocalWorker, store: Store
) -> None:
    group = telegram.group("诗社", ada)
    ada.adds_bot_to(group)
    ada.sends(f"/poem@qibu_test_bot {WAITS}", group)
    await telegram.until(worker.poet.waiting.is_set)
    new = group.migrates()
    worker.poet.go_on.set()
    await telegram.settled()
    assert new.last_answer.buttons
    assert await store.chats.get(group.id) is None


async def test_a_question_is_taken_back(ada: User, li: User, telegram: FakeTelegram) -> None:
    question = await ada.asks("/acrostic")
    ada.sends("/cancel")
    await telegram.settled()
    assert [answer.text for answer in ada.answers] == ["All right, I no longer wait for it."]
    assert question.deleted
    assert (await ada.asks("/cancel")).text.startswith("There is nothing to stop")
    group = telegram.group("诗社", ada, li)
    ada.adds_bot_to(group)
    hers = await ada.asks("/couplet@qibu_test_bot", group)
    assert "没有什么可停的" in (await li.asks("/cancel@qibu_test_bot", group)).text
    assert not hers.deleted, "another's question stays"
    ada.deletes(hers)
    assert "no longer wait" in (await ada.asks("/cancel@qibu_test_bot", group)).text


async def test_whoever_is_forgotten_meanwhile_gets_no_verse(
    ada: User, telegram: FakeTelegram, worker: LocalWorker, store: Store
) -> None:
    question = await ada.asks("/forget")
    await begins_to_wait(ada, worker)
    ada.clicks(question, "Yes, forget me")
    await telegram.settled()
    worker.poet.go_on.set()
    assert ada.answers == [question]
    assert question.text.startswith("Done")
    assert await store.chats.get(ada.id) is None


async def test_typing_is_shown_as_long_as_it_takes(
    ada: User, telegram: FakeTelegram, worker: LocalWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "_ACTION_LASTS", 0.01)
    await begins_to_wait(ada, worker)
    await telegram.until(lambda: len(ada.chat.actions) > 3)
    assert set(ada.chat.actions) == {"typing"}
    worker.poet.go_on.set()
    await telegram.settled()
    shown = len(ada.chat.actions)
    await ada.asks("/privacy")
    assert len(ada.chat.actions) == shown


async def test_what_is_answered_at_once_shows_no_sign_of_work(
    ada: User, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "_QUICK", 60)
    await ada.asks("/poem")
    ada.clicks(ada.last_answer, "Card")
    await telegram.settled()
    assert ada.last_answer.photo
    assert ada.chat.actions == []


async def test_what_takes_a_while_shows_what_comes(
    ada: User, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    poem = await ada.asks("/poem")
    before = len(ada.chat.actions)
    monkeypatch.setattr(visit, "_QUICK", 0)
    ada.clicks(poem, "Card")
    await telegram.settled()
    assert ada.last_answer.photo
    assert (await ada.asks("/export")).document
    assert ada.chat.actions[before:] == ["upload_photo", "upload_document"]


def test_only_so_many_questions_are_remembered() -> None:
    questions = Questions(kept=2)
    for person in (1, 2, 3):
        questions.ask(person, person, Question(person))
    assert [questions.take(person, person) for person in (1, 2, 3, 3)] == [
        None,
        Question(2),
        Question(3),
        None,
    ]
