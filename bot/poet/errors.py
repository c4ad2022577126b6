"""What asking the poet can end in, other than verse.

Decides the two kinds a use case tells apart; what a person reads about them is left to the
handlers.
"""

from __future__ import annotations

from typing import Literal

from model.service.protocol import Problem

Reason = Literal["starting", "busy", "slow", "broken"]


class PoetUnavailable(Exception):
    """There is no answer now: the poet starts, is busy, took too long, or is broken."""

    def __init__(self, reason: Reason, retry_after: int | None = None) -> None:
        super().__init__(f"the poet is {reason}")
        self.reason: Reason = reason
        self.retry_after = retry_after
        """Seconds after which another try makes sense, where known."""


class PoetRefused(Exception):
    """The request itself is at fault; `problem.type` tells how, as in `model.service.protocol`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem
