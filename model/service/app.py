"""The worker's HTTP doors.

Decides paths, authentication, deadlines and what a caller that goes away means; the queue and the
poet are left to the engine, the messages to `protocol` and `operations`.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
import time
import uuid
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from pydantic import SecretStr
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from model.service import operations, problems
from model.service.engine import Engine, Work
from model.service.metrics import Metrics
from model.service.protocol import (
    DEADLINE_HEADER,
    KEY_HEADER,
    REQUEST_ID_HEADER,
    CompleteRequest,
    ComposeRequest,
    InterpolateRequest,
    ModelAnswer,
    Problem,
    ReconstructAnswer,
    ReconstructRequest,
    VersesAnswer,
)
from model.service.settings import WorkerSettings

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

PATIENCE = 60.0
"""Seconds after which a request without a deadline has passed it, and the longest that counts."""
LARGEST_BODY = 1 << 20
"""Bytes; four times the largest request the protocol allows."""

_REQUEST_ID = re.compile(r"[!-~]{1,64}")


def create_app(engine: Engine, settings: WorkerSettings) -> FastAPI:
    """The ASGI app over an engine that somebody else starts and drains."""
    app = FastAPI(
        title="Qibu worker",
        version="1",
        description="Writes classical Chinese verse. Errors are problem details (RFC 9457).",
        redoc_url=None,
    )
    app.include_router(_poet_routes(engine))
    app.include_router(_operator_routes(engine))
    app.add_exception_handler(HTTPException, _respond)
    app.add_exception_handler(RequestValidationError, _respond)
    app.add_middleware(_Door, metrics=engine.metrics, key=settings.worker_key)
    schema = app.openapi
    app.openapi = lambda: _with_problems(schema())  # type: ignore[method-assign]
    return app


def _poet_routes(engine: Engine) -> APIRouter:
    router = APIRouter(
        prefix="/v1",
        tags=["poet"],
        # The door checks the key, before anything of the request is read; this documents it.
        dependencies=[Depends(HTTPBearer(auto_error=False))],
        responses={
            status: {"model": Problem, "description": description}
            for status, description in _PROBLEMS.items()
        },
    )

    async def answer(request: Request, work: Work[_T], deadline_ms: int | None) -> _T:
        longest = int(PATIENCE * 1000)
        patience = min(longest if deadline_ms is None else deadline_ms, longest) / 1000
        deadline = request.state.arrival + patience
        result = await _while_connected(request, engine.run(work, deadline=deadline))
        _count_verses(engine.metrics, result)
        return result

    @router.post("/compose")
    async def compose(
        message: ComposeRequest, request: Request, deadline: _Deadline = None
    ) -> VersesAnswer:
        """Draw verses from the prior."""
        return await answer(request, operations.compose(message), deadline)

    @router.post("/reconstruct")
    async def reconstruct(
        message: ReconstructRequest, request: Request, deadline: _Deadline = None
    ) -> ReconstructAnswer:
        """Encode a verse, decode it, and look around it."""
        return await answer(request, operations.reconstruct(message), deadline)

    @router.post("/complete")
    async def complete(
        message: CompleteRequest, request: Request, deadline: _Deadline = None
    ) -> VersesAnswer:
        """Fill what a pattern leaves open."""
        return await answer(request, operations.complete(message), deadline)

    @router.post("/interpolate")
    async def interpolate(
        message: InterpolateRequest, request: Request, deadline: _Deadline = None
    ) -> VersesAnswer:
        """Walk between two verses."""
        return await answer(request, operations.interpolate(message), deadline)

    @router.get("/model")
    async def model() -> ModelAnswer:
        """Which poet this worker serves."""
        return operations.describe(engine.poet)

    return router


def _operator_routes(engine: Engine) -> APIRouter:
    router = APIRouter(
        tags=["operator"], responses={503: {"model": Problem, "description": "It is not."}}
    )

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Live: the process is worth keeping."""
        if not engine.live:
            raise problems.NotLive
        return {"status": "live"}

    @router.get("/readyz")
    async def readyz() -> dict[str, str]:
        """Ready: the first verse was written, and the worker is not shutting down."""
        if not engine.ready:
            raise engine.not_ready()
        return {"status": "ready"}

    @router.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """Numbers for Prometheus."""
        return Response(engine.metrics.render(), media_type="text/plain; version=0.0.4")

    return router


_Deadline = Annotated[
    int | None,
    Header(alias=DEADLINE_HEADER, description="milliseconds the caller will still wait"),
]

_PROBLEMS: dict[int | str, str] = {
    401: "The key is missing or wrong.",
    422: "The request is not valid, or beyond this poet.",
    503: "The queue is full, or the worker starts or drains; see Retry-After.",
    504: "The deadline passed.",
}


async def _respond(_request: Request, error: Exception) -> Response:
    return problems.respond(error)


def _count_verses(metrics: Metrics, answer: object) -> None:
    match answer:
        case VersesAnswer():
            verses = list(answer.verses)
        case ReconstructAnswer():
            verses = [answer.reconstruction, *answer.variations]
        case _:
            return
    for verse in verses:
        metrics.verses.labels(verse.form.value).inc()


async def _while_connected(request: Request, work: Coroutine[Any, Any, _T]) -> _T:
    """The result of the work, which is cancelled as soon as the caller hangs up."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise problems.CallerGone
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


class _Door:
    """What holds for every request: a name, the key, a bounded body, a count, a last word."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, key: SecretStr | None) -> None:
        self._app = app
        self._metrics = metrics
        self._key = key.get_secret_value().encode() if key else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.monotonic()
        headers = Headers(scope=scope)
        given_id = headers.get(REQUEST_ID_HEADER, "")
        request_id = given_id if _REQUEST_ID.fullmatch(given_id) else uuid.uuid4().hex
        scope.setdefault("state", {})["arrival"] = begun
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        try:
            if scope["path"].startswith("/v1/") and not self._has_key(headers):
                raise problems.WrongKey
            await self._app(scope, _bounded(receive), answer)
        except Exception as error:
            if status:  # the answer is on its way; all that is left is to break it off
                raise
            await problems.respond(error)(scope, receive, answer)
        finally:
            self._record(scope, request_id, status, time.monotonic() - begun)

    def _has_key(self, headers: Headers) -> bool:
        scheme, _, given = headers.get(KEY_HEADER, "").partition(" ")
        return self._key is None or (
            scheme.lower() == "bearer" and hmac.compare_digest(given.encode("latin-1"), self._key)
        )

    def _record(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = scope.get("route")
        endpoint = getattr(route, "path", "other")
        self._metrics.requests.labels(endpoint, str(status)).inc()
        level = logging.INFO if endpoint.startswith("/v1/") else logging.DEBUG
        _log.log(
            level,
            "%s %s %d %.0f ms %s",
            scope["method"],
            endpoint,
            status,
            seconds * 1000,
            request_id,
            extra={"request_id": request_id},
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


def _with_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """Corrects the media type of errors, which FastAPI takes to be that of every answer."""
    for path in schema["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if status >= "4" and "application/json" in content:
                    content[problems.MEDIA_TYPE] = content.pop("application/json")
    return schema
