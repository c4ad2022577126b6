"""A strict, stateful fake of Telegram's Bot API, with two front ends.

    telegram = FakeTelegram()
    ada = telegram.user("Ada")
    application = Application.builder().bot(...)  # or build_application(…, request=…)
    async with running(application, telegram):
        answer = await ada.asks("/poem")
        click = ada.clicks(answer, "★5")
        await telegram.settled()

In process, `telegram.request()` is a request object for python-telegram-bot; over HTTP,
`with FakeServer(telegram) as server:` serves the same state at `server.url`. It refuses what
Telegram refuses, in Telegram's words, and answers 501 to what it does not know.
"""

from tests.telegram.chats import Channel, Chat, PrivateChat
from tests.telegram.fake import TOKEN, Call, FakeTelegram
from tests.telegram.groups import Group, Supergroup
from tests.telegram.inline import InlineQuery, InlineResult
from tests.telegram.keyboards import Button
from tests.telegram.messages import Click, Message
from tests.telegram.people import User
from tests.telegram.running import running
from tests.telegram.server import FakeServer

__all__ = [
    "TOKEN",
    "Button",
    "Call",
    "Channel",
    "Chat",
    "Click",
    "FakeServer",
    "FakeTelegram",
    "Group",
    "InlineQuery",
    "InlineResult",
    "Message",
    "PrivateChat",
    "Supergroup",
    "User",
    "running",
]
