"""A large store, made by chance from a seed: what years of use leave behind.

Decides how many rows each table gets and what stands in them; the schema is the store's own, filled
at the version before the counts of `standings`, so that the migration counts what is there.
SQLite only. Run as `python -m benchmarks.generated_store FILE`.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt

from bot.store import migrate
from bot.taste.features import SIZE

BEFORE_STANDINGS = "0005"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""When the store was last used; it has been for a year."""
MODEL = "transformer@0123456789ab"
_YEAR = timedelta(days=365)
_MOMENTS = 100_000
"""Different times of day and year; rows share them."""
_FORMS = (("couplet5", 2, 5), ("couplet7", 2, 7), ("jueju5", 4, 5), ("jueju7", 4, 7))
_NUMBERS = {2: 256, 4: 512}
"""Numbers of a latent, by lines."""
_COMMON = (
    "明月风花山水云江春秋夜天人日白清寒烟雨雪松竹梅柳鸟鹤雁舟酒琴诗梦客心思归来去远近高低长"
    "不无有生光影声色青红绿黄金玉香草木石泉溪海河楼台寺门窗灯星霜露霞空千万里年时今古何处谁知"
)
_RARE = [chr(code) for code in range(0x4E00, 0x4E00 + 2000)]
_COMMANDS = ("poem", "poem", "poem", "vary", "inline", "couplet", "acrostic", "answer")
_ZONES = ("Asia/Shanghai", "Asia/Shanghai", "Asia/Tokyo", "Europe/London", "America/New_York")
_BATCH = 20_000

Ints = npt.NDArray[np.int64]
Rows = Iterable[Sequence[object]]


@dataclass(frozen=True)
class Extent:
    """How many rows of the tables that grow, in proportion to poems. Every other chat has a poem of
    the day."""

    poems: int

    @property
    def ratings(self) -> int:
        return 5 * self.poems

    @property
    def chats(self) -> int:
        return self.poems // 5

    @property
    def users(self) -> int:
        return self.poems // 4


def fill(file: Path, extent: Extent, seed: int = 7) -> None:
    """Makes the file, which must not be there, at the newest version of the schema."""
    url = f"sqlite+aiosqlite:///{file}"
    asyncio.run(migrate.upgrade(url, BEFORE_STANDINGS))
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("synchronous = OFF", "journal_mode = OFF", "cache_size = -200000"):
            connection.execute(f"PRAGMA {pragma}")
        found = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > ''"
        )
        indexes = dict(found.fetchall())
        for name in indexes:
            connection.execute(f"DROP INDEX {name}")  # made at once at the end, in a tenth the time
        for table, columns, rows in _tables(extent, np.random.default_rng(seed)):
            marks = ", ".join("?" * len(columns.split()))
            names = ", ".join(columns.split())
            connection.execute("BEGIN")
            connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
            connection.execute("COMMIT")
        for statement in indexes.values():
            connection.execute(statement)
    asyncio.run(migrate.upgrade(url))


