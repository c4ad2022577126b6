"""Answers over HTTP that may be kept, and what every answer says to browsers.

Decides headers, and that what has not changed is not sent again; what stands in an answer is left
to the pages.
"""

from __future__ import annotations

import hashlib

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOR_EVER = "public, max-age=31536000, immutable"
"""For what has another address when it changes."""
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors https://web.telegram.org"
)
"""Nothing from elsewhere, and in no frame but that of a Mini App."""
_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def answer(
    request: Request,
    content: bytes | str,
    media_type: str,
    *,
    status: int = 200,
    keep: str = "public, max-age=60",
    varies: bool = False,
) -> Response:
    """What was asked for, or that the asker has it already; `varies` with the language."""
    body = content.encode() if isinstance(content, str) else content
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"Cache-Control": keep if status == 200 else "no-store"}
    if varies:
        headers["Vary"] = "Accept-Language"
    if status == 200:
        headers["ETag"] = tag
        known = request.headers.get("If-None-Match", "")
        if any(one.strip().removeprefix("W/") in (tag, "*") for one in known.split(",")):
            return Response(status_code=304, headers=headers)
    return Response(body, status, headers, media_type)


class Guarded:
    """Puts the headers that every answer has on it, and reads nothing that no address holds."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers[name] = value
            await send(message)

        if scope["type"] == "http":
            # PostgreSQL cannot even look for it.
            scope = {**scope, "path": scope["path"].replace("\x00", "\ufffd")}
        await self._app(scope, receive, guarded)
