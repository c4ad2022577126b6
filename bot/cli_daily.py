"""The command that looks after the poem of the day: `qibu daily`.

Decides options and how a result reads; what happens is left to `bot.store`, and whose poem is due
to `bot.due`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import click

from bot import due as policy
from bot.cli_store import open_store, run_on_database
from bot.settings import Settings
from bot.store import ChatKind, ChatRecord, Store, UnknownZone, backups, migrate
from bot.texts import LANGUAGES, TRADITIONAL
from bot.usecases.why import WhyNoPoem
from model.verse import Script


@click.group()
def daily() -> None:
    """Look after the chats that get the poem of the day.

    \b
    Example:
      qibu daily list
    """


@daily.command(context_settings={"ignore_unknown_options": True})
@click.argument("chat", type=int)
@click.option("--at", required=True, metavar="HH:MM", help="Local time of the poem.")
@click.option("--tz", metavar="ZONE", help="IANA zone of that time; default QIBU_TIMEZONE.")
@click.option("--language", type=click.Choice(LANGUAGES), help="What the chat reads.")
def add(chat: int, at: str, tz: str | None, language: str | None) -> None:
    """Give a chat, group or channel the poem of the day. CHAT is its numeric id.

    The bot must be able to post there; in a channel it must be an admin.

    \b
    Example:
      qibu daily add -1001234567890 --at 08:00 --tz Europe/Berlin --language zh-Hans
    """
    settings = Settings()
    record = run_on_database(_add(settings, chat, _time(at), tz or settings.timezone.key, language))
    click.echo(_row(record))


@daily.command(context_settings={"ignore_unknown_options": True})
@click.argument("chat", type=int)
def remove(chat: int) -> None:
    """Stop the poem of the day in a chat; its other settings stay.

    \b
    Example:
      qibu daily remove -1001234567890
    """
    run_on_database(_remove(Settings().database_url, chat))
    click.echo(f"{chat} gets no poem of the day.")


@daily.command("list")
def list_() -> None:
    """List the chats with a poem of the day: id, time, zone, state, title.

    \b
    Example:
      qibu daily list
    """
    for chat in run_on_database(_list(Settings().database_url)):
        click.echo(_row(chat))


@daily.command()
def due() -> None:
    """List every such chat, and whether its poem is due now, and if not, why.

    \b
    Example:
      qibu daily due
    """
    for line in run_on_database(_due(Settings().database_url)):
        click.echo(line)


@daily.command(context_settings={"ignore_unknown_options": True})
@click.argument("chat", type=int)
@click.argument("date", default="today")
def why(chat: int, date: str) -> None:
    """Tell what became of a chat's poem on a DATE: why it came, or why it did not.

    DATE is one on the chat's own calendar, as 2026-01-31, today or yesterday.

    \b
    Example:
      qibu daily why -1001234567890 yesterday
    """
    for line in run_on_database(_why(Settings().database_url, chat, date)):
        click.echo(line)


async def _why(url: str, chat_id: int, words: str) -> list[str]:
    now = datetime.now(UTC)
    async with open_store(url) as store:
        chat = await store.chats.get(chat_id)
        zone = ZoneInfo(chat.zone) if chat else UTC
        return await WhyNoPoem(store)(chat_id, _date(words, now.astimezone(zone).date()), now)


async def _add(
    settings: Settings, chat_id: int, at: time, zone: str, language: str | None
) -> ChatRecord:
    url = settings.database_url
    if backups.is_missing(url):
        await migrate.upgrade(url)
        click.echo(f"Made a new database: {backups.file_of(url)}", err=True)
    try:
        async with open_store(url) as store:
            known = await store.chats.get(chat_id)
            if known is None:
                await store.chats.ensure(chat_id, _kind(chat_id), str(chat_id), zone=zone)
            if language is not None:
                traditional = language == TRADITIONAL
                script = Script.TRADITIONAL if traditional else Script.SIMPLIFIED
                await store.chats.set_language(chat_id, language, script)
            thread_id = known.thread_id if known else None
            chat = await store.chats.set_daily(chat_id, at, zone, thread_id)
    except UnknownZone as error:
        raise click.BadParameter(
            f"{error}; write it as Asia/Shanghai", param_hint="--tz"
        ) from error
    if chat is None:
        raise click.ClickException(f"chat {chat_id} was removed meanwhile: try again")
    return chat


async def _remove(url: str, chat_id: int) -> None:
    async with open_store(url) as store:
        chat = await store.chats.get(chat_id)
        if chat is None or chat.daily_at is None:
            raise click.ClickException(
                f"chat {chat_id} has no poem of the day; `qibu daily list` shows those that do"
            )
        await store.chats.stop_daily(chat_id)


async def _list(url: str) -> list[ChatRecord]:
    async with open_store(url) as store:
        return await store.chats.list_daily()


async def _due(url: str) -> list[str]:
    now = datetime.now(UTC)
    async with open_store(url) as store:
        chats = await store.chats.list_daily()
        return [f"{_row(chat)}  {await _verdict(store, chat, now)}" for chat in chats]


async def _verdict(store: Store, chat: ChatRecord, now: datetime) -> str:
    """Whether a chat's poem is due, and why not."""
    assert chat.daily_at is not None
    zone = ZoneInfo(chat.zone)
    if chat.state != "active":
        return f"not due: the chat is {chat.state}"
    found = policy.due(chat.daily_at, zone, now)
    if found is not None:
        delivery = await store.deliveries.of(chat.id, found.local_date)
        if delivery is None:
            return f"due for {found.local_date}"
        why = f" ({delivery.why})" if delivery.why else ""
        return f"not due: {delivery.state} for {found.local_date}{why}"
    today = policy.local_date(zone, now)
    moment = policy.moment_of(today, chat.daily_at, zone)
    late = moment is not None and moment <= now
    missed = late and await store.deliveries.of(chat.id, today) is None
    following = policy.next_moment(chat.daily_at, zone, now).astimezone(zone)
    hours = policy.LATENESS.total_seconds() / 3600
    too_late = f"more than {hours:.0f} hours late for {today}, " if missed else ""
    return f"not due: {too_late}next {following:%Y-%m-%d %H:%M}"


def _time(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError as error:
        raise click.BadParameter(
            f"{text} is no time; write it as 08:00", param_hint="--at"
        ) from error


def _date(words: str, today: date) -> date:
    near = {"today": today, "yesterday": today - timedelta(days=1)}
    try:
        return near.get(words.lower()) or date.fromisoformat(words)
    except ValueError as error:
        raise click.BadParameter(
            f"{words} is no date; write it as 2026-01-31", param_hint="DATE"
        ) from error


def _kind(chat_id: int) -> ChatKind:
    """A guess from how Telegram numbers chats; the chat's first update sets it right."""
    if chat_id > 0:
        return "private"
    return "channel" if str(chat_id).startswith("-100") else "group"


def _row(chat: ChatRecord) -> str:
    return f"{chat.id:<15} {chat.daily_at:%H:%M} {chat.zone:<20} {chat.state:<7} {chat.title}"
