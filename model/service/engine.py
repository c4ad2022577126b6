"""The compute thread and the queue before it.

Decides what is admitted, what is still worth computing, in which order, and whether the worker is
live and ready; what a piece of work does with the poet is left to `operations`, HTTP to `app`.
"""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from model.service.metrics import Metrics

if TYPE_CHECKING:
    from model.poet import Poet

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

CAPACITY = 256
"""Verses that may wait; four of the largest requests."""
STUCK_AFTER = 60.0
"""Seconds in one call of the poet after which the worker no longer counts as live, unless the
measured rate makes ten times as long a call of it."""
STARTING_RETRY_AFTER = 2
DRAINING_RETRY_AFTER = 5
LONGEST_RETRY_AFTER = 60


class Busy(Exception):
    """The queue has no room for that many verses, or they would not be begun in time."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("more verses are asked for than can be written now")
        self.retry_after = retry_after


class NotReady(Exception):
    """The worker is starting, draining or dead; `str()` says which."""

    def __init__(self, why: str, retry_after: int) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class DeadlinePassed(Exception):
    """The caller's deadline passed before there was an answer."""

    def __init__(self) -> None:
        super().__init__("the deadline passed before the verse was written")


class ComputeDied(Exception):
    """The compute thread ended while the request was with it."""

    def __init__(self) -> None:
        super().__init__("the compute thread died")


@dataclass(frozen=True)
class Work(Generic[_T]):
    """What to ask of the poet, and how many verses of writing that is."""

    verses: int
    call: Callable[[Poet], _T]


class Phase(StrEnum):
    """Where an engine stands in its life; it only ever moves down this list."""

    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"
    DEAD = "dead"


@dataclass(eq=False)
class _Job:
    work: Work[Any]
    deadline: float
    admitted: float
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any]

    def settle(self, result: Any, error: BaseException | None) -> None:
        """Hands the outcome to the waiting caller; called in the compute thread."""
        try:
            self.loop.call_soon_threadsafe(self._settle, result, error)
        except RuntimeError:  # the loop is closed: nobody is left to tell
            _log.debug("an answer came after the loop had closed")

    def _settle(self, result: Any, error: BaseException | None) -> None:
        if self.answer.done():
            return
        if error is None:
            self.answer.set_result(result)
        else:
            self.answer.set_exception(error)


class _Rate:
    """Verses a second, over the last dozen or so calls."""

    _KEEP = 0.9

    def __init__(self) -> None:
        self._verses = 0.0
        self._seconds = 0.0

    def add(self, verses: int, seconds: float) -> None:
        self._verses = self._verses * self._KEEP + verses
        self._seconds = self._seconds * self._KEEP + seconds

    def seconds_for(self, verses: int) -> float:
        return verses * self._seconds / self._verses if self._verses else 0.0


