"""Every error of the worker as problem details (RFC 9457).

Decides type, status and words of each; when an error arises is left to whoever raises it.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from model.service import protocol
from model.service.errors import Busy, DeadlinePassed, NotReady, OverQuota
from model.service.operations import InvalidRequest
from model.service.protocol import Problem

_log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_TOLD = 8
"""Of many fields that are wrong, so many are named."""
_LONGEST_NAME = 64
"""Characters of a field's name, which is whatever somebody calls it."""


class WrongKey(Exception):
    """The request carries no key, or another one."""


class NotLive(Exception):
    """The compute thread is dead or stuck; only a new process helps."""


class CallerGone(Exception):
    """The caller closed the connection; whatever is answered, nobody reads it."""


def respond(error: Exception) -> Response:
    """The response that tells the caller of the error."""
    problem = problem_of(error)
    headers = dict((error.headers if isinstance(error, HTTPException) else None) or {})
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if isinstance(error, WrongKey):
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        problem.model_dump_json(exclude_none=True),
        status_code=problem.status,
        headers=headers,
        media_type=MEDIA_TYPE,
    )


def problem_of(error: Exception) -> Problem:  # noqa: PLR0911 (a table)
    """The problem behind an exception; one that nobody foresaw is logged and kept private."""
    match error:
        case InvalidRequest():
            return _invalid(error.field, str(error))
        case RequestValidationError():
            return _validation(error)
        case WrongKey():
            return _problem(protocol.WRONG_KEY, 401, "Wrong key", "Send the worker's key.")
        case Busy():
            return _problem(protocol.BUSY, 503, "Busy", str(error), error.retry_after)
        case OverQuota():
            title, wait = "Too many requests", error.retry_after
            return _problem(protocol.TOO_MANY_REQUESTS, 429, title, str(error), wait)
        case NotReady():
            return _problem(protocol.NOT_READY, 503, "Not ready", str(error), error.retry_after)
        case DeadlinePassed():
            return _problem(protocol.DEADLINE_PASSED, 504, "Deadline passed", str(error))
        case NotLive():
            return _problem(protocol.INTERNAL, 503, "Not live", "The compute thread is gone.")
        case CallerGone():
            return Problem(type=protocol.INTERNAL, title="Caller gone", status=499, detail="")
        case HTTPException():
            return _http(error)
    return _of_poet(error) or _unforeseen(error)


def _problem(
    type_: str, status: int, title: str, detail: str, retry_after: int | None = None
) -> Problem:
    return Problem(type=type_, title=title, status=status, detail=detail, retry_after=retry_after)


def _invalid(field: str | None, why: str, status: int = 422) -> Problem:
    return Problem(
        type=protocol.INVALID_REQUEST,
        title="Invalid request",
        status=status,
        detail=why,
        field=field,
    )


def _validation(error: RequestValidationError) -> Problem:
    """Names the first field that is wrong, and says of some of them why; repeats no value."""
    wrong = []
    for one in error.errors()[:_TOLD]:
        place = [str(part) for part in one["loc"] if part not in ("body", "header", "query")]
        name = ".".join(place)[:_LONGEST_NAME].encode(errors="replace").decode()
        field = None if one["type"] == "json_invalid" else name or None
        wrong.append((field, str(one["msg"]).removeprefix("Value error, ")))
    detail = "; ".join(f"{field}: {why}" if field else why for field, why in wrong)
    return _invalid(wrong[0][0], detail)


def _http(error: HTTPException) -> Problem:
    if error.status_code in (404, 405):
        return _problem(
            protocol.NOT_FOUND,
            error.status_code,
            HTTPStatus(error.status_code).phrase,
            "There is no such door; /docs lists those there are.",
        )
    if error.status_code == 400:  # FastAPI's word for a body that is no text
        return _invalid(None, "the body is no JSON")
    if error.status_code < 500:
        return _invalid(None, error.detail, error.status_code)
    return _problem(protocol.INTERNAL, error.status_code, "Internal error", error.detail)


def _of_poet(error: Exception) -> Problem | None:
    # Imported here: model.poet brings torch along, and is loaded by the time a poet can complain.
    from model.poet import (  # noqa: PLC0415
        BadRequest,
        PoetError,
        UnknownCharacters,
        UnsupportedForm,
    )

    match error:
        case UnsupportedForm():
            return Problem(
                type=protocol.UNSUPPORTED_FORM,
                title="Unsupported form",
                status=422,
                detail=str(error),
                forms=list(error.forms),
            )
        case UnknownCharacters():
            return Problem(
                type=protocol.UNKNOWN_CHARACTERS,
                title="Unknown characters",
                status=422,
                detail=str(error),
                characters="".join(error.characters),
            )
        case BadRequest():
            return _invalid(error.field, str(error))
        case PoetError():
            return _invalid(None, str(error))
    return None


def _unforeseen(error: Exception) -> Problem:
    _log.error("a request failed", exc_info=error)
    return _problem(
        protocol.INTERNAL, 500, "Internal error", "The worker failed; its log says more."
    )
