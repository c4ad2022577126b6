"""The work that waits for the poet.

Decides how much of it may wait, how long it will, and whose turn is next; the thread that does the
work, and the lock under which all of this is called, are the engine's.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from prometheus_client import Gauge

    from model.poet import Poet

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

LONGEST_RETRY_AFTER = 60

Wanted = Callable[[], bool]
"""Whether somebody still waits for the answer; may be asked in any thread."""


@dataclass(frozen=True)
class Work(Generic[_T]):
    """What to ask of the poet, and how many verses of writing that is.

    `call` may ask between verses whether to go on, and raise whatever it likes if not.
    """

    verses: int
    call: Callable[[Poet, Wanted], _T]


@dataclass(eq=False)
class Job:
    """Work and whoever waits for it on an event loop; the times are of `time.monotonic`."""

    work: Work[Any]
    deadline: float
    admitted: float
    answer: asyncio.Future[Any]
    idle: bool = False
    """Nobody asked for it: it has its turn when no request waits."""

    def wanted(self) -> bool:
        """Whether somebody still waits, as the work may ask."""
        return time.monotonic() < self.deadline and not self.answer.cancelled()

    def settle(self, result: Any, error: BaseException | None) -> None:
        """Hands the outcome to whoever waits; called in the compute thread."""
        try:
            self.answer.get_loop().call_soon_threadsafe(self._settle, result, error)
        except RuntimeError:  # the loop is closed: nobody is left to tell
            _log.debug("an answer came after the loop had closed")

    def _settle(self, result: Any, error: BaseException | None) -> None:
        if self.answer.done():
            return
        if error is None:
            self.answer.set_result(result)
        else:
            self.answer.set_exception(error)


class Rate:
    """Verses a second, over the last dozen or so requests."""

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
    """Requests in the order of their admission, bounded in verses, and idle work behind them."""

    def __init__(self, capacity: int, rate: Rate, length: Gauge) -> None:
        """`length` shows how many verses of requests wait."""
        self._capacity = capacity
        self._rate = rate
        self._length = length
        self._requests: deque[Job] = deque()
        self._verses = 0
        self._idle: deque[Job] = deque()

    @property
    def verses(self) -> int:
        """Verses of requests that wait."""
        return self._verses

    def put(self, job: Job) -> None:
        """Makes the job wait, however much does already."""
        if job.idle:
            self._idle.append(job)
        else:
            self._requests.append(job)
            self._count(job.work.verses)

    def drop(self, job: Job) -> None:
        """The job waits no more, if it still did."""
        if job in self._idle:
            self._idle.remove(job)
        if job in self._requests:
            self._requests.remove(job)
            self._count(-job.work.verses)

    def next_request(self) -> Job | None:
        """Takes the next request that somebody waits for; the others notice by themselves."""
        while self._requests:
            job = self._requests.popleft()
            self._count(-job.work.verses)
            if job.wanted():
                return job
        return None

    def next_idle(self) -> Job | None:
        """Takes the next idle job."""
        return self._idle.popleft() if self._idle else None

    def clear(self) -> list[Job]:
        """Takes all that waits."""
        jobs = [*self._requests, *self._idle]
        self._requests.clear()
        self._idle.clear()
        self._count(-self._verses)
        return jobs

    def retry_after(self, verses: int, patience: float, running: int) -> int:
        """0 if so many verses may wait; else the whole seconds after which they could, by the
        measured rate.

        They may not if there is no room for them (a lone request finds room, however large it is),
        nor if the requests before them, of which `running` verses are being written, take longer
        than the `patience` of their caller, in seconds.
        """
        excess = self._verses + verses - self._capacity if self._requests else 0
        until_room = self._rate.seconds_for(excess + running) if excess > 0 else 0.0
        ahead = self._rate.seconds_for(self._verses + running)
        if excess <= 0 and ahead <= patience:
            return 0
        return min(max(1, math.ceil(max(until_room, ahead - patience))), LONGEST_RETRY_AFTER)

    def _count(self, change: int) -> None:
        self._verses += change
        self._length.set(self._verses)
