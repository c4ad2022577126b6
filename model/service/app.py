"""The worker's HTTP doors.

Decides paths, deadlines and what a caller that goes away means; what holds for every path is left
to `door`, the queue and the poet to the engine, the messages to `protocol` and `operations`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from model.service import docs_page, operations, problems
from model.service.door import Door
from model.service.engine import Engine
from model.service.errors import Busy, NotReady, OverQuota
from model.service.metrics import Metrics
from model.service.pool import Pool
from model.service.protocol import (
    DEADLINE_HEADER,
    USER_HEADER,
    CompleteRequest,
    ComposeRequest,
    InterpolateRequest,
    ModelAnswer,
    Problem,
    ProsodyAnswer,
    ProsodyRequest,
    ReconstructAnswer,
    ReconstructRequest,
    VersesAnswer,
)
from model.service.quota import Quota
from model.service.settings import WorkerSettings
from model.service.work import Work

_T = TypeVar("_T")
_CALLER = re.compile(r"[!-~]{1,64}")

PATIENCE = 60.0
"""Seconds after which a request without a deadline has passed it, and the longest that counts."""


def create_app(engine: Engine, settings: WorkerSettings, pool: Pool | None = None) -> FastAPI:
    """The ASGI app over an engine that somebody else starts and drains, and a pool that somebody
    else fills."""
    app = FastAPI(
        title="Qibu worker",
        version="1",
        description="Writes classical Chinese verse. Errors are problem details (RFC 9457).",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # another path is no door, and is told so like any other
    )
    app.include_router(_poet_routes(engine, pool, Quota(settings.worker_quota)))
    app.include_router(_operator_routes(engine))
    app.add_exception_handler(HTTPException, _respond)
    app.add_exception_handler(RequestValidationError, _respond)
    app.add_middleware(Door, metrics=engine.metrics, key=settings.worker_key)
    schema = app.openapi
    app.openapi = lambda: _with_problems(schema())  # type: ignore[method-assign]
    app.add_api_route("/docs", lambda: _docs(app), include_in_schema=False)
    return app


def _docs(app: FastAPI) -> Response:
    return HTMLResponse(docs_page.render(app.openapi()), headers=docs_page.HEADERS)


def _poet_routes(engine: Engine, pool: Pool | None, quota: Quota) -> APIRouter:
    router = APIRouter(
        prefix="/v1",
        tags=["poet"],
        # The door checks the key, before anything of the request is read; this documents it.
        dependencies=[Depends(HTTPBearer(auto_error=False)), Depends(_user)],
        responses={
            status: {"model": Problem, "description": description}
            for status, description in _PROBLEMS.items()
        },
    )

    async def answer(request: Request, work: Work[_T], deadline_ms: int | None) -> _T:
        deadline = _deadline(request, deadline_ms)
        caller = spend(request, work.verses)
        try:
            working = engine.run(work, deadline=deadline, caller=caller)
            result = await _while_connected(request, working)
        except (Busy, NotReady):
            quota.give_back(caller, work.verses)
            raise
        _count_verses(engine.metrics, result)
        return result

    def spend(request: Request, verses: int) -> str | None:
        """The caller, who has that many verses less in his quota now."""
        caller = request.headers.get(USER_HEADER, "")
        named = caller if _CALLER.fullmatch(caller) else None
        try:
            quota.spend(named, verses)
        except OverQuota:
            engine.metrics.rejected.labels("quota").inc()
            raise
        return named

    @router.post("/compose")
    async def compose(
        message: ComposeRequest, request: Request, deadline: _Deadline = None
    ) -> VersesAnswer:
        """Draw verses from the prior."""
        work = operations.compose(message)
        engine.require(_deadline(request, deadline))
        ahead = pool.take(message) if pool else None
        if ahead is not None:
            spend(request, message.count)
            _count_verses(engine.metrics, ahead)
            return ahead
        return await answer(request, work, deadline)

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

    @router.post("/prosody")
    async def prosody(
        message: ProsodyRequest, request: Request, deadline: _Deadline = None
    ) -> ProsodyAnswer:
        """Explain how a verse is built: tones, rhyme, scheme, pairs, known lines."""
        explain = operations.prosody(message)
        engine.require(_deadline(request, deadline))
        return await asyncio.to_thread(explain, engine.poet)

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


def _user(
    _name: Annotated[
        str | None,
        Header(
            alias=USER_HEADER,
            description="on whose behalf: any name that is the same each time; callers have turns"
            " and quotas by it",
        ),
    ] = None,
) -> None:
    """Documents the header; who the caller is, is read where it counts."""


_PROBLEMS: dict[int | str, str] = {
    401: "The key is missing or wrong.",
    422: "The request is not valid, or beyond this poet.",
    429: "The caller that Qibu-User names has had its share; see Retry-After.",
    503: "The queue is full, or the worker starts or drains; see Retry-After.",
    504: "The deadline passed.",
}


def _deadline(request: Request, milliseconds: int | None) -> float:
    """A time of `time.monotonic`."""
    longest = int(PATIENCE * 1000)
    patience = min(longest if milliseconds is None else milliseconds, longest) / 1000
    return float(request.state.arrival + patience)


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


def _with_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """Corrects the media type of errors, which FastAPI takes to be that of every answer."""
    for path in schema["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if status >= "4" and "application/json" in content:
                    content[problems.MEDIA_TYPE] = content.pop("application/json")
    return schema
