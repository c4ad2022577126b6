"""The worker's protocol as the bot speaks it, over HTTP.

Decides how long an answer is waited for, when to ask again and when not to ask at all; where the
worker is, is left to the endpoint, and what to ask to the use cases.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from typing import TypeVar

import httpx
from pydantic import ValidationError

from bot.poet.address import Endpoint, WorkerAddress
from bot.poet.circuit import Circuit
from bot.poet.errors import PoetRefused, PoetUnavailable
from bot.poet.load import Load, read_load
from model.service import protocol
from model.service.protocol import (
    DEADLINE_HEADER,
    KEY_HEADER,
    REQUEST_ID_HEADER,
    USER_HEADER,
    Answer,
    CompleteRequest,
    ComposeRequest,
    InterpolateRequest,
    Message,
    ModelAnswer,
    Problem,
    ProsodyAnswer,
    ProsodyRequest,
    ReconstructAnswer,
    ReconstructRequest,
    VersesAnswer,
)
from qibu import caller, request_id

_log = logging.getLogger(__name__)
_A = TypeVar("_A", bound=Answer)

DEADLINE = 20.0
"""Seconds a person waits for verse, where the caller says nothing else."""
_CONNECT = 2.0
_WAY_HOME = 0.1
"""The share of the deadline, and at most the seconds, that the worker's last word needs to arrive
before the caller's patience ends."""
_SHORTEST_TRY = 0.2
"""Seconds that must be left for a second try to be worth it."""
_PAUSE = (0.1, 0.4)
"""Seconds before a second try, by chance between these, where nobody says how many."""
_IN_BETWEEN = (500, 502, 503, 504)
"""What a proxy says without a problem document when a worker is gone: Ray Serve 500, others 502 to
504. A worker's own 500 is a problem document, and would only come again."""


