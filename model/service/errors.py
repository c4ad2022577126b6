"""What a worker answers where it has no verse to give.

Decides which kinds there are and what each carries; how each is told over HTTP is left to
`problems`.
"""

from __future__ import annotations


class Busy(Exception):
    """The queue has no room for that many verses, or they would not be begun in time."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("more verses are asked for than can be written now")
        self.retry_after = retry_after


class OverQuota(Exception):
    """The caller has asked for more verses than are one's share."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("you have asked for more verses than are one caller's share")
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
