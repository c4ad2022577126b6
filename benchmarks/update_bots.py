"""The bots that `updates_rate` measures, each in a process of its own.

Decides that Qibu is as `qibu bot` runs it, but without Telegram's pace and without fair use, and
that the other one is the least that python-telegram-bot can be. Run as
`python -m benchmarks.update_bots qibu|echo API TOKEN [DATABASE WORKER]`.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from pydantic import SecretStr
from telegram import Update
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, MessageHandler, filters

from bot.app import allowed_updates, build_application
from bot.inbox import Inbox
from bot.opening import open_services, open_worker, started
from bot.pacing import Pacing, Rate
from bot.polling import Connection, Polling
from bot.settings import Settings

WORKER_KEY = "the key of the stand-in worker"
_FREELY = Rate(1e6, 1)


def echo(api: str, token: str) -> None:
    """Says what was said, and answers every press."""

    async def say(update: Update, _: Any) -> None:
        assert update.message is not None
        await update.message.reply_text(update.message.text or "")

    async def press(update: Update, _: Any) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer()

    application = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{api}/bot")
        .concurrent_updates(256)
        .connection_pool_size(64)
        .build()
    )
    application.add_handler(MessageHandler(filters.TEXT, say))
    application.add_handler(CallbackQueryHandler(press))
    application.run_polling()


async def qibu(api: str, token: str, database: str, worker: str) -> None:
    """The bot, until it is ended."""
    settings = Settings(
        _env_file=None,
        telegram_token=SecretStr(token),
        telegram_api=api,
        database_url=database,
        worker_url=worker,
        worker_key=SecretStr(WORKER_KEY),
        fair_use_person="off",
        fair_use_chat="off",
    )
    connection = Connection(asyncio.Event())
    async with open_worker(settings) as endpoint, open_services(settings, endpoint) as services:
        inbox = Inbox(services.store, alone=True)
        pacing = Pacing(overall=_FREELY, chat=_FREELY, group=_FREELY)
        application = build_application(services, pacing=pacing, inbox=inbox)
        await connection.insist(application.initialize)
        async with (
            inbox.open(application.bot, application.update_queue.put),
            started(application),
        ):
            await Polling(
                application.bot,
                inbox.accept,
                connection,
                allowed_updates=allowed_updates(application),
            ).run()


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    if name == "echo":
        echo(*arguments)
    else:
        asyncio.run(qibu(*arguments))
