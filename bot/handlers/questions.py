"""Questions that people have not answered yet.

Decides how many are remembered, and that a person has one open question in a chat; an answer finds
its question without this, by the text it replies to, so that it does after a restart, too.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

KEPT = 4096
"""Open questions remembered, the latest."""


@dataclass(frozen=True)
class Question:
    """A message that asks."""

    message_id: int
    about: str = ""
    """What was given already, where the rest is asked for."""


class Questions:
    """The open question of each person in each chat."""

    def __init__(self, kept: int = KEPT) -> None:
        self._limit = kept
        self._open: OrderedDict[tuple[int, int], Question] = OrderedDict()

    def ask(self, chat_id: int, asked: int, question: Question) -> None:
        """Remembers a question instead of an earlier one."""
        self._open[chat_id, asked] = question
        self._open.move_to_end((chat_id, asked))
        while len(self._open) > self._limit:
            self._open.popitem(last=False)

    def take(self, chat_id: int, asked: int) -> Question | None:
        """The open question, which is open no more."""
        return self._open.pop((chat_id, asked), None)
