"""A bot behind its webhook, somebody with something to lose, and somebody who sends anything.

Decides what must hold whatever Mallory sends: nothing unforeseen in the log, no request that
Telegram refuses, every press answered, and nothing of Vera's changed or shown. What is sent is left
to `updates`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from random import Random
from typing import Any

import httpx
from pydantic import SecretStr
from telegram import Update

from bot import texts
from bot.app import AnyApplication, build_application
from bot.inbox import Inbox
from bot.opening import started
from bot.pacing import Pacing, Rate
from bot.poet import PoetClient, WorkerAddress
from bot.services import Services
from bot.settings import Settings
from bot.store import NewPoem, Store
from bot.webhook import Hook, create_app
from tests.bot.databases import new_poem
from tests.telegram import (
    TOKEN,
    Channel,
    Click,
    FakeTelegram,
    InlineQuery,
    Message,
    Supergroup,
    User,
)

KEY = "a-key-of-the-worker"
SECRETS = ("暗语藏", "孤灯照空壁，寒雨打幽窗。")
"""Words that Vera gave for a verse, and the verse; neither may be shown to anybody else."""
WITHHELD = "断桥流废水，荒径没残花。"
_HOOK = Hook("https://qibu.example/updates", SecretStr("a-secret_of-the-webhook"))
_HEADERS = {
    "Content-Type": "application/json",
    "X-Telegram-Bot-Api-Secret-Token": _HOOK.secret.get_secret_value(),
}
_AT_ONCE = Rate(1e6, 1)
_PATIENCE = 60.0


class _Errors(logging.Handler):
    """What the log says is wrong with the program."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        formatter = logging.Formatter("%(name)s: %(message)s")
        self.told.append(formatter.format(record))


