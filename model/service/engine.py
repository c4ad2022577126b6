"""The compute thread, in which the poet lives.

Decides what is admitted, and whether the worker is live and ready; whose turn it is among what
waits is left to `queue`, what a piece of work does with the poet to `operations`, HTTP to `app`.
"""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from model.service.errors import Busy, ComputeDied, DeadlinePassed, NotReady
from model.service.metrics import Metrics
from model.service.queue import Job, Queue, Rate, Work

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


class Phase(StrEnum):
    """Where an engine stands in its life; it only ever moves down this list."""

    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"
    DEAD = "dead"


class Engine:
    """Loads a poet in a thread of its own and lets it do one piece of work after the other.

    `run` and `run_when_idle` are called on an event loop; `load` and every `Work.call` run in the
    compute thread only.
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
        self._stuck_after = stuck_after
        self._changed = threading.Condition()
        self._phase = Phase.STARTING
        self._rate = Rate()
        self._queue = Queue(capacity, self._rate, self.metrics.queue_verses)
        self._running: Job | None = None
        self._running_since = 0.0
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

    def require(self, deadline: float) -> None:
        """Raises NotReady or DeadlinePassed, and counts it, where a request with that deadline, a
        time of `time.monotonic`, comes too early or too late for any answer."""
        with self._changed:
            if self._phase is not Phase.READY:
                self.metrics.rejected.labels(self._phase).inc()
                raise self.not_ready()
            if deadline <= time.monotonic():
                self.metrics.expired.inc()
                raise DeadlinePassed

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

    async def run_when_idle(self, work: Work[_T]) -> _T:
        """The result of work that nobody asked for: it waits until no request does, has no
        deadline, and counts in no limit and no rate.

        Raises NotReady, as well when the engine drains before it began, or what its call raises.
        """
        with self._changed:
            if self._phase is not Phase.READY:
                raise self.not_ready()
            job = self._put(work, math.inf, idle=True)
        try:
            result: _T = await job.answer
            return result
        finally:
            self._abandon(job)

    async def drain(self) -> None:
        """Admits no more work and returns when all that was asked for is answered; a load or idle
        work that is in progress then is not waited for."""
        with self._changed:
            starting = self._phase is Phase.STARTING
            idle = self._running is not None and self._running.idle and not self._queue.verses
            if self._phase is not Phase.DEAD:
                self._enter(Phase.DRAINING)
            self._changed.notify_all()
        if not (starting or idle):
            await asyncio.shield(asyncio.wrap_future(self._ended))

    def join(self, timeout: float) -> bool:
        """Whether the compute thread has ended, or did within `timeout` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # On the event loop

    def _admit(self, work: Work[Any], deadline: float) -> Job:
        with self._changed:
            self.require(deadline)
            running = self._running.work.verses if self._running and not self._running.idle else 0
            patience = deadline - time.monotonic()
            if retry_after := self._queue.retry_after(work.verses, patience, running):
                self.metrics.rejected.labels("busy").inc()
                raise Busy(retry_after)
            return self._put(work, deadline)

    def _abandon(self, job: Job) -> None:
        """Nobody waits for this job any more."""
        job.answer.cancel()
        with self._changed:
            self._queue.drop(job)

    # Under the lock

    def _put(self, work: Work[Any], deadline: float, *, idle: bool = False) -> Job:
        answer = asyncio.get_running_loop().create_future()
        job = Job(work, deadline, time.monotonic(), answer, idle)
        self._queue.put(job)
        self._changed.notify_all()
        return job

    def _stuck(self) -> bool:
        if self._running is None:
            return False
        expected = self._rate.seconds_for(self._running.work.verses)
        limit = max(self._stuck_after, 10 * expected)
        return time.monotonic() - self._running_since > limit

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self.metrics.ready.set(phase is Phase.READY)

    def _turn_to(self, job: Job | None) -> None:
        self._running, self._running_since = job, time.monotonic()
        request = job if job and not job.idle else None
        self.metrics.running_verses.set(request.work.verses if request else 0)
        if request:
            self.metrics.queue_wait.observe(self._running_since - request.admitted)

    # In the compute thread

    def _main(self) -> None:
        try:
            poet = self._prepare()
            while (job := self._take()) is not None:
                self._compute(poet, job)
            self._lose_all(self.not_ready())
        except BaseException as error:
            with self._changed:
                self._enter(Phase.DEAD)
            self._lose_all(ComputeDied())
            if not self.loaded.done():
                self.loaded.set_exception(error)
            else:
                _log.critical("the compute thread died", exc_info=error)
        finally:
            self._ended.set_result(None)

    def _prepare(self) -> Poet:
        """Loads the poet and has it write a verse, and one more for the rate."""
        poet = self._load()
        # The first one pays for what torch sets up lazily. Of the first form alone: the others add
        # little to that, and a worker that is ready later serves nobody.
        poet.compose(poet.forms[0], seed=0)
        begun = time.monotonic()
        poet.compose(poet.forms[0], seed=0)
        self._rate.add(1, time.monotonic() - begun)
        self.metrics.model.labels(poet.label, poet.digest, poet.device).set(1)
        with self._changed:
            if self._phase is Phase.STARTING:
                self._enter(Phase.READY)
            self.loaded.set_result(poet)
        return poet

    def _take(self) -> Job | None:
        """The next job somebody waits for; None when the engine has drained."""
        with self._changed:
            while True:
                job = self._queue.next_request()
                if job is None and self._phase is Phase.DRAINING:
                    return None
                if job := job or self._queue.next_idle():
                    self._turn_to(job)
                    return job
                self._changed.wait()

    def _compute(self, poet: Poet, job: Job) -> None:
        result: Any = None
        failure: Exception | None = None
        begun = time.monotonic()
        try:
            result = job.work.call(poet, job.wanted)
        except Exception as error:  # whatever it is, it is this request's alone
            failure = error
        seconds = time.monotonic() - begun
        if not job.idle:
            self.metrics.compute.observe(seconds)
            self.metrics.batch_verses.observe(job.work.verses)
        with self._changed:
            self._turn_to(None)
            if failure is None and not job.idle:
                self._rate.add(job.work.verses, seconds)
        if failure is None or job.wanted():  # else its caller notices by itself
            job.settle(result, failure)

    def _lose_all(self, error: Exception) -> None:
        """Nothing of what waits or runs comes to an end."""
        with self._changed:
            lost = [*self._queue.clear(), *([self._running] if self._running else [])]
            self._turn_to(None)
        for job in lost:
            job.settle(None, error)
