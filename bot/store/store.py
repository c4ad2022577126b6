"""The one door to the database.

Decides that the parts share an engine and a clock; bringing the schema up to date is left to
`bot.store.migrate`.
"""

from __future__ import annotations

from datetime import UTC, datetime

from bot.store.anthology import Anthology
from bot.store.census import Censuses
from bot.store.chats import Chats
from bot.store.daily_poems import DailyPoems
from bot.store.deliveries import Deliveries
from bot.store.engine import Clock, Database, create_engine
from bot.store.favourites import Favourites
from bot.store.own_poems import OwnPoems
from bot.store.poems import Poems
from bot.store.ratings import Ratings
from bot.store.rounds import Rounds
from bot.store.tastes import Tastes
from bot.store.traces import Traces
from bot.store.updates import Updates
from bot.store.users import Users
from bot.store.visits import Visits


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)


class Store:
    """Everything Qibu remembers, in one database."""

    def __init__(self, database: Database) -> None:
        self.users = Users(database)
        self.chats = Chats(database)
        self.visits = Visits(database, self.chats, self.users)
        self.poems = Poems(database)
        self.anthology = Anthology(database)
        self.ratings = Ratings(database)
        self.tastes = Tastes(database)
        self.favourites = Favourites(database)
        self.own_poems = OwnPoems(database)
        self.traces = Traces(database)
        self.daily_poems = DailyPoems(database)
        self.deliveries = Deliveries(database)
        self.rounds = Rounds(database)
        self.censuses = Censuses(database)
        self.updates = Updates(database)
        self._database = database

    @classmethod
    def open(cls, database_url: str, *, clock: Clock = utc_now) -> Store:
        """The store at that address, whose schema must be up to date; connects when first used.

        Raises ValueError for a SQLite database without a file, or in a folder that is not there.
        """
        return cls(Database(create_engine(database_url), clock))

    async def sweep(self) -> None:
        """Leaves nothing of what was removed in SQLite's files."""
        await self._database.sweep()

    async def close(self) -> None:
        """Closes every connection."""
        await self._database.close()
