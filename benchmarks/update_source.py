"""A Bot API that gives updates as fast as a bot answers them, and checks nothing.

Decides which updates there are, and that only so many wait for an answer at a time. The strict
stand-in of the tests would be slower than the bots that are measured.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

import uvicorn
from starlette.types import Receive, Scope, Send

IN_FLIGHT = 100
"""Updates that wait for an answer at a time, each of another person."""
_PEOPLE = 2 * IN_FLIGHT
_GLANCE = 0.005
_ANSWERS = {"text": "sendMessage", "press": "answerCallbackQuery"}
_ME = {"id": 1, "is_bot": True, "first_name": "Qibu", "username": "qibu_bot"}


@dataclass(frozen=True)
class Kind:
    """What people do: say some words, or press a button with some data."""

    name: str
    words: str = ""
    data: str = ""


@dataclass
class Line:
    """What one bot is given, and what it has answered."""

    kind: Kind | None = None
    given: int = 0
    answered: int = 0
    full: bool = False
    """Nothing more is given."""
    polled: bool = False
    """The bot is there, and asks."""
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def next(self, most: int) -> list[dict[str, Any]]:
        """Updates for which there is room."""
        kind = self.kind
        self.polled = True
        if kind is None or self.full:
            return []
        room = min(most, IN_FLIGHT - (self.given - self.answered))
        self.given += max(0, room)
        return [_update(kind, next(self.numbers)) for _ in range(room)]


class UpdateSource:
    """Serves bots, each known by its token: `with UpdateSource() as source:`."""

    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}
        # Of a method uvicorn cannot tell by itself which interface it is.
        config = uvicorn.Config(
            self._serve, port=0, interface="asgi3", lifespan="off", log_level="critical"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it is."""
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        token, method = scope["path"].removeprefix("/bot").split("/", 1)
        line = self.lines.setdefault(token, Line())
        given = parse_qs(body.decode("utf-8", "replace"))
        values = {name: found[0] for name, found in given.items()}
        answer = json.dumps({"ok": True, "result": await _result(line, method, values)}).encode()
        head = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": answer})


async def _result(line: Line, method: str, values: dict[str, str]) -> Any:
    if method == "getUpdates":
        for _ in range(int(min(1.0, float(values.get("timeout", 0))) / _GLANCE)):
            if found := line.next(100):
                return found
            await asyncio.sleep(_GLANCE)
        return line.next(100)
    if line.kind is not None and method == _ANSWERS["press" if line.kind.data else "text"]:
        line.answered += 1
    if method.startswith(("send", "edit")) and method != "sendChatAction":
        return _message(int(values.get("chat_id", 1)), next(line.numbers))
    known: dict[str, Any] = {"getMe": _ME, "getMyCommands": []}
    if method.startswith("getMy"):
        return known.get(method, {"name": "", "description": "", "short_description": ""})
    return known.get(method, True)


def _message(chat_id: int, number: int, **more: Any) -> dict[str, Any]:
    chat = {"id": chat_id, "type": "private", "first_name": "Ada"}
    return {"message_id": number, "date": int(time.time()), "chat": chat, "text": "…", **more}


def _update(kind: Kind, number: int) -> dict[str, Any]:
    person = 1000 + number % _PEOPLE
    user = {"id": person, "is_bot": False, "first_name": "Ada", "language_code": "en"}
    if kind.data:
        keyboard = {"inline_keyboard": [[{"text": "★4", "callback_data": kind.data}]]}
        pressed = _message(person, 7, **{"from": _ME, "reply_markup": keyboard})
        query = {"id": str(number), "from": user, "chat_instance": "1", "data": kind.data}
        return {"update_id": number, "callback_query": query | {"message": pressed}}
    said = _message(person, number, **{"from": user, "text": kind.words})
    if kind.words.startswith("/"):
        said["entities"] = [
            {"type": "bot_command", "offset": 0, "length": len(kind.words.split()[0])}
        ]
    return {"update_id": number, "message": said}
