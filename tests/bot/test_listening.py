"""What listens for the webhook, the gallery and the metrics."""

from __future__ import annotations

import socket

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from bot.listening import listening
from bot.settings import Listen
from tests.promptness import kept_and_fresh


async def _say(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("verse")(scope, receive, send)


async def test_an_answer_on_a_kept_connection_does_not_wait_for_a_receipt() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with listening(Listen("127.0.0.1", port), _say):
        kept, fresh = await kept_and_fresh(f"http://127.0.0.1:{port}/")
    assert kept < 3 * fresh
