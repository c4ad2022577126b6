"""What holds for every request, whichever path it takes.

Decides who may come in, how large a body may be, and what the log and the numbers keep of a
request; what is answered on which path is left to `app`.
"""

from __future__ import annotations

import hmac
import logging
import re
import time

from pydantic import SecretStr
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from model.service import problems
from model.service.metrics import Metrics
from model.service.protocol import KEY_HEADER, REQUEST_ID_HEADER
from qibu import request_id

_log = logging.getLogger(__name__)

LARGEST_BODY = 1 << 20
"""Bytes; four times the largest request the protocol allows."""

_REQUEST_ID = re.compile(r"[!-~]{1,64}")


class Door:
    """A middleware: a name, the key, a bounded body, a count, a last word."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, key: SecretStr | None) -> None:
        self._app = app
        self._metrics = metrics
        self._key = key.get_secret_value().encode() if key else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["arrival"] = time.monotonic()
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID_HEADER, "")
        name = given if _REQUEST_ID.fullmatch(given) else request_id.new()
        with request_id.named(name):
            await self._answer(scope, receive, send, headers, name)

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, headers: Headers, name: str
    ) -> None:
        begun = scope["state"]["arrival"]
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = name
            await send(message)

        try:
            if scope["path"].startswith("/v1/") and not self._has_key(headers):
                raise problems.WrongKey
            await self._app(scope, _bounded(receive), answer)
        except Exception as error:
            if isinstance(error, problems.WrongKey):
                self._metrics.rejected.labels("wrong-key").inc()
            if status:  # the answer is on its way; all that is left is to break it off
                raise
            await problems.respond(error)(scope, receive, answer)
        finally:
            self._record(scope, status, time.monotonic() - begun)

    def _has_key(self, headers: Headers) -> bool:
        scheme, _, given = headers.get(KEY_HEADER, "").partition(" ")
        return self._key is None or (
            scheme.lower() == "bearer" and hmac.compare_digest(given.encode("latin-1"), self._key)
        )

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("route")
        endpoint = getattr(route, "path", "other")
        self._metrics.requests.labels(endpoint, str(status)).inc()
        level = logging.INFO if endpoint.startswith("/v1/") else logging.DEBUG
        _log.log(
            level,
            "%s %s %d %.0f ms",
            scope["method"],
            endpoint,
            status,
            seconds * 1000,
            extra={"endpoint": endpoint, "status": status, "seconds": round(seconds, 4)},
        )


def _bounded(receive: Receive) -> Receive:
    size = 0

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > LARGEST_BODY:
            raise HTTPException(413, f"a request has at most {LARGEST_BODY} bytes")
        return message

    return bounded
