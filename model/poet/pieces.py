"""What a poet's work is made of: pieces, each one verse to be written among its candidates.

Decides how work is divided, so that whoever computes may put pieces of different requests into one
batch, and let others get in between; how a piece is written is left to `writing`, who waits for it
to the service.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence, Set
from dataclasses import dataclass
from typing import TypeVar

from model.poet.drafting import Wish
from model.verse import Form

_T = TypeVar("_T")


@dataclass(frozen=True)
class Piece:
    """A verse to be written as a wish says: of so many candidates that a seed gives."""

    wish: Wish
    seed: int
    rows: int

    @property
    def form(self) -> Form:
        """The form of the verse; pieces of one form may share a batch."""
        return self.wish.pattern.form


@dataclass(frozen=True)
class Candidate:
    """What might be the verse, and its score."""

    characters: str
    score: float


@dataclass(frozen=True)
class Ranked:
    """The candidates of a piece, the best one first."""

    candidates: tuple[Candidate, ...]

    def best(self, taken: Set[str] = frozenset()) -> Candidate:
        """The best one that is not taken; where all are, the best."""
        free = (one for one in self.candidates if one.characters not in taken)
        return next(free, self.candidates[0])


Plan = Generator[Sequence[Piece], Sequence[Ranked], _T]
"""Work on a request: asks for pieces of one form, is sent what was written, and returns the answer.
To end it early, close it."""


def carried_out(
    plan: Plan[_T], write: Callable[[Sequence[Piece]], Sequence[Ranked]], rows: int
) -> _T:
    """The answer of a plan that has the poet for itself, written as `batches` says."""
    written: list[Ranked] = []
    try:
        pieces = next(plan)
        while True:
            for batch in batches(pieces, rows):
                written += write(batch)
            pieces, written = plan.send(written), []
    except StopIteration as end:
        answer: _T = end.value
        return answer


def batches(pieces: Sequence[Piece], rows: int) -> list[list[Piece]]:
    """Pieces in their order, in batches of at most `rows` candidates (or of one piece)."""
    found: list[list[Piece]] = []
    room = 0
    for piece in pieces:
        if piece.rows > room:
            found.append([])
            room = rows
        found[-1].append(piece)
        room -= piece.rows
    return found
