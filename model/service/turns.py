"""A turn of the poet's: what is done in it, and what becomes of the requests that had it.

Decides that a failure is its request's alone, what is measured, and when a request is answered;
whose turn it is, is left to the queue, and when, to the engine, in whose compute thread this runs.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from model.service.metrics import Metrics
from model.service.queue import Queue, Rate
from model.service.watch import Watch
from model.service.work import Job, Turn

if TYPE_CHECKING:
    from model.poet import Piece, Poet, Ranked


class Turns:
    """Does turns one after the other."""

    def __init__(
        self,
        changed: threading.Condition,
        queue: Queue,
        rate: Rate,
        metrics: Metrics,
        watch: Watch,
    ) -> None:
        """`changed` guards the queue and the rate; it is not held while the poet computes."""
        self._changed = changed
        self._queue = queue
        self._rate = rate
        self._metrics = metrics
        self._watch = watch
        self._turn: Turn | None = None
        self._since = 0.0

    @property
    def verses(self) -> int:
        """Verses of requests that are being written."""
        return self._turn.verses if self._turn and not self._turn.idle else 0

    @property
    def seconds(self) -> float:
        """Since the turn began; 0 between turns."""
        return time.monotonic() - self._since if self._turn else 0.0

    @property
    def idle(self) -> bool:
        """Whether what is being written is nobody's request."""
        return self._turn is not None and self._turn.idle

    def begin(self, turn: Turn) -> None:
        """It is their turn now; called under the lock."""
        self._turn, self._since = turn, time.monotonic()
        self._watch.begin(self._rate.seconds_for(turn.verses))
        if turn.begins:
            turn.begins.running = turn.verses
            if not turn.idle:
                self._metrics.queue_wait.observe(self._since - turn.begins.admitted)
        for job, _ in turn.pieces:
            job.running += 1
        self._metrics.running_verses.set(self.verses)
        self._queue.show()

    def end(self) -> None:
        """It is nobody's turn; called under the lock."""
        if self._turn:
            for job in self._turn.jobs:
                job.running = 0
        self._turn = None
        self._watch.end()
        self._metrics.running_verses.set(0)
        self._queue.show()

    def do(self, poet: Poet, turn: Turn) -> None:
        """Does a turn that has begun."""
        written = self._write(poet, turn) if turn.pieces else 0
        for job in turn.jobs:
            if not job.pieces:
                written += self._go_on(poet, job)
        seconds = self.seconds
        with self._changed:
            if not turn.idle:
                self._rate.add(written, seconds)
                if written:
                    self._metrics.batch_verses.observe(written)
                    self._queue.give(job for job, _ in turn.pieces)
            self.end()

    def _write(self, poet: Poet, turn: Turn) -> int:
        """Writes a batch, or if that fails, each request's part of it, so that the others have
        theirs; how many verses were written."""
        begun = time.monotonic()
        pieces = [piece for _, piece in turn.pieces]
        parts: dict[Job, list[Piece]] = {job: [] for job in turn.jobs}
        for job, piece in turn.pieces:
            parts[job].append(piece)
        found: dict[Job, list[Ranked]] = {job: [] for job in parts}
        try:
            together = poet.write(pieces, self._watch.beat)
            for (job, _), ranked in zip(turn.pieces, together, strict=True):
                found[job].append(ranked)
        except Exception:
            for job, part in parts.items():
                try:
                    found[job] = list(poet.write(part, self._watch.beat))
                except Exception as error:
                    found[job] = []
                    self._answer(job, None, error)
        seconds = time.monotonic() - begun
        for job, ranked_pieces in found.items():
            job.seconds += seconds
            job.written += ranked_pieces
            del job.pieces[: len(parts[job])]
            job.wrote = True
        return sum(map(len, found.values()))

    def _go_on(self, poet: Poet, job: Job) -> int:
        """Gives a plan what it asked for, until it asks for more or has its answer; how many verses
        it has written by itself."""
        if job.answered:
            return 0
        self._watch.beat()
        begun = time.monotonic()
        try:
            if job.plan is None:
                job.plan = job.work.plan(poet)
                job.pieces = list(next(job.plan))
            while not job.pieces:
                written, job.written = job.written, []
                job.pieces = list(job.plan.send(written))
        except StopIteration as end:
            job.seconds += time.monotonic() - begun
            self._answer(job, end.value, None)
            return 0 if job.wrote else job.work.verses
        except Exception as error:  # whatever it is, it is this request's alone
            job.seconds += time.monotonic() - begun
            self._answer(job, None, error)
            return 0
        job.seconds += time.monotonic() - begun
        return 0

    def _answer(self, job: Job, result: Any, error: Exception | None) -> None:
        job.answered = True
        if not job.idle:
            self._metrics.compute.observe(job.seconds)
        with self._changed:
            self._queue.drop(job)
        job.settle(result, error)
