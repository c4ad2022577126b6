"""Whether the compute thread gets on with its work.

Decides when it counts as stuck: after some seconds without a sign of progress in which it could
have computed. What follows from that is the engine's; signs are given by whoever does the work.

A thread that computes on a starved machine shows progress as seldom as one that is stuck. So it
counts what the thread computed, and what it slept, but not what it waited for a core, which the
kernel tells; and of sleep no more than was between two looks that came in time, for where looks
come late the whole process was kept from its work.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

STUCK_AFTER = 3.5
"""Seconds; with what lies between two looks and between two questions, a hang is noticed in 5."""
_EVERY = 0.25
_BLINDLY = 4
"""So many times as long is waited where no kernel tells what a thread waited for."""
_NANOSECONDS = 1e9


@dataclass(frozen=True)
class Spent:
    """What a thread did with some time; what is left of it, the thread slept."""

    computed: float
    waited: float
    """For a core, in waits that are over."""
    waits: bool = False
    """Whether it computes or waits for a core now."""


class Watch:
    """Watches one thread, from one of its own. The thread under watch calls `start`, then `begin`,
    `beat` and `end` around each piece of work, and `stop`; anybody may ask whether it is stuck."""

    def __init__(self, patience: float = STUCK_AFTER) -> None:
        self._patience = patience
        self._every = min(_EVERY, patience / 8)
        self._blind = False
        self._signs = 0
        self._usual: float | None = None
        self._lost = (0, 0.0)
        """After which sign, and how many seconds; of the watching thread alone."""
        self._stopped = threading.Event()

    @property
    def stuck(self) -> bool:
        """Whether the thread is at work and has not got on for too long."""
        signs, seconds = self._lost
        usual = self._usual
        if usual is None or signs != self._signs:
            return False
        return seconds > max(self._patience * (_BLINDLY if self._blind else 1), usual)

    def begin(self, usual: float) -> None:
        """Work begins that usually takes so many seconds as a whole; less is never called stuck."""
        self._usual = usual
        self._signs += 1

    def beat(self) -> None:
        """A sign of progress."""
        self._signs += 1

    def end(self) -> None:
        """The thread has nothing to do."""
        self._usual = None
        self._signs += 1

    def start(self) -> None:
        """Watches the thread that calls this."""
        watched = threading.get_native_id()
        threading.Thread(target=self._follow, args=(watched,), name="watch", daemon=True).start()

    def stop(self) -> None:
        """Watches no more."""
        self._stopped.set()

    def look(self, elapsed: float, spent: Spent | None) -> None:
        """What was seen since the last look: so many seconds passed, and what the thread did with
        them; None where nobody knows."""
        self._blind = spent is None
        signs, seconds = self._lost
        if self._usual is None or signs != self._signs:
            self._lost = self._signs, 0.0
        else:
            self._lost = signs, seconds + self._counts(elapsed, spent)

    def _counts(self, elapsed: float, spent: Spent | None) -> float:
        if spent is None:
            return min(elapsed, self._every)
        if spent.waits:
            return spent.computed
        asleep = max(0.0, elapsed - spent.computed - spent.waited)
        return spent.computed + min(asleep, self._every)

    def _follow(self, watched: int) -> None:
        then, before = time.monotonic(), _spent(watched)
        while not self._stopped.wait(self._every):
            now, after = time.monotonic(), _spent(watched)
            self.look(now - then, _between(before, after))
            then, before = now, after


def _between(before: Spent | None, after: Spent | None) -> Spent | None:
    if before is None or after is None:
        return None
    computed, waited = after.computed - before.computed, after.waited - before.waited
    return Spent(computed, waited, after.waits)


def _spent(thread: int) -> Spent | None:
    """What a thread of this process did so far."""
    place = Path(f"/proc/self/task/{thread}")
    try:
        computed, waited, _ = (place / "schedstat").read_text().split()
        state = (place / "stat").read_text().rpartition(")")[2].split()[0]
        return Spent(int(computed) / _NANOSECONDS, int(waited) / _NANOSECONDS, state == "R")
    except (OSError, ValueError, IndexError):  # not Linux, or one that does not count
        return None
