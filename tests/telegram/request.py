"""The front end inside the process: a request object for python-telegram-bot.

Decides what a lost answer or a broken connection looks like to the bot, as ApiRequest shows it;
what an answer says is left to `fake`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from tests.telegram.faults import SLOW_SECONDS

if TYPE_CHECKING:
    from tests.telegram.fake import FakeTelegram


class InProcessRequest(BaseRequest):
    """Carries requests straight to a FakeTelegram; no sockets."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self._telegram = telegram
        self._open = False

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None:
        self._open = True

    async def shutdown(self) -> None:
        self._open = False

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        if not self._open:
            raise RuntimeError("This request object is not initialized!")
        token, name = urlsplit(url).path.removeprefix("/bot").split("/", 1)
        values = request_data.json_parameters if request_data else {}
        files = _files(request_data) if request_data and request_data.contains_files else {}
        await asyncio.sleep(0)  # other tasks run while a request is under way
        reply = await self._telegram.answer(token, name, values, files)
        await asyncio.sleep(0)
        match reply.fault.kind if reply.fault else None:
            case "lose_answer" | "swallow":
                raise TimedOut from aiohttp.SocketTimeoutError
            case "truncate":
                return reply.status, reply.body[: len(reply.body) // 2]
            case "slow":
                await asyncio.sleep(SLOW_SECONDS)
            case "drop":
                broken = aiohttp.ServerDisconnectedError()
                raise NetworkError(f"ServerDisconnectedError: {broken}") from broken
            case "unreachable":
                raise TimedOut from aiohttp.ConnectionTimeoutError
        return reply.status, reply.body


def _files(data: RequestData) -> dict[str, bytes]:
    found = {}
    for name, part in (data.multipart_data or {}).items():
        content = part[1]
        found[name] = content if isinstance(content, bytes) else content.read()
    return found