class PoetClient:
    """Asks a worker; every method raises PoetUnavailable or PoetRefused, and nothing else.

    Asking twice is harmless, for a worker keeps nothing: a broken connection, a worker that says
    when to come back, and what speaks in the place of one that is gone are tried once more, if the
    deadline allows.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        deadline: float = DEADLINE,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._deadline = deadline
        self._circuit = Circuit()
        self._circuit_url: str | None = None
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(None, connect=_CONNECT),
            trust_env=False,  # a proxy for the outer world knows no way to a loopback worker
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def compose(
        self, request: ComposeRequest, *, deadline: float | None = None
    ) -> VersesAnswer:
        """Verses from the prior. `deadline` is in seconds from now, here as everywhere."""
        return await self._ask("POST", "/v1/compose", request, VersesAnswer, deadline)

    async def reconstruct(
        self, request: ReconstructRequest, *, deadline: float | None = None
    ) -> ReconstructAnswer:
        """A verse as the poet remembers it, and others near it."""
        return await self._ask("POST", "/v1/reconstruct", request, ReconstructAnswer, deadline)

    async def complete(
        self, request: CompleteRequest, *, deadline: float | None = None
    ) -> VersesAnswer:
        """Verses that fill a pattern."""
        return await self._ask("POST", "/v1/complete", request, VersesAnswer, deadline)

    async def interpolate(
        self, request: InterpolateRequest, *, deadline: float | None = None
    ) -> VersesAnswer:
        """The way from one verse to another."""
        return await self._ask("POST", "/v1/interpolate", request, VersesAnswer, deadline)

    async def prosody(
        self, request: ProsodyRequest, *, deadline: float | None = None
    ) -> ProsodyAnswer:
        """How a verse is built."""
        return await self._ask("POST", "/v1/prosody", request, ProsodyAnswer, deadline)

    async def model(self, *, deadline: float | None = None) -> ModelAnswer:
        """Which poet answers."""
        return await self._ask("GET", "/v1/model", None, ModelAnswer, deadline)

    async def load(self, *, deadline: float | None = None) -> Load:
        """How much the worker has to do."""
        page = await self._respond("GET", "/metrics", None, deadline)
        try:
            return read_load(page.text)
        except ValueError:
            _log.error("the worker's metrics cannot be read")
            raise PoetUnavailable("broken") from None

    async def _ask(
        self,
        method: str,
        path: str,
        message: Message | None,
        answer: type[_A],
        deadline: float | None,
    ) -> _A:
        response = await self._respond(method, path, message, deadline)
        try:
            return answer.model_validate_json(response.content)
        except ValidationError as error:
            # Not the error itself: it quotes the answer, and verse is nobody's but who asked.
            places = [".".join(map(str, one["loc"])) for one in error.errors()]
            _log.error("an answer to %s cannot be read at %s", path, ", ".join(places))
            raise PoetUnavailable("broken") from None

    async def _respond(
        self, method: str, path: str, message: Message | None, deadline: float | None
    ) -> httpx.Response:
        """An answer that is none of the problems."""
        patience = self._deadline if deadline is None else deadline
        if patience <= 0:
            raise PoetUnavailable("slow")
        ends = time.monotonic() + patience
        with request_id.named(request_id.current() or request_id.new()):
            return await self._respond_named(method, path, message, ends)

    async def _respond_named(
        self, method: str, path: str, message: Message | None, ends: float
    ) -> httpx.Response:
        patience = ends - time.monotonic()
        try:
            with self._circuit_of(self._endpoint.address()).guard():
                async with asyncio.timeout(patience):
                    response = await self._try_twice(method, path, message, ends)
        except TimeoutError:
            _log.warning("no answer to %s in %.1f s", path, patience)
            raise PoetUnavailable("slow") from None
        except httpx.TransportError as error:
            _log.warning("%s failed: %r", path, error)
            raise PoetUnavailable("broken") from error
        if response.status_code != 200:
            raise _error(response, path)
        return response

    async def _try_twice(
        self, method: str, path: str, message: Message | None, ends: float
    ) -> httpx.Response:
        """The second answer where the first is silence, a plea to wait, or of somebody else than a
        worker, and time is left."""
        try:
            response = await self._send(method, path, message, ends)
        except httpx.TransportError:
            pause = random.uniform(*_PAUSE)
            if not _fits(pause, ends):
                raise
        else:
            retry_after = response.headers.get("Retry-After", "")
            if response.status_code in (429, 503) and retry_after.isdecimal():
                pause = int(retry_after) * random.uniform(1.0, 1.25)
            elif response.status_code in _IN_BETWEEN and _problem(response) is None:
                pause = random.uniform(*_PAUSE)
            else:
                return response
            if not _fits(pause, ends):
                return response
        await asyncio.sleep(pause)
        return await self._send(method, path, message, ends)

    async def _send(
        self, method: str, path: str, message: Message | None, ends: float
    ) -> httpx.Response:
        address = self._endpoint.address()
        left = ends - time.monotonic()
        for_worker = left - min(_WAY_HOME, left * _WAY_HOME)
        headers = {
            DEADLINE_HEADER: str(max(0, int(for_worker * 1000))),
            REQUEST_ID_HEADER: request_id.current() or "",
            USER_HEADER: caller.current() or "",
            "Content-Type": "application/json",
        }
        if address.key is not None:
            headers[KEY_HEADER] = f"Bearer {address.key.get_secret_value()}"
        return await self._http.request(
            method,
            address.url.rstrip("/") + path,
            content=None if message is None else message.model_dump_json(exclude_none=True),
            headers=headers,
        )

    def _circuit_of(self, address: WorkerAddress) -> Circuit:
        """The circuit of that worker; one that comes back elsewhere starts without a record."""
        if address.url != self._circuit_url:
            self._circuit, self._circuit_url = Circuit(), address.url
        return self._circuit


def _fits(pause: float, ends: float) -> bool:
    return time.monotonic() + pause + _SHORTEST_TRY < ends


def _problem(response: httpx.Response) -> Problem | None:
    """What a worker says is wrong; None if it is not a worker who speaks."""
    try:
        return Problem.model_validate(json.loads(response.content))
    except ValueError:
        return None


def _error(response: httpx.Response, path: str) -> Exception:
    problem = _problem(response)
    if problem is None:
        _log.error("%s: status %d without a problem", path, response.status_code)
        return PoetUnavailable("broken")
    match problem.type:
        case protocol.BUSY | protocol.TOO_MANY_REQUESTS:
            return PoetUnavailable("busy", problem.retry_after)
        case protocol.NOT_READY:
            return PoetUnavailable("starting", problem.retry_after)
        case protocol.DEADLINE_PASSED:
            return PoetUnavailable("slow")
        case protocol.INVALID_REQUEST | protocol.UNSUPPORTED_FORM | protocol.UNKNOWN_CHARACTERS:
            return PoetRefused(problem)
    _log.error("%s: %d %s", path, problem.status, problem.detail)
    return PoetUnavailable("broken")
