"""Every method that people make the bot call, over HTTP, with every fault that Telegram or the way
to it can have: nothing permanent is tried again, nothing comes twice, the next one is served."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import pytest

from bot.app import AnyApplication, build_application
from bot.requests import ApiRequest
from bot.services import Services
from tests.bot.worker import LocalWorker
from tests.model.service.poet import WAITS
from tests.telegram import Call, Chat, FakeServer, FakeTelegram, User, running
from tests.telegram.faults import Kind

READ_SECONDS = 2.0


@dataclass(frozen=True)
class Case:
    """A fault, and how many times the very same request may be made in all."""

    name: str
    requests: int
    kind: Kind = "refuse"
    status: int = 400
    description: str = ""
    retry_after: int = 0

    def strikes(self, telegram: FakeTelegram, method: str, chat: Chat | None) -> None:
        """Orders it for the next request of a method."""
        if self.kind != "refuse":
            telegram.suffers(method, self.kind, in_chat=chat)
            return
        parameters = {"retry_after": self.retry_after} if self.retry_after else None
        telegram.fails_next(method, self.status, self.description, parameters, in_chat=chat)


def refused(status: int, description: str, requests: int = 1, retry_after: int = 0) -> Case:
    return Case(description, requests, "refuse", status, description, retry_after)


FAULTS = (
    refused(400, "Bad Request: can't parse entities: unsupported start tag"),
    refused(400, "Bad Request: message is not modified"),
    refused(400, "Bad Request: query is too old and response timeout expired"),
    refused(400, "Bad Request: message to edit not found"),
    refused(400, "Bad Request: chat not found"),
    refused(400, "Bad Request: not enough rights to send text messages to the chat"),
    refused(400, "Bad Request: CHAT_RESTRICTED"),
    refused(400, "Bad Request: TOPIC_CLOSED"),
    refused(400, "Bad Request: PEER_ID_INVALID"),
    refused(400, "Bad Request: some words that nobody has ever seen"),
    refused(401, "Unauthorized"),
    refused(403, "Forbidden: bot was blocked by the user"),
    refused(403, "Forbidden: user is deactivated"),
    refused(404, "Not Found"),
    refused(409, "Conflict: terminated by other getUpdates request"),
    refused(429, "Too Many Requests: retry after 1", 2, 1),
    refused(429, "Too Many Requests: retry after 86400", 1, 86400),
    refused(500, "Internal Server Error"),
    refused(503, "Service Unavailable"),
    Case("502 with a page of HTML", 1, "html"),
    Case("a connection that breaks", 1, "drop"),
    Case("no answer, and no effect", 1, "swallow"),
    Case("no answer, after the effect", 1, "lose_answer"),
    Case("half an answer", 1, "truncate"),
    Case("a slow answer", 1, "slow"),
)


@pytest.fixture
def server(telegram: FakeTelegram) -> Iterator[FakeServer]:
    with FakeServer(telegram) as server:
        yield server


@pytest.fixture
async def bot(
    services: Services, telegram: FakeTelegram, server: FakeServer
) -> AsyncIterator[AnyApplication]:
    """The bot at work, with sockets between it and Telegram."""
    settings = services.settings.model_copy(update={"telegram_api": server.url})
    request = ApiRequest(server.url, read_timeout=READ_SECONDS)
    application = build_application(replace(services, settings=settings), request=request)
    async with running(application, telegram, forgiving=True):
        yield application


Verb = Callable[[FakeTelegram, User], Awaitable[None]]
"""What a person does so that the bot calls a method; what it needs first, it awaits."""


async def asks(telegram: FakeTelegram, person: User) -> None:
    person.sends("/help")


async def asks_for_slow_verse(telegram: FakeTelegram, person: User) -> None:
    person.sends(f"/poem {WAITS}")


async def rates(telegram: FakeTelegram, person: User) -> None:
    poem = await person.asks("/poem")
    data = next(b.data for b in poem.buttons if b.data and b.data.endswith(":5"))
    person.clicks(poem, data)


async def wants_a_card(telegram: FakeTelegram, person: User) -> None:
    poem = await person.asks("/poem")
    data = next(b.data for b in poem.buttons if b.data and b.data.startswith("c1:"))
    person.clicks(poem, data)


async def turns_the_page(telegram: FakeTelegram, person: User) -> None:
    await rates(telegram, person)
    top = await person.asks("/top")
    data = next(b.data for b in top.buttons if b.data and b.data == "t1:all")
    person.clicks(top, data)


async def sets_a_daily_in_a_group(telegram: FakeTelegram, person: User) -> None:
    owner = telegram.user("Owner")
    group = telegram.group("friends", owner, person)
    owner.adds_bot_to(group)
    await telegram.settled()
    person.sends("/daily@qibu_test_bot 08:00", group)


METHODS: dict[str, tuple[Verb, bool]] = {
    # whether the request names the person's chat
    "sendMessage": (asks, True),
    "sendChatAction": (asks_for_slow_verse, True),
    "answerCallbackQuery": (rates, False),
    "editMessageReplyMarkup": (rates, True),
    "editMessageText": (turns_the_page, True),
    "sendPhoto": (wants_a_card, True),
    "getChatMember": (sets_a_daily_in_a_group, False),
}


@pytest.mark.parametrize("method", METHODS)
async def test_whatever_goes_wrong_it_goes_wrong_once(
    method: str, telegram: FakeTelegram, bot: AnyApplication, worker: LocalWorker
) -> None:
    verb, by_chat = METHODS[method]
    for number, case in enumerate(FAULTS):
        bystander = telegram.user(f"Bystander {number}")
        person = telegram.user(f"Person {number}")
        case.strikes(telegram, method, person.chat if by_chat else None)
        before = len(telegram.calls)
        worker.poet.go_on.clear()
        await verb(telegram, person)
        bystander.sends("/help")
        await telegram.until(partial(_answered, bystander))
        # What is shown in passing, as averages, is no part of handling.
        await telegram.until(partial(_calls, telegram, method, before))
        worker.poet.go_on.set()
        await telegram.settled()

        calls = _calls(telegram, method, before)
        repeated = Counter(str(sorted(c.parameters.items())) for c in calls)
        struck = str(sorted(calls[0].parameters.items()))
        if method != "sendChatAction":  # shown again and again while one waits
            assert repeated[struck] <= case.requests, (case.name, calls)
        for chat in (person.chat, bystander.chat):
            texts = [m.text for m in chat.answers[-3:] if m.photo is None]
            fresh = texts[-2:] if chat is person.chat else texts[-1:]
            assert len(set(fresh)) == len(fresh), (case.name, fresh)
        telegram.faults.clear()
        if case.retry_after < READ_SECONDS:
            assert await person.asks("/privacy"), "and the same person goes on"


def _answered(person: User) -> bool:
    return bool(person.answers)


def _calls(telegram: FakeTelegram, method: str, since: int) -> list[Call]:
    return [call for call in telegram.calls[since:] if call.method.lower() == method.lower()]


async def test_one_chat_that_hangs_or_is_throttled_holds_up_no_other(
    services: Services, telegram: FakeTelegram, server: FakeServer
) -> None:
    """The request of one is open for longer than this test waits for the other."""
    settings = services.settings.model_copy(update={"telegram_api": server.url})
    request = ApiRequest(server.url, read_timeout=300)
    application = build_application(replace(services, settings=settings), request=request)
    ada, li, wang = telegram.user("Ada"), telegram.user("Li"), telegram.user("Wang")
    async with running(application, telegram, forgiving=True):
        telegram.suffers("sendMessage", "swallow", in_chat=ada.chat)
        ada.sends("/help")
        await telegram.until(lambda: telegram.calls_of("sendMessage"))
        telegram.fails_next(
            "sendMessage", 429, "Too Many Requests: retry after 25", {"retry_after": 25},
            in_chat=li.chat,
        )  # fmt: skip
        li.sends("/help")
        await telegram.until(lambda: len(telegram.calls_of("sendMessage")) == 2)
        for words in ("/help", "/privacy", "/start"):
            wang.sends(words)
        await telegram.until(lambda: len(wang.answers) == 3)
        assert ada.answers == [] == li.answers
        server.silence_ends = True


async def test_a_chat_dies_after_strikes_and_comes_back_when_it_is_added_again(
    telegram: FakeTelegram, bot: AnyApplication, services: Services
) -> None:
    owner = telegram.user("Owner")
    channel = telegram.channel("诗", owner)
    owner.sends("/start")
    owner.adds_bot_to(channel)
    await telegram.settled()
    store = services.store
    for strike in range(1, 4):
        assert await store.chats.strike(channel.id) == strike
    await store.chats.set_state(channel.id, "dead")
    owner.removes_bot_from(channel)
    owner.adds_bot_to(channel)
    await telegram.settled()
    chat = await store.chats.get(channel.id)
    assert chat is not None
    assert (chat.state, chat.strikes) == ("active", 0)
