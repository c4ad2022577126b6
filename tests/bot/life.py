"""A person who has done everything that one can do with the bot, and what it knows of them.

Decides what leaves a trace; that all of it is handed over, and goes, is for the tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import httpx
from pydantic import SecretStr

from bot import texts
from bot.app import allowed_updates, build_application
from bot.gallery import create_gallery
from bot.inbox import Inbox
from bot.opening import started
from bot.pacing import Pacing, Rate
from bot.poet import PoetClient, WorkerAddress
from bot.reading import read_update
from bot.services import Services
from bot.settings import Settings
from bot.store import Store
from tests.bot.gallery.conftest import NOW
from tests.bot.gallery.test_stars import init_data
from tests.bot.worker import LocalWorker
from tests.telegram import TOKEN, FakeTelegram, Message, User

KEY = "a-key-of-the-worker"
ID = 7_654_321_098
"""Six bytes wherever it is kept as a number: they are found nowhere by chance."""
NAME = "Adaora"
WORDS = ("鹤梦松寒", "疏桐栖倦鹤，破砚养愁萤。", "萤灯雁字", "晚磬惊寒鸦", "残荷听雨", "枯荷待月")
"""What she gave for verse; none of it comes about by chance either."""
_AT_ONCE = Rate(1e6, 1)


class Life:
    """Ada, her friend Li, and a bot behind its inbox."""

    def __init__(self, telegram: FakeTelegram, store: Store) -> None:
        self.telegram = telegram
        self.store = store
        self.ada = User(telegram, ID, NAME, language_code="en")
        telegram.accounts[ID], telegram.chats[ID] = self.ada, self.ada.chat
        self.li = telegram.user("李", language_code="zh-hans")

    @asynccontextmanager
    async def open(self, worker: LocalWorker) -> AsyncIterator[None]:
        """The bot at work; what reaches it waits in the store until it is answered."""
        poet = PoetClient(WorkerAddress(worker.url, SecretStr(KEY)))
        settings = Settings(_env_file=None, telegram_token=SecretStr(TOKEN)).model_copy(
            update={"fair_use_person": None, "fair_use_chat": None}
        )
        self.services = Services(
            settings, self.store, poet, texts.load(), lambda: datetime.now(UTC), Random(1)
        )
        inbox = Inbox(self.store)
        application = build_application(
            self.services,
            request=self.telegram.request(),
            pacing=Pacing(_AT_ONCE, _AT_ONCE, _AT_ONCE),
            inbox=inbox,
            posts_daily=False,
        )
        self.telegram.updates.allow(allowed_updates(application))

        async def settle() -> None:
            async with asyncio.timeout(60):
                while self.telegram.updates.pending or inbox.in_hand:
                    pending, self.telegram.updates.pending = self.telegram.updates.pending, []
                    await inbox.accept([read_update(one, application.bot) for one in pending])
                    await application.update_queue.join()
                    await asyncio.sleep(0.005)
                while set(await self.store.updates.states()) - {"done"}:
                    await asyncio.sleep(0.005)

        take = application.update_queue.put
        async with inbox.open(application.bot, take), started(application):
            self.telegram.settle = settle
            yield
            self.telegram.settle = None
        await poet.aclose()

    async def presses(self, message: Message, *buttons: str, who: User | None = None) -> None:
        """By their labels, or how their data begin; whatever stands there by then."""
        for wanted in buttons:
            (data, *_) = [
                button.data
                for button in message.buttons
                if button.data and (button.text == wanted or button.data.startswith(wanted))
            ]
            (who or self.ada).forges_click(message, data)
            await self.telegram.settled()

    async def is_lived(self) -> None:
        """She composes, chooses, rates, keeps, shares, settles; and Li takes part in it."""
        ada = self.ada
        await ada.asks("/start")
        await self.li.asks("/start")
        await self._settles()
        await self._writes()
        await self._among_others()
        await self._from_anywhere()
        await self._in_the_gallery()
        for command in ("/kept", "/mine", "/top all", "/privacy", "/export"):
            await ada.asks(command)
        await self.telegram.settled()

    async def _settles(self) -> None:
        await self.ada.asks("/daily 08:00 London")
        page = await self.ada.asks("/settings")
        await self.presses(page, "s1:script", "s1:script:traditional", "s1:paper", "s1:paper:night")
        await self.presses(await self.ada.asks("/taste"), "k1:on")
        await self.presses(await self.ada.asks("/language"), "l1:zh-Hans")

    async def _writes(self) -> None:
        ada, presses = self.ada, self.presses
        theme, own, heads, line, *_ = WORDS
        drawn = await ada.asks("/poem")
        await presses(drawn, "r1:", "k1:", "c1:")
        await presses(drawn, "y1:")
        worded = await ada.asks(f"/poem {theme}")
        await presses(worded, "★5", "k1:", "n1:")
        ada.reacts(worded, "👍")
        public_id = str(worded.button("★5").data).split(":")[1]
        await presses(worded, "h1:", f"h1:{public_id}:yes")
        opened = await self.li.asks(f"/start v_{public_id}")
        await presses(opened, "★4", "k1:", "y1:", who=self.li)
        for text in (f"/couplet {own}", own, f"/acrostic {heads}"):
            await presses(await ada.asks(text), "★3")
        for text in (f"/couplet {own}", f"/answer {line}"):
            await presses(await ada.asks(text), "p1:")
        await ada.asks(f"/morph {own} | 白日依山尽，黄河入海流。")
        await ada.asks("/answer")
        await ada.asks(line)
        await ada.asks("/today")

    async def _among_others(self) -> None:
        ada, telegram = self.ada, self.telegram
        group, channel = telegram.group("诗社", ada, self.li), telegram.channel("诗", ada)
        ada.adds_bot_to(group)
        ada.adds_bot_to(channel)
        await telegram.settled()
        await ada.asks("/taste@qibu_test_bot on", group)
        verse = await ada.asks(f"/poem@qibu_test_bot {WORDS[4]}", group)
        await self.presses(verse, "★5")
        await self.presses(verse, "★2", who=self.li)
        await self.presses(await self.li.asks("/poem@qibu_test_bot", group), "★4")
        ada.posts("/poem", channel)
        await telegram.settled()

    async def _from_anywhere(self) -> None:
        query = await self.ada.is_offered(WORDS[5])
        sent = self.ada.chooses(query, "w1:")
        await self.telegram.settled()
        await self.presses(sent, "★5")

    async def _in_the_gallery(self) -> None:
        services = replace(self.services, clock=lambda: NOW)
        app = httpx.ASGITransport(create_gallery(services, "qibu_test_bot"))
        ever = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
        drawn = (await self.store.anthology.best((), *ever, 1))[0]
        async with httpx.AsyncClient(transport=app, base_url="http://gallery") as visitor:
            answer = await visitor.post(
                f"/v/{drawn[0].public_id}/stars",
                content=b"4",
                headers={"Authorization": f"tma {init_data({'id': ID, 'first_name': NAME})}"},
            )
        assert answer.status_code == 200, answer.text
