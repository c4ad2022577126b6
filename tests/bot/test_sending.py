"""What each error of Telegram's means, and what is sent again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.sending import Fate, Sending, judge
from bot.store import Store
from tests.telegram import TOKEN, FakeTelegram


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (RetryAfter(7), Fate.WAIT),
        (NetworkError("Too Many Requests"), Fate.WAIT),
        (caused(TimedOut(), aiohttp.ConnectionTimeoutError()), Fate.UNSENT),
        (caused(TimedOut(), aiohttp.SocketTimeoutError()), Fate.UNKNOWN),
        (caused(NetworkError(""), aiohttp.ServerDisconnectedError()), Fate.UNKNOWN),
        (caused(NetworkError(""), aiohttp.ClientOSError(104, "reset")), Fate.UNKNOWN),
        (TimedOut(), Fate.UNKNOWN),
        (NetworkError("Bad Gateway"), Fate.UNKNOWN),
        (ChatMigrated(-1001), Fate.MIGRATED),
        (Forbidden("Forbidden: bot was blocked by the user"), Fate.DEAD),
        (BadRequest("Chat not found"), Fate.DEAD),
        (BadRequest("CHAT_RESTRICTED"), Fate.DEAD),
        (BadRequest("CHAT_SEND_PHOTOS_FORBIDDEN"), Fate.NO_PICTURES),
        (BadRequest("Not enough rights to send photos to the chat"), Fate.NO_PICTURES),
        (BadRequest("TOPIC_CLOSED"), Fate.CLOSED),
        (BadRequest("Message thread not found"), Fate.NO_TOPIC),
        (BadRequest("TOPIC_DELETED"), Fate.NO_TOPIC),
        (BadRequest("Not enough rights to send text messages to the chat"), Fate.DEAD),
        (BadRequest("Need administrator rights in the channel chat"), Fate.DEAD),
        (BadRequest("Message is not modified: the same content"), Fate.UNCHANGED),
        (BadRequest("Query is too old and response timeout expired"), Fate.UNCHANGED),
        (BadRequest("Message to edit not found"), Fate.UNCHANGED),
        (BadRequest("Can't parse entities"), Fate.PERMANENT),
        (InvalidToken(), Fate.PERMANENT),
        (Conflict("another poller"), Fate.PERMANENT),
    ],
)
def test_the_fate_of_a_request(error: TelegramError, fate: Fate) -> None:
    assert judge(error).fate is fate


def test_telegram_says_how_long_to_wait() -> None:
    assert judge(RetryAfter(7)).after == 7


Answers = list[TelegramError | str]


def answering(answers: Answers) -> Callable[[], Awaitable[str]]:
    async def call() -> str:
        answer = answers.pop(0)
        if isinstance(answer, TelegramError):
            raise answer
        return answer

    return call


UNREACHABLE = caused(TimedOut(), aiohttp.ConnectionTimeoutError())


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def sending(store: Store, pauses: list[float]) -> Sending:
    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    bot = Bot(TOKEN, request=FakeTelegram().request())
    return Sending(bot, store, patience=30, sleep=sleep)


async def test_an_answer_waits_and_is_sent_again(sending: Sending, pauses: list[float]) -> None:
    assert await sending.persist(answering([RetryAfter(5), RetryAfter(6), "sent"])) == "sent"
    assert pauses == [5, 6]


async def test_what_did_not_leave_is_sent_again_with_longer_pauses(
    sending: Sending, pauses: list[float]
) -> None:
    answers: Answers = [UNREACHABLE, UNREACHABLE, UNREACHABLE, "sent"]
    assert await sending.persist(answering(answers)) == "sent"
    assert pauses == [1, 2, 4]


@pytest.mark.parametrize(
    "error",
    [
        TimedOut(),
        NetworkError("Bad Gateway"),
        BadRequest("Can't parse entities"),
        Forbidden("blocked"),
        ChatMigrated(-1001),
        RetryAfter(31),
    ],
)
async def test_what_may_have_arrived_or_would_fail_again_is_sent_once(
    sending: Sending, pauses: list[float], error: TelegramError
) -> None:
    with pytest.raises(type(error)):
        await sending.persist(answering([error, "sent"]))
    assert pauses == []


async def test_patience_ends(sending: Sending, pauses: list[float]) -> None:
    with pytest.raises(RetryAfter):
        await sending.persist(answering([RetryAfter(20), RetryAfter(20), "sent"]))
    assert pauses == [20]
    with pytest.raises(NetworkError):
        await sending.persist(answering([UNREACHABLE] * 9))
    assert sum(pauses[1:]) <= 30
