"""The commands of the bot: run, chat, bot; `db` and `daily` beside them.

Decides options and what a failure reads like; what a command does is left to the rooms it imports
when it runs.
"""

from __future__ import annotations

import asyncio
import logging
import sys

import click

from bot.cli_daily import daily
from bot.cli_store import db, run_on_database
from bot.settings import Settings

__all__ = ["bot", "chat", "daily", "db", "run"]


@click.command()
def run() -> None:
    """Run the bot and its poet; with no token, open a chat in the terminal.

    Migrates the database first. The poet runs in a child process, unless QIBU_WORKER_URL names a
    worker.

    \b
    Example:
      QIBU_TELEGRAM_TOKEN=123456:ABC-def qibu run
    """
    settings = Settings()
    if settings.telegram_token is None:
        click.echo("QIBU_TELEGRAM_TOKEN is not set: opening `qibu chat` instead.", err=True)
        _chat(settings, None)
        return
    _upgrade(settings)
    _serve(settings)


@click.command()
def bot() -> None:
    """Run the Telegram side alone; QIBU_WORKER_URL says where the worker is.

    \b
    Example:
      qibu db upgrade
      QIBU_TELEGRAM_TOKEN=123456:ABC-def QIBU_WORKER_URL=http://10.0.0.2:8077 qibu bot
    """
    settings = Settings()
    if settings.telegram_token is None:
        raise click.UsageError("set QIBU_TELEGRAM_TOKEN; without Telegram there is `qibu chat`")
    if settings.worker_url is None:
        raise click.UsageError("set QIBU_WORKER_URL, or let `qibu run` bring its own worker")
    _require_schema(settings)
    _serve(settings)


@click.command()
@click.option(
    "--language", metavar="TAG", help="Language of the answers, zh or en.  [default: your locale's]"
)
def chat(language: str | None) -> None:
    """Talk to the bot in the terminal: no Telegram, no token.

    A number presses a button. Piped, it takes one message a line and prints the replies.

    \b
    Example:
      qibu chat
      printf '/poem\\n5\\n' | qibu chat --language zh
    """
    _chat(Settings(), language)


def _serve(settings: Settings) -> None:
    from bot.polling import CannotGoOn
    from bot.run import run as serve

    try:
        asyncio.run(serve(settings))
    except CannotGoOn as error:
        raise click.ClickException(str(error)) from error


def _chat(settings: Settings, language: str | None) -> None:
    from bot.terminal import PoetAsleep, Screen, person_here, talk

    if not click.get_current_context().find_root().params.get("debug"):
        logging.getLogger().setLevel(logging.ERROR)  # this is a conversation, not a log
    _upgrade(settings)
    screen = Screen(sys.stdout, interactive=sys.stdin.isatty() and sys.stdout.isatty())
    try:
        asyncio.run(talk(settings, person_here(language), screen))
    except PoetAsleep as error:
        raise click.ClickException(str(error)) from error


def _upgrade(settings: Settings) -> None:
    from bot.store import migrate

    run_on_database(migrate.upgrade(settings.database_url))


def _require_schema(settings: Settings) -> None:
    from bot.store import migrate

    at = run_on_database(migrate.current(settings.database_url))
    if at is not None and at not in migrate.revisions():
        # In the middle of an upgrade: a new version adds first, and takes away in a later one.
        logging.getLogger(__name__).warning(
            "the database is at %s, newer than this version knows; going on beside it", at
        )
    elif at != migrate.head():
        raise click.ClickException("the database is of another version: run `qibu db upgrade`")
