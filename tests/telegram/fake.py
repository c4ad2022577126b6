"""The fake Telegram: its people, chats and files, and the Bot API that acts on them.

Decides how a request is answered, whichever front end it came through; what the answer looks like
on a wire is left to `request` and `server`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import RLock
from typing import Any, TypeVar

from tests.telegram.chats import Channel, Chat, Membership
from tests.telegram.clock import Clock
from tests.telegram.faults import HTML_502, WITHOUT_EFFECT, Fault, Faults, Kind
from tests.telegram.groups import Group, Supergroup
from tests.telegram.inline import InlineQuery
from tests.telegram.messages import Click, Message
from tests.telegram.methods import METHODS
from tests.telegram.methods.profile import Profile
from tests.telegram.parameters import Parameters
from tests.telegram.people import Account, User
from tests.telegram.refusals import (
    SECOND_POLLER,
    WEBHOOK_IS_ACTIVE,
    Refusal,
    bad_request,
    conflict,
)
from tests.telegram.request import InProcessRequest
from tests.telegram.updates import Updates

TOKEN = "8012345678:AAfake-Fake_fake0fake1fake2fake3fake45"
POLL_PAUSE_SECONDS = 0.01
MAX_POLL_SECONDS = 50

T = TypeVar("T")
C = TypeVar("C", bound=Chat)


@dataclass(frozen=True)
class Call:
    """A request of the bot and how it ended."""

    method: str
    parameters: Mapping[str, Any]
    status: int
    description: str = ""

    def __str__(self) -> str:
        return f"{self.method} {dict(self.parameters)} -> {self.status} {self.description}".strip()

    __repr__ = __str__


@dataclass(frozen=True)
class Reply:
    """What the bot gets: a status and a body, or the way in which it gets neither."""

    status: int
    body: bytes
    fault: Fault | None = None


class FakeTelegram:
    """Telegram with one bot in it; strict, and it remembers everything.

    People's verbs and the Bot API may be used from different threads; each holds `lock` while it
    changes anything.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        username: str = "qibu_test_bot",
        start: datetime = datetime(2026, 5, 1, 0, 0, tzinfo=UTC),
        privacy_mode: bool = True,
        inline_mode: bool = False,
        inline_feedback: bool = False,
    ) -> None:
        """The flags are what an operator says to BotFather."""
        self.token = token
        self.lock = RLock()
        self.clock = Clock(start)
        self.privacy_mode = privacy_mode
        self.inline_mode = inline_mode
        self.inline_feedback = inline_feedback
        self.bot = Account(
            int(token.split(":", maxsplit=1)[0]), "七步", username=username, is_bot=True
        )
        self.group_bot = Account(1087968824, "Group", username="GroupAnonymousBot", is_bot=True)
        self.channel_bot = Account(136817688, "Channel", username="Channel_Bot", is_bot=True)
        self.itself = Account(777000, "Telegram")
        self.accounts: dict[int, Account] = {self.bot.id: self.bot}
        self.chats: dict[int, Chat] = {}
        self.clicks: dict[str, Click] = {}
        self.inline_queries: dict[str, InlineQuery] = {}
        self.inline_messages: dict[str, Message] = {}
        self.files: dict[str, bytes] = {}
        self.profile = Profile()
        self.updates = Updates()
        self.faults = Faults()
        self.calls: list[Call] = []
        self.settle: Callable[[], Awaitable[None]] | None = None
        self._next_id = 0

    # People and chats

    def user(
        self, name: str = "Ada", *, language_code: str | None = "en", username: str | None = None
    ) -> User:
        """A person, who has not written to the bot yet."""
        with self.lock:
            user = User(
                self, 1_000_000 + self._id(), name, username=username, language_code=language_code
            )
            self.accounts[user.id] = user
            self.chats[user.id] = user.chat
            return user

    def group(self, title: str, *members: User) -> Group:
        """A group without the bot; its first member is the creator."""
        return self._chat(Group(self, -4_000_000 - self._id(), title, None), members)

    def supergroup(self, title: str, *members: User, username: str | None = None) -> Supergroup:
        chat_id = -1_002_000_000_000 - self._id()
        return self._chat(Supergroup(self, chat_id, title, username), members)

    def channel(self, title: str, *members: User, username: str | None = None) -> Channel:
        chat_id = -1_001_000_000_000 - self._id()
        return self._chat(Channel(self, chat_id, title, username), members)

    def _chat(self, chat: C, members: tuple[User, ...]) -> C:
        with self.lock:
            self.chats[chat.id] = chat
            for index, member in enumerate(members):
                chat.members[member.id] = Membership("member" if index else "creator")
            return chat

    def _id(self) -> int:
        with self.lock:
            self._next_id += 1
            return self._next_id

    def next_query_id(self) -> str:
        return str(4_300_000_000_000_000_000 + self._id())

    def keep_file(self, content: bytes) -> str:
        file_id = f"AgACAgQAAxkBAAI{self._id()}"
        self.files[file_id] = content
        return file_id

    def keep_inline_message(self, message: Message) -> str:
        inline_id = f"BAAAAO8RBQDskbUAmPbrZPey{self._id()}"
        self.inline_messages[inline_id] = message
        return inline_id

    def find_chat(self, chat_id: str) -> Chat:
        """The chat a request names, by id or by @username."""
        if not chat_id:
            raise bad_request("chat_id is empty")
        for chat in self.chats.values():
            public = chat.username and chat.kind in ("supergroup", "channel")
            if str(chat.id) == chat_id or (public and f"@{chat.username}" == chat_id):
                return chat
        raise bad_request("chat not found")

    def show_to_bot(self, kind: str, message: Message) -> None:
        """Makes an update of a message, if the bot is shown it."""
        if message.chat.reaches_bot(message):
            message.reached_bot = True
            self.updates.add(kind, message.json())

    # Faults

    def fails_next(
        self,
        method: str,
        status: int,
        description: str,
        parameters: Mapping[str, int] | None = None,
        *,
        times: int | None = 1,
        in_chat: Chat | None = None,
    ) -> None:
        """Refuses the next requests; `parameters` are retry_after and migrate_to_chat_id."""
        refusal = Refusal(status, description, **(parameters or {}))
        chat_id = None if in_chat is None else in_chat.id
        self.faults.order(Fault(method, "refuse", times, chat_id, refusal))

    def delivers_then_times_out(self, method: str, *, times: int | None = 1) -> None:
        """The request takes effect, and no answer arrives before the bot stops waiting."""
        self.faults.order(Fault(method, "lose_answer", times))

    def drops_connection(self, method: str, *, times: int | None = 1) -> None:
        """The request leaves the bot's machine, and the connection breaks without an effect."""
        self.faults.order(Fault(method, "drop", times))

    def cannot_be_reached(self, method: str, *, times: int | None = 1) -> None:
        """No connection: the request never leaves the bot's machine (in process only)."""
        self.faults.order(Fault(method, "unreachable", times))

    def responds_html_502(self, method: str, *, times: int | None = 1) -> None:
        self.faults.order(Fault(method, "html", times))

    def suffers(
        self, method: str, kind: Kind, *, times: int | None = 1, in_chat: Chat | None = None
    ) -> None:
        """The next requests, of one chat perhaps, go wrong on the way, as `Kind` says."""
        self.faults.order(Fault(method, kind, times, in_chat.id if in_chat else None))

    def another_poller_appears(self) -> None:
        """Somebody else fetches this bot's updates from now on, again and again."""
        self.updates.another_poller = True

    def another_poller_leaves(self) -> None:
        self.updates.another_poller = False

    # What the tests read

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method.lower() == method.lower()]

    @property
    def unanswered_queries(self) -> list[InlineQuery]:
        return [query for query in self.inline_queries.values() if not query.answered]

    @property
    def unanswered_clicks(self) -> list[Click]:
        return [click for click in self.clicks.values() if not click.answered]

    async def settled(self) -> None:
        """Waits until the bot has handled everything it was sent (with `running`)."""
        assert self.settle is not None, "settled() works inside `running`; else use until()"
        await self.settle()

    async def until(self, condition: Callable[[], T], *, within: float = 60.0) -> T:
        """Waits until a condition holds, whatever thread or process makes it so."""
        deadline = time.monotonic() + within
        while True:
            if found := condition():
                return found
            if time.monotonic() > deadline:
                recent = "\n  ".join(str(call) for call in self.calls[-12:])
                raise AssertionError(f"it never came true; the last calls:\n  {recent}")
            await asyncio.sleep(POLL_PAUSE_SECONDS)

    # The Bot API

    def request(self) -> InProcessRequest:
        """The front end inside the process, for `ApplicationBuilder.request` or `Bot`."""
        return InProcessRequest(self)

    async def answer(
        self, token: str, method: str, values: Mapping[str, Any], files: Mapping[str, bytes]
    ) -> Reply:
        """Answers one request; getUpdates waits as long as it asks to."""
        fault = self.faults.take(method, str(values.get("chat_id", "")))
        if fault is not None and fault.kind in WITHOUT_EFFECT:
            self._log(method, values, 502, fault.kind)
            return Reply(502, HTML_502, fault)
        try:
            if token != self.token:
                raise Refusal(401, "Unauthorized")
            if fault is not None and fault.refusal is not None:
                raise fault.refusal
            if method.lower() == "getupdates":
                result = await self._get_updates(Parameters(values, files))
            else:
                result = self._perform(method, Parameters(values, files))
        except Refusal as refusal:
            self._log(method, values, refusal.status, refusal.description)
            return Reply(refusal.status, _encode(refusal.json()), fault)
        self._log(method, values, 200)
        return Reply(200, _encode({"ok": True, "result": result}), fault)

    def _perform(self, method: str, given: Parameters) -> Any:
        perform = METHODS.get(method.lower())
        if perform is None:
            raise Refusal(404, f"Not Found: the fake has no method {method}")
        with self.lock:
            result = perform(self, given)
            given.finish(method)
            return result

    async def _get_updates(self, given: Parameters) -> list[dict[str, Any]]:
        offset, limit = given.integer("offset"), given.integer("limit", 100)
        deadline = time.monotonic() + min(given.integer("timeout"), MAX_POLL_SECONDS)
        allowed = given.json("allowed_updates", "allowed updates")
        given.finish("getUpdates")
        with self.lock:
            if self.updates.webhook.url:
                raise conflict(WEBHOOK_IS_ACTIVE)
            self.updates.allow(allowed)
            self.updates.acknowledge(offset)
            poll = self.updates.start_poll()
        while True:
            with self.lock:
                if self.updates.another_poller or not self.updates.is_current(poll):
                    raise conflict(SECOND_POLLER)
                if self.updates.pending or time.monotonic() >= deadline:
                    return self.updates.pending[: max(1, min(limit, 100))]
            await asyncio.sleep(POLL_PAUSE_SECONDS)

    def _log(
        self, method: str, values: Mapping[str, Any], status: int, description: str = ""
    ) -> None:
        if method.lower() == "getupdates" and status == 200:
            return  # thousands of them would bury the rest
        with self.lock:
            self.calls.append(Call(method, dict(values), status, description))


def _encode(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
