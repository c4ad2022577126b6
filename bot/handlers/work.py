"""What the bot is at work on for people.

Decides that a person has one request at work at a time, and how it is stopped; what the work is,
and what is said about it, is left to the handlers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


class StillAtWork(Exception):
    """The person's last request is not done."""


class Stopped(Exception):
    """The person took the request back."""


@dataclass
class _Job:
    task: asyncio.Task[object]
    stopped: bool = False


class Work:
    """Requests at work, by who asked: a person, or a chat that speaks without one."""

    def __init__(self) -> None:
        self._jobs: dict[int, _Job] = {}

    @asynccontextmanager
    async def of(self, asker: int) -> AsyncIterator[None]:
        """Around the work. Raises StillAtWork before it begins, Stopped when it is stopped."""
        if asker in self._jobs:
            raise StillAtWork
        task = asyncio.current_task()
        assert task is not None, "work is done in a task"
        job = self._jobs[asker] = _Job(task)
        try:
            yield
        except asyncio.CancelledError:
            if not job.stopped:
                raise
            task.uncancel()
            raise Stopped from None
        finally:
            del self._jobs[asker]

    def stop(self, asker: int) -> bool:
        """Stops somebody's work; whether there was any."""
        job = self._jobs.get(asker)
        if job is None:
            return False
        if not job.stopped:
            job.stopped = True
            job.task.cancel()
        return True
