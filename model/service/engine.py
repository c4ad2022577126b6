"""The compute thread, in which the poet lives.

Decides what is admitted, and whether the worker is live and ready; whose turn it is among what
waits is left to `queue`, what is done in one to `turns`, when it is stuck to `watch`, what a
request asks of the poet to `operations`, HTTP to `app`.
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
from model.service.queue import Queue, Rate
from model.service.turns import Turns
from model.service.watch import STUCK_AFTER, Watch
from model.service.work import Job, Turn, Work, lone_caller

if TYPE_CHECKING:
    from model.poet import Poet

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

CAPACITY = 256
"""Verses that may wait; four of the largest requests."""
STARTING_RETRY_AFTER = 2
DRAINING_RETRY_AFTER = 5


class Phase(StrEnum):
    """Where an engine stands in its life; it only ever moves down this list."""

    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"
    DEAD = "dead"


class Engine:
    """Loads a poet in a thread of its own and lets those who wait for it have turns.

    `run` and `run_when_idle` are called on an event loop; `load` and the plan of every `Work` run
    in the compute thread only.
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
        self._changed = threading.Condition()
        self._phase = Phase.STARTING
        self._rate = Rate()
        self._queue = Queue(capacity, self._rate, self.metrics.queue_verses)
        self._watch = Watch(stuck_after)
        self._turns = Turns(self._changed, self._queue, self._rate, self.metrics, self._watch)
        self._ended: Future[None] = Future()
        self._thread = threading.Thread(target=self._main, name="compute", daemon=True)

    @property
    def phase(self) -> Phase:
        """Where the engine stands in its life."""
        return self._phase

    @property
    def live(self) -> bool:
        """Whether the compute thread works, or could; a dead or stuck one does not come back."""
        return self._phase is not Phase.DEAD and not self._watch.stuck

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

    async def run(self, work: Work[_T], *, deadline: float, caller: str | None = None) -> _T:
        """The result of the work; raises what its plan raises.

        `deadline` is a time of `time.monotonic`; callers have turns by turns, and who gives no name
        is a caller of his own. Raises Busy, NotReady or DeadlinePassed; a deadline that passes or a
        cancellation while work waits keeps it, or the rest of it, from the poet.
        """
        job = self._admit(work, deadline, caller or lone_caller())
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
            job = self._put(work, lone_caller(), math.inf, idle=True)
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
            idle = self._turns.idle and not any(True for _ in self._queue)
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

    def _admit(self, work: Work[Any], deadline: float, caller: str) -> Job:
        with self._changed:
            self.require(deadline)
            patience, running = deadline - time.monotonic(), self._turns.verses
            if retry_after := self._queue.retry_after(work.verses, caller, patience, running):
                self.metrics.rejected.labels("busy").inc()
                raise Busy(retry_after)
            return self._put(work, caller, deadline)

    def _abandon(self, job: Job) -> None:
        """Nobody waits for this job any more."""
        job.answer.cancel()
        with self._changed:
            self._queue.drop(job)

    # Under the lock

    def _put(self, work: Work[Any], caller: str, deadline: float, *, idle: bool = False) -> Job:
        answer = asyncio.get_running_loop().create_future()
        job = Job(work, caller, deadline, time.monotonic(), answer, idle)
        self._queue.put(job)
        self._changed.notify_all()
        return job

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self.metrics.ready.set(phase is Phase.READY)

    # In the compute thread

    def _main(self) -> None:
        try:
            self._watch.start()
            poet = self._prepare()
            while (turn := self._take(poet.rows)) is not None:
                self._turns.do(poet, turn)
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
            self._watch.stop()
            self._ended.set_result(None)

    def _prepare(self) -> Poet:
        """Loads the poet and has it write its first verse."""
        poet = self._load()
        # Of the first form alone: the others add little to what torch sets up lazily, and a worker
        # that is ready later serves nobody.
        learnt = poet.warm_up()
        if not learnt.shares:
            _log.warning("verse depends on its company here, so that each is written alone")
        self._rate.add(1, learnt.seconds)
        self.metrics.model.labels(poet.label, poet.digest, poet.device).set(1)
        with self._changed:
            if self._phase is Phase.STARTING:
                self._enter(Phase.READY)
            self.loaded.set_result(poet)
        return poet

    def _take(self, rows: int) -> Turn | None:
        """The next turn of somebody who waits; None when the engine has drained."""
        with self._changed:
            while True:
                turn = self._queue.next_turn(rows)
                if self._phase is Phase.DRAINING and (turn is None or turn.idle):
                    return None
                if turn is not None:
                    self._turns.begin(turn)
                    return turn
                self._changed.wait()

    def _lose_all(self, error: Exception) -> None:
        """Nothing of what waits or runs comes to an end."""
        with self._changed:
            self._turns.end()
            lost = self._queue.clear()
        for job in lost:
            job.settle(None, error)
