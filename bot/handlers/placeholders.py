"""Messages in which a verse is to appear.

Decides that each is written once, however often somebody asks for it; what is written is left to
the handlers. After a restart nothing is known of them, and whoever asks begins anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

_KEPT = 4096
"""Messages remembered, the latest."""


class StillWriting(Exception):
    """Somebody has asked for it before."""


class AlreadyWritten(Exception):
    """It is there."""


class Placeholders:
    """Inline messages whose verse is being written, or was lately."""

    def __init__(self) -> None:
        self.chosen_is_told = False
        """Whether Telegram has told us of a choice so far."""
        self._written: OrderedDict[str, bool] = OrderedDict()

    @contextmanager
    def writing(self, inline_message_id: str) -> Iterator[None]:
        """Around the writing; what fails may be tried again.

        Raises StillWriting or AlreadyWritten before it begins.
        """
        known = self._written.get(inline_message_id)
        if known is not None:
            raise AlreadyWritten if known else StillWriting
        self._written[inline_message_id] = False
        try:
            yield
        except BaseException:
            del self._written[inline_message_id]
            raise
        self._written[inline_message_id] = True
        while len(self._written) > _KEPT:
            self._written.popitem(last=False)
