"""Updates that have arrived, until they are answered.

Decides that what arrived is kept before Telegram forgets it, that each update is handled once by
one bot, that one chat's updates go to one bot at a time and in their order, and which update is
given up because bots die over it; how they are handled is left to `bot.inbox`.

    waiting → claimed → sending → done            claimed → waiting, sending → unknown
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.store.engine import PORTION, Database
from bot.store.tables import ReceivedUpdate

SUSPECT = 2
"""Of updates that so many bots died over, a bot takes those of one place at a time: what died with
the guilty one is answered without it."""
ATTEMPTS = 4
"""An update that so many bots died over is not tried again; the last ones had no other suspect."""
_LOCKS = 0x71696275
"""The first half of PostgreSQL's advisory locks on places."""
_SETTLED = ("done", "unknown", "dead")
_HELD = ("claimed", "sending")


@dataclass(frozen=True)
class Arrival:
    """An update as it came."""

    id: int
    """Telegram's number of it: they rise, and a week's silence apart they are sequential."""
    place: int
    """The chat or person whose updates keep their order."""
    payload: str
    """Its JSON."""
    suspect: bool = False
    """Others like it wait until it is done."""


@dataclass(frozen=True)
class Settled:
    """What followed from a report of work done."""

    overtaken: frozenset[int]
    """Updates about to be answered that somebody else has meanwhile: not ours any more."""
    next: list[Arrival]
    """Updates that had waited for those that are done; they are ours now."""


@dataclass(frozen=True)
class Abandoned:
    """What became of the updates of a bot that is gone."""

    again: int
    """Not answered at all: another bot will."""
    unknown: int
    """Nobody can tell whether the answer arrived: not answered again."""
    dead: int
    """They were the end of too many bots."""


