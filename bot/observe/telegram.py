"""Requests to Telegram, and what became of them.

Decides which of them count as answers, and what is measured of each; when they leave is left to
`bot.pacing`, what an error means to `bot.sending`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import TelegramError

from bot.observe.metrics import Metrics
from bot.observe.updates import current
from bot.pacing import Pacing, Result
from bot.requests import ApiRequest
from bot.sending import judge

_ANSWERS = {
    "sendMessage": "message",
    "sendPhoto": "picture",
    "sendMediaGroup": "picture",
    "editMessageText": "edit",
    "editMessageMedia": "edit",
    "editMessageReplyMarkup": "edit",
    "answerCallbackQuery": "notice",
    "answerInlineQuery": "inline",
}
"""What people see as an answer; that something is being typed is none."""


class ObservedRequest(ApiRequest):
    """Requests on the wire, getUpdates among them, each of them timed."""

    def __init__(self, metrics: Metrics, api: str) -> None:
        super().__init__(api)
        self._metrics = metrics

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Makes the request; the method's name is the last part of the address."""
        address = str(args[0] if args else kwargs["url"])
        began, outcome = time.monotonic(), "cancelled"
        try:
            status, body = await super().do_request(*args, **kwargs)
            outcome = str(status)
        except TelegramError as error:
            outcome = type(error).__name__
            raise
        else:
            self._metrics.last_contact.set_to_current_time()
            return status, body
        finally:
            method = address.rsplit("/", 1)[-1]
            self._metrics.requests.labels(method, outcome).observe(time.monotonic() - began)


class ObservedPacing(Pacing):
    """Calls of methods, at their pace: counts answers and errors."""

    def __init__(self, metrics: Metrics, **pace: Any) -> None:
        super().__init__(**pace)
        self._metrics = metrics

    async def process_request(  # noqa: PLR0917
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Result:
        """Makes the request once it may leave."""
        try:
            result = await super().process_request(
                callback, args, kwargs, endpoint, data, rate_limit_args
            )
        except TelegramError as error:
            self._metrics.telegram_errors.labels(judge(error).fate.name.lower()).inc()
            raise
        if endpoint in _ANSWERS:
            self._count(_ANSWERS[endpoint])
        return result

    def _count(self, answer: str) -> None:
        self._metrics.answers.labels(answer).inc()
        arrival = current.get()
        if arrival is not None and not arrival.answered:
            arrival.answered = True
            waited = time.monotonic() - arrival.at
            self._metrics.answering.labels(arrival.kind).observe(waited)