class Engine:
    """Loads a poet in a thread of its own and lets it do one piece of work after the other.

    `run` is called on an event loop; `load` and every `Work.call` run in the compute thread only.
    """

    def __init__(
        self,
        load: Callable[[], Poet],
        *,
        metrics: Metrics | None = None,
        capacity: int = CAPACITY,
        stuck_after: float = STUCK_AFTER,
    ) -> None:
        self.metrics = metrics or Metrics()
        self.loaded: Future[Poet] = Future()
        """Done when the first verse was written, or with the error that prevented it."""
        # Whoever stops waiting for it, as a worker that leaves does, must not cancel it.
        self.loaded.set_running_or_notify_cancel()
        self._load = load
        self._capacity = capacity
        self._stuck_after = stuck_after
        self._changed = threading.Condition()
        self._phase = Phase.STARTING
        self._waiting: deque[_Job] = deque()
        self._waiting_verses = 0
        self._running: _Job | None = None
        self._running_since = 0.0
        self._rate = _Rate()
        self._ended: Future[None] = Future()
        self._thread = threading.Thread(target=self._main, name="compute", daemon=True)

    @property
    def phase(self) -> Phase:
        """Where the engine stands in its life."""
        return self._phase

    @property
    def live(self) -> bool:
        """Whether the compute thread works, or could; a dead or stuck one does not come back."""
        with self._changed:
            return self._phase is not Phase.DEAD and not self._stuck()

    @property
    def ready(self) -> bool:
        """Whether work is admitted, as long as there is room."""
        with self._changed:
            return self._phase is Phase.READY

    @property
    def poet(self) -> Poet:
        """The loaded poet. Raises NotReady while there is none."""
        if not self.loaded.done() or self.loaded.exception() is not None:
            raise self.not_ready()
        return self.loaded.result()

    def not_ready(self) -> NotReady:
        """Why the engine admits no work."""
        match self._phase:
            case Phase.STARTING | Phase.READY:
                return NotReady("the poet is being loaded", STARTING_RETRY_AFTER)
            case Phase.DRAINING:
                return NotReady("the worker is shutting down", DRAINING_RETRY_AFTER)
            case Phase.DEAD:
                return NotReady("the poet cannot be reached", DRAINING_RETRY_AFTER)

    def start(self) -> None:
        """Begins to load the poet; returns at once."""
        self._thread.start()

    async def run(self, work: Work[_T], *, deadline: float) -> _T:
        """The result of the work; raises what its call raises.

        `deadline` is a time of `time.monotonic`. Raises Busy, NotReady or DeadlinePassed; a
        deadline that passes or a cancellation while the work waits keeps it from the poet.
        """
        job = self._admit(work, deadline)
        try:
            await asyncio.wait({job.answer}, timeout=max(0.0, deadline - time.monotonic()))
        except asyncio.CancelledError:
            self._abandon(job)
            self.metrics.cancelled.inc()
            raise
        if not job.answer.done():
            self._abandon(job)
            self.metrics.expired.inc()
            raise DeadlinePassed
        result: _T = job.answer.result()
        return result

    async def drain(self) -> None:
        """Admits no more work and returns when all that was admitted is answered."""
        with self._changed:
            starting = self._phase is Phase.STARTING
            if self._phase is not Phase.DEAD:
                self._enter(Phase.DRAINING)
            self._changed.notify_all()
        if not starting:
            await asyncio.shield(asyncio.wrap_future(self._ended))

    def join(self, timeout: float) -> bool:
        """Whether the compute thread has ended, or did within `timeout` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # On the event loop

    def _admit(self, work: Work[_T], deadline: float) -> _Job:
        now = time.monotonic()
        loop = asyncio.get_running_loop()
        with self._changed:
            if self._phase is not Phase.READY:
                self.metrics.rejected.labels(self._phase).inc()
                raise self.not_ready()
            if deadline <= now:
                self.metrics.expired.inc()
                raise DeadlinePassed
            if retry_after := self._retry_after(work.verses, deadline - now):
                self.metrics.rejected.labels("busy").inc()
                raise Busy(retry_after)
            job = _Job(work, deadline, now, loop, loop.create_future())
            self._waiting.append(job)
            self._count_waiting(work.verses)
            self._changed.notify_all()
            return job

    def _abandon(self, job: _Job) -> None:
        """Nobody waits for this job any more."""
        job.answer.cancel()
        with self._changed:
            if job in self._waiting:
                self._waiting.remove(job)
                self._count_waiting(-job.work.verses)

    # Under the lock

    def _retry_after(self, verses: int, patience: float) -> int:
        """0 if so many verses may wait; else the whole seconds after which they could, by the
        measured rate.

        They may not if the queue has no room for them (a lone request finds room, however large it
        is), nor if what stands before them takes longer than their caller's patience.
        """
        running = self._running.work.verses if self._running else 0
        excess = self._waiting_verses + verses - self._capacity if self._waiting else 0
        until_room = self._rate.seconds_for(excess + running) if excess > 0 else 0.0
        ahead = self._rate.seconds_for(self._waiting_verses + running)
        if excess <= 0 and ahead <= patience:
            return 0
        return min(max(1, math.ceil(max(until_room, ahead - patience))), LONGEST_RETRY_AFTER)

    def _stuck(self) -> bool:
        if self._running is None:
            return False
        expected = self._rate.seconds_for(self._running.work.verses)
        limit = max(self._stuck_after, 10 * expected)
        return time.monotonic() - self._running_since > limit

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self.metrics.ready.set(phase is Phase.READY)

    def _count_waiting(self, change: int) -> None:
        self._waiting_verses += change
        self.metrics.queue_verses.set(self._waiting_verses)

    # In the compute thread

    def _main(self) -> None:
        try:
            poet = self._prepare()
            while (job := self._take()) is not None:
                self._compute(poet, job)
        except BaseException as error:
            self._die()
            if not self.loaded.done():
                self.loaded.set_exception(error)
            else:
                _log.critical("the compute thread died", exc_info=error)
        finally:
            self._ended.set_result(None)

    def _prepare(self) -> Poet:
        """Loads the poet and has it write a verse, and one more for the rate."""
        poet = self._load()
        poet.compose(poet.forms[0], seed=0)  # the first one pays for what torch sets up lazily
        begun = time.monotonic()
        poet.compose(poet.forms[0], seed=0)
        self._rate.add(1, time.monotonic() - begun)
        self.metrics.model.labels(poet.label, poet.device).set(1)
        with self._changed:
            if self._phase is Phase.STARTING:
                self._enter(Phase.READY)
            self.loaded.set_result(poet)
        return poet

    def _take(self) -> _Job | None:
        """The next job somebody waits for; None when the engine has drained."""
        with self._changed:
            while True:
                while self._waiting:
                    job = self._waiting.popleft()
                    self._count_waiting(-job.work.verses)
                    now = time.monotonic()
                    if job.deadline <= now or job.answer.cancelled():
                        continue  # its caller notices by itself
                    self.metrics.queue_wait.observe(now - job.admitted)
                    self.metrics.running_verses.set(job.work.verses)
                    self._running, self._running_since = job, now
                    return job
                if self._phase is Phase.DRAINING:
                    return None
                self._changed.wait()

    def _compute(self, poet: Poet, job: _Job) -> None:
        result: Any = None
        failure: Exception | None = None
        begun = time.monotonic()
        try:
            result = job.work.call(poet)
        except Exception as error:  # whatever it is, it is this request's alone
            failure = error
        seconds = time.monotonic() - begun
        self.metrics.compute.observe(seconds)
        with self._changed:
            self._running = None
            self.metrics.running_verses.set(0)
            if failure is None:
                self._rate.add(job.work.verses, seconds)
        job.settle(result, failure)

    def _die(self) -> None:
        with self._changed:
            self._enter(Phase.DEAD)
            lost = [*self._waiting, *([self._running] if self._running else [])]
            self._waiting.clear()
            self._count_waiting(-self._waiting_verses)
            self._running = None
            self.metrics.running_verses.set(0)
        for job in lost:
            job.settle(None, ComputeDied())
