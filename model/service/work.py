"""What is asked of the poet, who waits for it, and a turn of the poet's.

Decides how work is divided into turns; whose turn it is, is left to the queue, and what is done in
one to the engine.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from model.poet import Piece, Plan, Poet, Ranked
    from model.verse import Form

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_numbers = itertools.count()


@dataclass(frozen=True)
class Work(Generic[_T]):
    """What to ask of the poet, of which form it is, and how many verses of writing that is."""

    verses: int
    form: Form
    plan: Callable[[Poet], Plan[_T]]


def lone_caller() -> str:
    """The name of a caller who gave none: nobody else's."""
    return f"request {next(_numbers)}"


@dataclass(eq=False)
class Job:
    """Work and whoever waits for it on an event loop; the times are of `time.monotonic`."""

    work: Work[Any]
    caller: str
    deadline: float
    admitted: float
    answer: asyncio.Future[Any]
    idle: bool = False
    """Nobody asked for it: it has its turn when no request waits."""

    plan: Plan[Any] | None = None
    pieces: list[Piece] = field(default_factory=list)
    """What the plan asks for and is not written yet, in order."""
    written: list[Ranked] = field(default_factory=list)
    seconds: float = 0.0
    """That the poet has spent on it."""
    wrote: bool = False
    """Whether the plan has asked for anything."""
    answered: bool = False
    running: int = 0
    """Verses that are being written now."""

    @property
    def begun(self) -> bool:
        """Whether the poet has turned to it."""
        return self.plan is not None

    @property
    def waiting(self) -> int:
        """Verses that are neither written nor being written."""
        return max(0, (len(self.pieces) if self.begun else self.work.verses) - self.running)

    def wanted(self) -> bool:
        """Whether somebody still waits."""
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


@dataclass
class Turn:
    """What the poet does until others have their turn: begins one job, or writes a batch."""

    begins: Job | None = None
    pieces: list[tuple[Job, Piece]] = field(default_factory=list)
    _rows: int = 0

    @classmethod
    def of_idle(cls, job: Job, rows: int) -> Turn:
        """The next turn of a job that nobody asked for."""
        if not job.begun:
            return cls(begins=job)
        turn = cls()
        for i, piece in enumerate(job.pieces):
            if not turn.fits(job, i, rows):
                break
            turn.add(job, piece)
        return turn

    @property
    def jobs(self) -> list[Job]:
        """Whose turn it is, each once."""
        found = [self.begins] if self.begins else [job for job, _ in self.pieces]
        return list(dict.fromkeys(found))

    @property
    def idle(self) -> bool:
        """Whether nobody asked for any of it."""
        return all(job.idle for job in self.jobs)

    @property
    def verses(self) -> int:
        """How many are written in it, as far as is known."""
        return self.begins.work.verses if self.begins else len(self.pieces)

    def fits(self, job: Job, taken: int, rows: int) -> bool:
        """Whether the next piece of a job of which so many are taken may share this batch; what has
        not begun may have one that does."""
        if self.pieces and self.pieces[0][0].work.form is not job.work.form:
            return False
        if not job.begun:
            return self._rows < rows or not self.pieces
        if taken >= len(job.pieces):
            return False
        return not self.pieces or self._rows + job.pieces[taken].rows <= rows

    def add(self, job: Job, piece: Piece) -> None:
        """Has a piece written too."""
        self.pieces.append((job, piece))
        self._rows += piece.rows