class World:
    """Vera's chats and Mallory's, with a bot in all of them."""

    def __init__(self, telegram: FakeTelegram, store: Store) -> None:
        self.telegram = telegram
        self.vera = telegram.user("Vera", language_code="en")
        self.mallory = telegram.user("Mallory", language_code="zh-hans")
        self.group: Supergroup = telegram.supergroup("Vera & friends", self.vera, self.mallory)
        self.channel: Channel = telegram.channel("Vera's channel", self.vera)
        self.own_channel: Channel = telegram.channel("Mallory's channel", self.mallory)
        self.topic = 0
        self.poems: tuple[str, ...] = ()
        """Public ids that Mallory may put into forged data: Vera's secret one, two of everybody's,
        and one of nothing."""
        self.pressable: list[Message] = []
        """Messages of the bot that Mallory sees."""
        self.inline_ids: list[str] = []
        self._last_read = 0
        """The number of the last update that was read."""
        self._store = store
        self._errors = _Errors()
        self.services: Services
        self._application: AnyApplication
        self._inbox: Inbox
        self._http: httpx.AsyncClient
        self._number = 50_000_000
        self._before: object = None

    @contextlib.asynccontextmanager
    async def open(self, worker_url: str) -> AsyncIterator[World]:
        """The bot at work, and everything that Vera has."""
        poet = PoetClient(WorkerAddress(worker_url, SecretStr(KEY)))
        settings = Settings(
            _env_file=None,
            telegram_token=SecretStr(TOKEN),
            owner_id=self.vera.id,
        ).model_copy(update={"fair_use_person": None, "fair_use_chat": None})
        services = self.services = Services(
            settings, self._store, poet, texts.load(), lambda: datetime.now(UTC), Random(1)
        )
        self._inbox = Inbox(self._store)
        self._application = build_application(
            services,
            request=self.telegram.request(),
            pacing=Pacing(_AT_ONCE, _AT_ONCE, _AT_ONCE),
            inbox=self._inbox,
            posts_daily=False,
        )
        bot, take = self._application.bot, self._application.update_queue.put
        app = create_app(_HOOK, bot, self._accept, lambda: True)
        root = logging.getLogger()
        root.addHandler(self._errors)
        transport = httpx.ASGITransport(app)
        try:
            async with (
                self._inbox.open(bot, take),
                started(self._application),
                httpx.AsyncClient(transport=transport, base_url="http://bot") as self._http,
            ):
                await self._furnish()
                yield self
        finally:
            root.removeHandler(self._errors)
            await poet.aclose()

    async def receives(self, update: Mapping[str, Any], *, whole: bool = True) -> None:
        """Pushes an update, waits until all that follows has happened, and checks that. A `whole`
        update must be read, and its press or query be answered."""
        self._number += 1
        self._expect(update)
        first = len(self.telegram.calls)
        self._errors.told.clear()
        answer = await self._http.post(
            "/updates", content=json.dumps({"update_id": self._number, **update}), headers=_HEADERS
        )
        await self.settled()
        assert answer.status_code == 200, "Telegram would push it for a day"
        self._check_calls(first)
        assert not self._errors.told, self._errors.told
        if whole:
            assert self._last_read == self._number, "it was passed over"
            assert not self.telegram.unanswered_clicks, "a press hangs"
            assert not self.telegram.unanswered_queries, "a query hangs"
        self.telegram.clicks.clear()
        self.telegram.inline_queries.clear()

    async def is_pushed(self, **request: Any) -> httpx.Response:
        """A request to the webhook as it is, with its secret unless that is overridden."""
        request["headers"] = _HEADERS | request.get("headers", {})
        answer = await self._http.request(**request)
        await self.settled()
        assert not self._errors.told, self._errors.told
        return answer

    async def _accept(self, updates: Sequence[Update]) -> None:
        self._last_read = updates[-1].update_id
        await self._inbox.accept(updates)

    async def settled(self) -> None:
        """Waits until the bot has nothing in hand."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                await self._application.update_queue.join()
                if not self._inbox.in_hand and self._application.update_queue.empty():
                    return
                await asyncio.sleep(0.001)

    async def check_possessions(self) -> None:
        """Nothing of Vera's is other than it was."""
        assert await self._possessions() == self._before

    def said_to(self, chat_id: int, since: int) -> bool:
        """Whether anything was sent to a chat since so many calls."""
        return any(
            call.method.startswith("send")
            and call.method != "sendChatAction"
            and call.status == 200
            and str(call.parameters.get("chat_id")) == str(chat_id)
            for call in self.telegram.calls[since:]
        )

    # What must hold

    def _expect(self, update: Mapping[str, Any]) -> None:
        """Lets the fake know a press or a query, so that its answer finds it."""
        press, query = update.get("callback_query"), update.get("inline_query")
        if isinstance(press, dict) and isinstance(press.get("id"), str):
            shown = self.pressable[0]
            now = self.telegram.clock.timestamp
            click = Click(press["id"], self.mallory, shown, str(press.get("data")), now)
            self.telegram.clicks[click.id] = click
        if isinstance(query, dict) and isinstance(query.get("id"), str):
            asked = InlineQuery(
                query["id"], self.mallory, "", "", "sender", self.telegram.clock.timestamp
            )
            self.telegram.inline_queries[asked.id] = asked

    def _check_calls(self, first: int) -> None:
        for call in self.telegram.calls[first:]:
            assert call.status == 200 or self._is_excused(call.description, call.parameters), call
            shown = str(dict(call.parameters))
            assert not any(secret in shown for secret in (*SECRETS, WITHHELD)), call

    def _is_excused(self, why: str, given: Mapping[str, Any]) -> bool:
        """Whether Telegram refused because what Mallory made up is not there."""
        if "chat not found" in why or "can't initiate conversation" in why:
            return True
        if "user not found" in why:  # whether they are an admin is asked of whoever speaks
            return int(given["user_id"]) not in self.telegram.accounts
        chat = self.telegram.chats.get(int(given.get("chat_id") or 0))
        if "query is too old" in why:
            number = str(given.get("callback_query_id") or given.get("inline_query_id"))
            asked = self.telegram.clicks.get(number) or self.telegram.inline_queries.get(number)
            # Once more, with the reason: what followed the first answer found no chat.
            return asked is None or asked.answered
        if "message thread not found" in why or "MESSAGE_ID_INVALID" in why:
            return True
        if "message is not modified" in why:  # a second press of what has been pressed
            return True
        if chat is None or "message_id" not in given:
            return False
        message = chat.find(int(given["message_id"]))
        if "can't be edited" in why:
            return message is not None and message.sender is not self.telegram.bot
        return message is None and "message to" in why

    # What there is to lose

    async def _furnish(self) -> None:
        store, vera = self._store, self.vera
        vera.sends("/start")
        self.mallory.sends("/start")
        vera.adds_bot_to(self.group)
        self.topic = self.group.opens_topic(vera, "诗")
        vera.adds_bot_to(self.channel)
        self.mallory.adds_bot_to(self.own_channel)
        for update in self._taken():
            await self._http.post("/updates", json=update, headers=_HEADERS)
        await self.settled()

        def theirs(person: User) -> NewPoem:
            return new_poem(user_id=person.id, chat_id=person.id)

        secret = await store.poems.add(
            replace(theirs(vera), text=SECRETS[1], public=False, seed_text=SECRETS[0])
        )
        drawn = await store.poems.add(theirs(vera))
        other = await store.poems.add(theirs(self.mallory))
        gone = await store.poems.add(replace(new_poem(WITHHELD), user_id=vera.id))
        await store.own_poems.remove(vera.id, gone.public_id)
        self._own = (secret.public_id, drawn.public_id, gone.public_id)
        self.poems = (secret.public_id, drawn.public_id, other.public_id, "AAAAAAAAAAAA")
        for poem in self._own[:2]:
            await store.ratings.rate(vera.id, poem, 4)
            await store.favourites.keep(vera.id, poem)
        for chat in (vera.chat, self.group, self.channel):
            await store.chats.set_daily(chat.id, time(8), "Europe/London")
            await store.tastes.agree(chat.id)
        for chat in (self.mallory.chat, self.group):
            sent = await self._application.bot.send_message(chat.id, "白日依山尽")
            message = chat.find(sent.message_id)
            assert message is not None
            await store.deliveries.record(chat.id, sent.message_id, [drawn.public_id])
            self.pressable.append(message)
        self.telegram.calls.clear()
        self._before = await self._possessions()

    def _taken(self) -> list[dict[str, Any]]:
        updates, self.telegram.updates.pending = self.telegram.updates.pending, []
        return updates

    async def _possessions(self) -> object:
        store, vera = self._store, self.vera
        chats = [await store.chats.get(chat.id) for chat in (vera.chat, self.group, self.channel)]
        return (
            [chat and replace(chat, title="") for chat in chats],
            [await store.tastes.of(chat.id) is not None for chat in chats if chat],
            [await store.poems.get(poem) for poem in self._own],
            [await store.ratings.of(vera.id, poem) for poem in self._own],
            [await store.favourites.has(vera.id, poem) for poem in self._own],
            await store.favourites.count(vera.id),
            await store.users.get(vera.id),
        )