def _tables(extent: Extent, chance: np.random.Generator) -> Iterator[tuple[str, str, Rows]]:
    """Each table, the columns that are given, and its rows."""
    clock = _Clock(chance)
    people, chats = np.arange(1, extent.users + 1), _chat_ids(extent)
    yield (
        "users",
        "id language_code created_at",
        zip(
            people.tolist(),
            _some(chance, ("zh", "en", None), len(people)),
            clock.rising(len(people)),
            strict=True,
        ),
    )
    yield (
        "chats",
        ("id kind title script zone daily_at state strikes added_by created_at"),
        _chats(extent, chats, chance, clock),
    )
    yield (
        "poems",
        (
            "id public_id text form command seed_text model seed latent score regular public"
            " withheld parent_id distance user_id chat_id created_at"
        ),
        _poems(extent, chats, chance, clock),
    )
    yield "ratings", "poem_id user_id stars origin changed_at", _ratings(extent, chance, clock)
    yield (
        "favourites",
        "user_id poem_id created_at",
        _pairs(extent.poems // 5, people, extent.poems, chance, clock),
    )
    yield "daily_poems", "local_date poem_id chosen_at", _daily_poems(extent, chance)
    yield (
        "deliveries",
        ("id chat_id poem_id message_id local_date state attempt expires_at changed_at"),
        _deliveries(extent, chats, chance, clock),
    )
    yield (
        "reaction_counts",
        ("chat_id message_id stars poem_id count changed_at"),
        _reactions(extent, chats, chance, clock),
    )
    tasteful = chats[:: max(1, len(chats) // max(1, extent.chats // 20))]
    voice = np.zeros(SIZE, "<f4").tobytes()
    yield (
        "tastes",
        "chat_id space evidence voice ratings revision agreed_at",
        (
            (chat, None, None, voice, 0, 1, moment)
            for chat, moment in zip(tasteful.tolist(), clock.rising(len(tasteful)), strict=True)
        ),
    )
    yield (
        "taste_ratings",
        "chat_id poem_id user_id stars changed_at",
        (
            (chat, poem, user, stars, moment)
            for (chat, poem, moment), user, stars in zip(
                _pairs(10 * len(tasteful), tasteful, extent.poems, chance, clock),
                chance.integers(1, extent.users + 1, 10 * len(tasteful)).tolist(),
                chance.integers(1, 6, 10 * len(tasteful)).tolist(),
                strict=False,
            )
        ),
    )
    yield (
        "updates",
        "id place payload state owner attempt beat changed_at",
        _updates(extent, chats, clock),
    )


class _Clock:
    """Moments of the last year, as SQLite keeps them."""

    def __init__(self, chance: np.random.Generator) -> None:
        self._chance = chance
        step = _YEAR / _MOMENTS
        begin = (NOW - _YEAR).replace(tzinfo=None)
        moments = [begin + number * step for number in range(_MOMENTS)]
        self._moments = np.array([f"{one:%Y-%m-%d %H:%M:%S.%f}" for one in moments], object)

    def rising(self, count: int) -> list[str]:
        """The earliest first."""
        return self._moments[np.arange(count) * _MOMENTS // count].tolist()

    def any(self, count: int) -> list[str]:
        """In no order."""
        return self._moments[self._chance.integers(0, _MOMENTS, count)].tolist()


def _some(chance: np.random.Generator, choices: Sequence[object], count: int) -> list[object]:
    among = np.array([*choices, None], object)
    return among[chance.integers(0, len(choices), count)].tolist()


def _chat_ids(extent: Extent) -> Ints:
    """Seven of ten are private, and named as their persons are; the others have negative ids."""
    private = extent.chats * 7 // 10
    others = -1_000_000_000_000 - np.arange(extent.chats - private)
    return np.concatenate([others[::-1], np.arange(1, private + 1)])


def _chats(extent: Extent, ids: Ints, chance: np.random.Generator, clock: _Clock) -> Rows:
    count = len(ids)
    minutes = chance.integers(12, 46, count) * 30 // 60 * 60 + chance.integers(0, 2, count) * 30
    minutes = np.where(chance.random(count) < 0.3, 8 * 60, minutes)  # 08:00 is offered first
    kinds = _some(chance, ("group", "supergroup", "supergroup", "channel"), count)
    zones = _some(chance, _ZONES, count)
    moments = clock.any(count)
    for at, chat in enumerate(ids.tolist()):
        daily = f"{time(int(minutes[at]) // 60, int(minutes[at]) % 60)}.000000"
        yield (
            chat,
            "private" if chat > 0 else kinds[at],
            "" if chat > 0 else f"诗社 {-chat}",
            "simplified",
            zones[at],
            None if at % 2 else daily,
            "left" if at % 50 == 7 else "active",
            0,
            None if chat > 0 else 1 + -chat % extent.users,
            moments[at],
        )


def _poems(extent: Extent, chats: Ints, chance: np.random.Generator, clock: _Clock) -> Rows:
    """One in a hundred repeats another's text; one in five hundred was taken back."""
    latents = {lines: chance.bytes(4 * n + 4 * _BATCH) for lines, n in _NUMBERS.items()}
    # Activity differs: a few people ask for much.
    users = 1 + (extent.users * chance.random(extent.poems) ** 2).astype(np.int64)
    homes = chats[(len(chats) * chance.random(extent.poems) ** 2).astype(np.int64)]
    characters = _characters(chance)
    text = ""
    moments = clock.rising(extent.poems)
    for begin in range(0, extent.poems, _BATCH):
        size = min(_BATCH, extent.poems - begin)
        scores = chance.normal(-5.0, 0.7, size).tolist()
        commands = _some(chance, _COMMANDS, size)
        forms = chance.integers(0, len(_FORMS), size).tolist()
        for at in range(size):
            form, lines, length = _FORMS[forms[at]]
            number = begin + at
            if number % 100:
                text = _verse(lines, length, characters)
            command = str(commands[at])
            public = command in ("poem", "vary", "inline")
            yield (
                number + 1,
                f"{number * 48_271 % 2**40:012x}"[-12:],
                text,
                form,
                command,
                None if public else text[:2],
                MODEL,
                number,
                latents[lines][4 * at : 4 * (at + _NUMBERS[lines])],
                scores[at],
                at % 7 > 0,
                public,
                number % 500 == 3,
                number if command == "vary" and number else None,
                0.4 if command == "vary" else None,
                None if command == "inline" else int(users[number]),
                None if command == "inline" else int(homes[number]),
                moments[number],
            )


def _characters(chance: np.random.Generator) -> Iterator[str]:
    """Seven of ten characters are among a hundred, as in verse."""
    while True:
        common = np.array(list(_COMMON), object)[chance.integers(0, len(_COMMON), _BATCH)]
        rare = np.array(_RARE, object)[chance.integers(0, len(_RARE), _BATCH)]
        yield from np.where(chance.random(_BATCH) < 0.7, common, rare).tolist()


def _verse(lines: int, length: int, characters: Iterator[str]) -> str:
    drawn = ["".join(next(characters) for _ in range(length)) for _ in range(lines)]
    couplets = [f"{one}，{two}。" for one, two in zip(drawn[::2], drawn[1::2], strict=True)]
    return "\n".join(couplets)


def _ratings(extent: Extent, chance: np.random.Generator, clock: _Clock) -> Rows:
    """Poems are rated very unequally: the best known by one person in a hundred."""
    drawn = extent.ratings * 12 // 10
    poems = (extent.poems * chance.random(drawn) ** 3).astype(np.int64)
    poems = poems * 7_919 % extent.poems  # the known ones are of all ages
    users = chance.integers(0, extent.users, drawn)
    pairs = np.unique(poems * extent.users + users)
    pairs = np.sort(chance.choice(pairs, min(extent.ratings, len(pairs)), replace=False))
    stars = chance.choice(5, len(pairs), p=(0.07, 0.1, 0.25, 0.33, 0.25)) + 1
    origins = _some(chance, ("button", "button", "reaction"), len(pairs))
    return zip(
        (pairs // extent.users + 1).tolist(),
        (pairs % extent.users + 1).tolist(),
        stars.tolist(),
        origins,
        clock.any(len(pairs)),
        strict=True,
    )


def _pairs(
    count: int, whose: Ints, poems: int, chance: np.random.Generator, clock: _Clock
) -> Iterator[tuple[int, int, str]]:
    """Different pairs of somebody and a poem, and when."""
    drawn = chance.integers(0, len(whose), count) * poems + chance.integers(0, poems, count)
    pairs = np.unique(drawn)
    yield from zip(
        whose[pairs // poems].tolist(),
        (pairs % poems + 1).tolist(),
        clock.any(len(pairs)),
        strict=True,
    )


def _dates() -> list[date]:
    return [NOW.date() - timedelta(days=days) for days in range(365)]


def _daily_poems(extent: Extent, chance: np.random.Generator) -> Rows:
    ids = chance.choice(extent.poems, min(365, extent.poems), replace=False) + 1
    return (
        (str(day), int(poem), f"{day} 00:00:00.000000")
        for day, poem in zip(_dates(), ids, strict=False)
    )


def _deliveries(extent: Extent, chats: Ints, chance: np.random.Generator, clock: _Clock) -> Rows:
    """One for each poem, and daily ones: of the last ten days, but not of today."""
    homes = chats[chance.integers(0, len(chats), extent.poems)].tolist()
    poems = chance.integers(1, extent.poems + 1, extent.poems).tolist()
    moments = clock.rising(extent.poems)
    number = 0
    for chat, poem, moment in zip(homes, poems, moments, strict=True):
        number += 1
        yield number, chat, poem, number, None, "sent", 1, None, moment
    subscribed = chats[::2].tolist()
    for days in range(10, 0, -1):
        day = NOW.date() - timedelta(days=days)
        moment = f"{day} 08:00:00.000000"
        for chat in subscribed:
            number += 1
            state = "sent" if number % 500 else "unknown"
            yield number, chat, days, number, str(day), state, 1, moment, moment


def _reactions(extent: Extent, chats: Ints, chance: np.random.Generator, clock: _Clock) -> Rows:
    count = extent.poems // 50
    poems = chance.integers(1, extent.poems + 1, count).tolist()
    moments = clock.any(count)
    channels = chats[chats < 0].tolist()
    for at in range(count):
        for stars in (1, 4, 5):
            yield channels[at % len(channels)], at, stars, poems[at], 1 + at % 9, moments[at]


def _updates(extent: Extent, chats: Ints, clock: _Clock) -> Rows:
    """Settled ones of the last days, and a few that wait."""
    moments = clock.rising(extent.poems)
    for number in range(extent.poems):
        yield number, None, None, "done", None, 1, 0, moments[number]
    for at in range(20):
        chat = int(chats[-1 - at])
        yield extent.poems + at, chat, "{}", "waiting", None, 0, 0, moments[-1]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--poems", type=click.IntRange(100), default=1_000_000, show_default=True)
@click.option("--seed", default=7, show_default=True)
def main(file: Path, poems: int, seed: int) -> None:
    """Make a store of so many POEMS, with all else in proportion, in a new FILE."""
    if file.exists():
        raise click.ClickException(f"{file} is there already")
    fill(file, Extent(poems), seed)
    click.echo(f"{file}: {poems:,} poems, {file.stat().st_size / 2**20:,.0f} MiB")


if __name__ == "__main__":
    main()