class Updates:
    """The updates of every bot on this database; `owner` names one of these bots."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, arrivals: Sequence[Arrival], owner: str, room: int) -> list[Arrival]:
        """Keeps updates, those known already apart; what the owner may handle at once, in order.

        With no `room` they wait; so do those of a place where another bot is at work.
        """
        now = self._database.now()
        rows = [
            {
                "id": arrival.id,
                "place": arrival.place,
                "payload": arrival.payload,
                "state": "waiting",
                "attempt": 0,
                "beat": 0,
                "changed_at": now,
            }
            for arrival in arrivals
        ]
        insert = self._database.insert(ReceivedUpdate).values(rows)
        async with self._database.write() as session:
            # Before the insert: whoever ends its work in these places meanwhile waits for us.
            await self._lock(session, {arrival.place for arrival in arrivals})
            new = await session.scalars(
                insert.on_conflict_do_nothing().returning(ReceivedUpdate.id)
            )
            fresh = set(new.all())
            places = {arrival.place for arrival in arrivals if arrival.id in fresh}
            return await self._claim(session, owner, places) if places and room > 0 else []

    async def take(self, owner: str, room: int) -> list[Arrival]:
        """Updates that nobody handles, oldest first, for an owner who has room for so many
        places."""
        waiting = select(ReceivedUpdate.place).where(
            ReceivedUpdate.state == "waiting", _free(owner)
        )
        innocent = (
            waiting.where(~_suspect())
            .group_by(ReceivedUpdate.place)
            .order_by(func.min(ReceivedUpdate.id))
            .limit(room)
        )
        at_one = exists().where(
            ReceivedUpdate.owner == owner,
            ReceivedUpdate.state.in_(_HELD),
            ReceivedUpdate.attempt > SUSPECT,
        )
        async with self._database.read() as session:
            places = {place for place in await session.scalars(innocent) if place is not None}
            suspect = None
            if len(places) < room and not await session.scalar(select(at_one)):
                suspect = await session.scalar(
                    waiting.where(ReceivedUpdate.attempt >= SUSPECT)
                    .order_by(ReceivedUpdate.attempt, ReceivedUpdate.id)
                    .limit(1)
                )
        if suspect is not None:
            places.add(suspect)
        if not places:
            return []
        async with self._database.write() as session:
            await self._lock(session, places)
            return await self._claim(session, owner, places, suspect)

    async def settle(
        self, owner: str, sending: Collection[int], done: Collection[int], freed: Collection[int]
    ) -> Settled:
        """Commits that answers to some updates leave now, and that others are done; `freed` are the
        places where the owner has nothing left to do."""
        now = self._database.now()
        mine = ReceivedUpdate.owner == owner
        async with self._database.write() as session:
            held: set[int] = set()
            if sending:
                marked = await session.scalars(
                    update(ReceivedUpdate)
                    .where(ReceivedUpdate.id.in_(sending), mine, ReceivedUpdate.state.in_(_HELD))
                    .values(state="sending", changed_at=now)
                    .returning(ReceivedUpdate.id)
                )
                held = set(marked.all())
            if done:
                # Somebody slow may still tell, after others gave the answer up as unknown.
                told = or_(mine, ReceivedUpdate.state == "unknown")
                await session.execute(
                    update(ReceivedUpdate)
                    .where(ReceivedUpdate.id.in_(done), told)
                    .values(state="done", changed_at=now, **_NOTHING_KEPT)
                )
            following: list[Arrival] = []
            if freed:
                await self._lock(session, freed)
                following = await self._claim(session, owner, freed)
        return Settled(frozenset(sending) - held, following)

    async def beat(self, owner: str) -> None:
        """Shows the others that the owner lives."""
        async with self._database.write() as session:
            await session.execute(
                update(ReceivedUpdate)
                .where(ReceivedUpdate.owner == owner, ReceivedUpdate.state.in_(_HELD))
                .values(beat=ReceivedUpdate.beat + 1)
            )

    async def others(self, owner: str) -> dict[str, tuple[int, ...]]:
        """Each other bot that holds updates, with a sign of life: it changes while they live."""
        query = (
            select(
                ReceivedUpdate.owner,
                func.count(),
                func.sum(ReceivedUpdate.beat),
                func.max(ReceivedUpdate.id),
            )
            .where(ReceivedUpdate.state.in_(_HELD), ReceivedUpdate.owner != owner)
            .group_by(ReceivedUpdate.owner)
        )
        async with self._database.read() as session:
            return {name: tuple(sign) for name, *sign in await session.execute(query) if name}

    async def abandon(self, owner: str) -> Abandoned:
        """Lets go of all that a bot holds, because it stops or is taken for dead. Should it live,
        no harm is done: it is told before it answers."""
        now = self._database.now()
        of_owner = ReceivedUpdate.owner == owner
        claimed = and_(of_owner, ReceivedUpdate.state == "claimed")
        async with self._database.write() as session:

            async def change(where: ColumnElement[bool], **values: object) -> int:
                changed = await session.scalars(
                    update(ReceivedUpdate)
                    .where(where)
                    .values(changed_at=now, **values)
                    .returning(ReceivedUpdate.id)
                )
                return len(changed.all())

            dead = await change(
                and_(claimed, ReceivedUpdate.attempt >= ATTEMPTS), state="dead", **_NOTHING_KEPT
            )
            again = await change(claimed, state="waiting", owner=None)
            unknown = await change(
                and_(of_owner, ReceivedUpdate.state == "sending"), state="unknown", **_NOTHING_KEPT
            )
        return Abandoned(again, unknown, dead)

    async def release(self, owner: str) -> None:
        """Lets others have what the owner took and did not begin, for it stops in good order."""
        async with self._database.write() as session:
            await session.execute(
                update(ReceivedUpdate)
                .where(ReceivedUpdate.owner == owner, ReceivedUpdate.state == "claimed")
                .values(state="waiting", owner=None, attempt=ReceivedUpdate.attempt - 1)
            )

    async def forget(self, before: datetime) -> None:
        """Removes the numbers of what was settled before that moment."""
        settled = (
            select(ReceivedUpdate.id)
            .where(ReceivedUpdate.state.in_(_SETTLED), ReceivedUpdate.changed_at < before)
            .limit(PORTION)
        )
        query = delete(ReceivedUpdate).where(ReceivedUpdate.id.in_(settled))
        while True:  # others may write between two portions
            async with self._database.write() as session:
                gone = (await session.scalars(query.returning(ReceivedUpdate.id))).all()
            if len(gone) < PORTION:
                return

    async def states(self) -> dict[str, int]:
        """How many updates are in each state."""
        query = select(ReceivedUpdate.state, func.count()).group_by(ReceivedUpdate.state)
        async with self._database.read() as session:
            return dict((await session.execute(query)).all())

    async def _lock(self, session: AsyncSession, places: Iterable[int]) -> None:
        """Holds other bots' claims in these places until the commit; SQLite has one writer anyway.

        Always in the same order: two orders of locking are a deadlock.
        """
        if not self._database.is_sqlite:
            keys = sorted({(place ^ place >> 32) % 2**32 - 2**31 for place in places})
            await session.execute(
                text(
                    "SELECT pg_advisory_xact_lock(:locks, key) FROM"
                    " (SELECT unnest(CAST(:keys AS int[])) AS key ORDER BY key OFFSET 0) AS ordered"
                ),
                {"locks": _LOCKS, "keys": keys},
            )

    async def _claim(
        self,
        session: AsyncSession,
        owner: str,
        places: Collection[int],
        suspect: int | None = None,
    ) -> list[Arrival]:
        """All that waits in the locked places where no other bot is at work; of suspect places,
        only in that one."""
        claimed = await session.execute(
            update(ReceivedUpdate)
            .where(
                ReceivedUpdate.place.in_(places),
                ReceivedUpdate.state == "waiting",
                _free(owner),
                or_(ReceivedUpdate.place == suspect, ~_suspect()),
            )
            .values(
                state="claimed",
                owner=owner,
                attempt=ReceivedUpdate.attempt + 1,
                changed_at=self._database.now(),
            )
            .returning(
                ReceivedUpdate.id,
                ReceivedUpdate.place,
                ReceivedUpdate.payload,
                ReceivedUpdate.attempt,
            )
            .execution_options(synchronize_session=False)
        )
        arrivals = [
            Arrival(row.id, row.place or 0, row.payload or "{}", row.attempt > SUSPECT)
            for row in claimed
        ]
        return sorted(arrivals, key=lambda arrival: arrival.id)


_NOTHING_KEPT: dict[str, None] = {"payload": None, "place": None, "owner": None}
"""Of what is settled only the number stays, so that it is known if it comes again."""


def _free(owner: str) -> ColumnElement[bool]:
    """Whether no other bot is at work in the place of an update."""
    other = aliased(ReceivedUpdate)
    return ~exists().where(
        other.place == ReceivedUpdate.place,
        other.state.in_(_HELD),
        other.owner != owner,
    )


def _suspect() -> ColumnElement[bool]:
    """Whether something waits in the place of an update that bots died over."""
    other = aliased(ReceivedUpdate)
    return exists().where(
        other.place == ReceivedUpdate.place,
        other.state == "waiting",
        other.attempt >= SUSPECT,
    )
