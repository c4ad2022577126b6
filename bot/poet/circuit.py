"""A circuit breaker: spares callers the wait for a worker that does not answer.

Decides after how many failures in a row to stop asking, and for how long; what counts as a failure
is told by the exceptions the guarded block raises.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from bot.poet.errors import PoetUnavailable

FAILURES = 4
"""Failures in a row that open the circuit."""
PAUSE = 5.0
"""Seconds for which it stays open; then one caller may try."""


class Circuit:
    """Open after failures in a row; one success closes it.

    A failure is silence (no connection, or no answer in time): whatever answers, were it with an
    error, is alive.
    """

    def __init__(self, *, failures: int = FAILURES, pause: float = PAUSE) -> None:
        self._limit = failures
        self._pause = pause
        self._failures = 0
        self._open_until = 0.0
        self._trying = False

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Around one request. Raises PoetUnavailable at once while the circuit is open."""
        trial = self._admit()
        try:
            yield
        except (httpx.TransportError, TimeoutError):
            self._failures += 1
            if trial or self._failures >= self._limit:
                self._open_until = time.monotonic() + self._pause
            raise
        else:
            self._failures = 0
        finally:
            if trial:
                self._trying = False

    def _admit(self) -> bool:
        """Whether this request is the one that tries an open circuit."""
        if self._failures < self._limit:
            return False
        wait = self._open_until - time.monotonic()
        if wait > 0 or self._trying:
            raise PoetUnavailable("broken", max(1, math.ceil(wait)))
        self._trying = True
        return True
