"""The work that waits for the poet.

Decides how much of it may wait, how long it will, and whose turn is next; the thread that does the
work, and the lock under which all of this is called, are the engine's.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from model.service.work import Job, Turn

if TYPE_CHECKING:
    from prometheus_client import Gauge

LONGEST_RETRY_AFTER = 60


class Rate:
    """Verses a second, over the last dozen or so turns."""

    _KEEP = 0.9

    def __init__(self) -> None:
        self._verses = 0.0
        self._seconds = 0.0

    def add(self, verses: int, seconds: float) -> None:
        """So many verses took so long."""
        self._verses = self._verses * self._KEEP + verses
        self._seconds = self._seconds * self._KEEP + seconds

    def seconds_for(self, verses: int) -> float:
        """How long so many verses will take; 0 as long as nothing was measured."""
        return verses * self._seconds / self._verses if self._verses else 0.0


class Queue:
    """Requests that are not answered yet, bounded in verses, and idle work behind them.

    The turn is that of the caller to whom the fewest verses were given while it waited, then of
    the request that was admitted first: who asks for many waits for them, and nobody else does.
    """

    def __init__(self, capacity: int, rate: Rate, length: Gauge) -> None:
        """`length` shows how many verses of requests wait."""
        self._capacity = capacity
        self._rate = rate
        self._length = length
        self._requests: dict[Job, None] = {}  # in the order of their admission
        self._given: dict[str, int] = {}
        self._idle: deque[Job] = deque()

    @property
    def verses(self) -> int:
        """Verses of requests that wait."""
        return sum(job.waiting for job in self._requests)

    def put(self, job: Job) -> None:
        """Makes the job wait, however much does already."""
        if job.idle:
            self._idle.append(job)
            return
        # Who comes later was given nothing yet, and must not have all turns for that.
        self._given.setdefault(job.caller, min(self._given.values(), default=0))
        self._requests[job] = None
        self.show()

    def drop(self, job: Job) -> None:
        """The job is answered, or nobody waits for it; it may be gone already."""
        if job in self._idle:
            self._idle.remove(job)
        if job in self._requests:
            del self._requests[job]
            if all(other.caller != job.caller for other in self._requests):
                del self._given[job.caller]
            self.show()

    def next_turn(self, rows: int) -> Turn | None:
        """What to do next: to begin a request, or to write pieces of several that share a form, of
        at most `rows` candidates together (or one piece). None if nobody waits."""
        requests = [job for job in self._requests if job.wanted()]
        if not requests:
            return Turn.of_idle(self._idle[0], rows) if self._idle else None
        turn = Turn()
        given = dict(self._given)
        taken: dict[Job, int] = defaultdict(int)
        while fitting := [job for job in requests if turn.fits(job, taken[job], rows)]:
            # Python's min takes the first of equals: of one caller, the request that came first.
            job = min(fitting, key=lambda job: given[job.caller])
            if not job.begun:
                return Turn(begins=job)  # only then is it known what it asks for
            turn.add(job, job.pieces[taken[job]])
            taken[job] += 1
            given[job.caller] += 1
        return turn

    def give(self, jobs: Iterable[Job], verses: int = 1) -> None:
        """So many verses were written for each of these, who may be named several times."""
        for job in jobs:
            if job.caller in self._given:
                self._given[job.caller] += verses

    def clear(self) -> list[Job]:
        """Takes all there is."""
        jobs = [*self._requests, *self._idle]
        self._requests.clear()
        self._given.clear()
        self._idle.clear()
        self.show()
        return jobs

    def __iter__(self) -> Iterator[Job]:
        """The requests that are not answered yet."""
        return iter(self._requests)

    def retry_after(self, verses: int, caller: str, patience: float, running: int) -> int:
        """0 if so many verses may wait; else the whole seconds after which they could, by the
        measured rate.

        They may not if there is no room for them (a lone request finds room, however large it is),
        nor if what has its turn before them, of which `running` verses are being written, takes
        longer than the `patience` of their caller, in seconds.
        """
        waiting = self.verses
        excess = waiting + verses - self._capacity if waiting else 0
        until_room = self._rate.seconds_for(excess + running) if excess > 0 else 0.0
        ahead = self._rate.seconds_for(self._ahead_of(caller) + running)
        if excess <= 0 and ahead <= patience:
            return 0
        return min(max(1, math.ceil(max(until_room, ahead - patience))), LONGEST_RETRY_AFTER)

    def show(self) -> None:
        """Brings the gauge up to date."""
        self._length.set(self.verses)

    def _ahead_of(self, caller: str) -> int:
        """Verses that have their turn before a new request of a caller: its own, and of each other
        caller as many, and one."""
        waiting: dict[str, int] = defaultdict(int)
        for job in self._requests:
            waiting[job.caller] += job.waiting
        own = waiting.pop(caller, 0)
        return own + sum(min(verses, own + 1) for verses in waiting.values())
