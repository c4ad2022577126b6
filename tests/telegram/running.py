"""Running an Application over the fake, inside the test's own loop.

Decides how updates reach the Application and when it is idle; what it does with them is its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from telegram import Update
from telegram.ext import Application

from tests.telegram.fake import FakeTelegram

AnyApplication = Application[Any, Any, Any, Any, Any, Any]


@asynccontextmanager
async def running(
    application: AnyApplication, telegram: FakeTelegram, *, forgiving: bool = False
) -> AsyncIterator[AnyApplication]:
    """Runs an application built with `telegram.request()`; inside, `telegram.settled()` works.

    At the end every click and inline query must have been answered, else people see something
    that hangs;
    `forgiving` leaves that out, for tests in which answering is what fails.
    """
    async with application:
        if application.post_init is not None:
            await application.post_init(application)
        await application.start()

        def feed(update: dict[str, Any]) -> None:
            application.update_queue.put_nowait(Update.de_json(update, application.bot))

        telegram.settle = application.update_queue.join
        telegram.updates.feed(feed)
        try:
            yield application
            await telegram.settled()
            if not forgiving:
                hanging = [(click.data, click.message.text) for click in telegram.unanswered_clicks]
                assert not hanging, f"clicks without an answer: {hanging}"
                silent = [query.text for query in telegram.unanswered_queries]
                assert not silent, f"inline queries without an answer: {silent}"
        finally:
            telegram.updates.feed(None)
            telegram.settle = None
            await application.stop()
            if application.post_stop is not None:
                await application.post_stop(application)
    if application.post_shutdown is not None:
        await application.post_shutdown(application)
