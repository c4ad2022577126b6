"""The HTTP front end: the fake Bot API on a loopback port, for bots in processes of their own.

Decides how requests are read from the wire, what faults look like there, and pushes updates to a
webhook; what an answer says is left to `fake`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from tornado.httputil import HTTPFile, parse_body_arguments

from tests.telegram.fake import FakeTelegram
from tests.telegram.faults import SLOW_SECONDS

_LONGEST_SILENCE_SECONDS = 60
_PUSH_PAUSE_SECONDS = 0.02
_PUSH_RETRY_SECONDS = 0.2


class FakeServer:
    """Serves a FakeTelegram from a thread of its own: `with FakeServer(telegram) as server:`.

    A webhook's public https address is reached through `proxies`, which stand for the operator's
    reverse proxy: {"https://qibu.example": "http://127.0.0.1:8443"}; of several, each in turn.
    """

    def __init__(
        self, telegram: FakeTelegram, proxies: Mapping[str, str | Sequence[str]] | None = None
    ) -> None:
        self.telegram = telegram
        self.proxies = dict(proxies or {})
        self.pushed: list[int] = []
        self.loses_acknowledgements = 0
        """So many pushes are delivered again, as if their answers had been lost on the way."""
        self.silence_ends = False
        """Set to break the connections on which an answer is withheld."""
        self._turn = 0
        app = Starlette(
            routes=[Route("/bot{token}/{method}", self._respond, methods=["GET", "POST"])],
            lifespan=self._pushing,
        )
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, log_level="critical", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    @property
    def url(self) -> str:
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the fake server did not start"
            time.sleep(0.005)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self.telegram.updates.start_poll()  # ends those that still wait
        self._thread.join()

    async def _respond(self, request: Request) -> Response:
        values, files = await _read(request)
        path = request.path_params
        reply = await self.telegram.answer(path["token"], path["method"], values, files)
        match reply.fault.kind if reply.fault else None:
            case "lose_answer" | "swallow":
                return _Silence(lambda: self.silence_ends)
            case "truncate":
                half = reply.body[: len(reply.body) // 2]
                return Response(half, reply.status, media_type="application/json")
            case "slow":
                await asyncio.sleep(SLOW_SECONDS)
            case "drop":
                return _Broken()
            case "unreachable":
                raise AssertionError("a server cannot fake that it was not reached")
            case "html":
                return Response(reply.body, 502, media_type="text/html")
        return Response(reply.body, reply.status, media_type="application/json")

    @contextlib.asynccontextmanager
    async def _pushing(self, app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(self._push())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _push(self) -> None:
        """Delivers updates to the webhook, again and again until it takes them: many at a time, as
        Telegram does, but of each chat or person one after the other."""
        updates = self.telegram.updates
        under_way: dict[object, asyncio.Task[None]] = {}
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            while True:
                await asyncio.sleep(_PUSH_PAUSE_SECONDS)
                under_way = {lane: task for lane, task in under_way.items() if not task.done()}
                if not updates.webhook.url:
                    continue
                with self.telegram.lock:
                    waiting = list(updates.pending)
                for update in waiting:
                    lane = _lane(update)
                    room = len(under_way) < updates.webhook.max_connections
                    if room and lane not in under_way and update in updates.pending:
                        under_way[lane] = asyncio.create_task(self._deliver(client, update))

    async def _deliver(self, client: httpx.AsyncClient, update: dict[str, Any]) -> None:
        updates = self.telegram.updates
        webhook = updates.webhook
        try:
            answer = await client.post(
                self._behind_proxy(webhook.url),
                content=json.dumps(update),
                headers={
                    "Content-Type": "application/json",
                    "X-Telegram-Bot-Api-Secret-Token": webhook.secret,
                },
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            webhook.last_error = f"Wrong response from the webhook: {error}"
            await asyncio.sleep(_PUSH_RETRY_SECONDS)
            return
        self.pushed.append(update["update_id"])
        if self.loses_acknowledgements:
            self.loses_acknowledgements -= 1
            return
        with self.telegram.lock:
            updates.pending = [one for one in updates.pending if one is not update]

    def _behind_proxy(self, url: str) -> str:
        for public, inside in self.proxies.items():
            if url.startswith(public):
                servers = [inside] if isinstance(inside, str) else inside
                self._turn += 1
                return servers[self._turn % len(servers)] + url.removeprefix(public)
        return url


def _lane(update: Mapping[str, Any]) -> object:
    """What Telegram keeps in order among the pushes of one bot."""
    kind = next(name for name in update if name != "update_id")
    payload = update[kind]
    if kind == "callback_query" or "chat" not in payload:
        return ("person", payload.get("from", {}).get("id"))
    return ("chat", payload["chat"]["id"])


async def _read(request: Request) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The parameters of a query, a form, a multipart form or a JSON body, and the files."""
    values: dict[str, Any] = dict(request.query_params)
    body = await request.body()
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return values | json.loads(body or b"{}"), {}
    arguments: dict[str, list[bytes]] = {}
    files: dict[str, list[HTTPFile]] = {}
    if body:
        parse_body_arguments(kind, body, arguments, files)
    values |= {name: given[-1].decode() for name, given in arguments.items()}
    return values, {name: given[-1]["body"] for name, given in files.items()}


class _Silence(Response):
    """No answer until the caller gives up, or the silence ends; then the connection breaks."""

    def __init__(self, over: Callable[[], bool]) -> None:
        super().__init__()
        self._over = over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        waiting = asyncio.ensure_future(receive())
        deadline = time.monotonic() + _LONGEST_SILENCE_SECONDS
        while time.monotonic() < deadline and not self._over():
            done, _ = await asyncio.wait({waiting}, timeout=_PUSH_PAUSE_SECONDS)
            if done:
                if waiting.result()["type"] == "http.disconnect":
                    return
                waiting = asyncio.ensure_future(receive())
        waiting.cancel()


class _Broken(Response):
    """An answer that ends before its end: the server closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
