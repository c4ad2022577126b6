"""The queue of updates for the bot.

Decides which updates are kept, when one is acknowledged and who may fetch them; how they travel is
left to the front ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds of update that Telegram sends only to bots that name them in allowed_updates."""

Update = dict[str, Any]


@dataclass
class Webhook:
    """Where updates are pushed to, if they are."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: str = ""


@dataclass
class Updates:
    """What the bot has not acknowledged yet, oldest first."""

    pending: list[Update] = field(default_factory=list)
    allowed: frozenset[str] | None = None
    webhook: Webhook = field(default_factory=Webhook)
    withheld: list[tuple[str, Any]] = field(default_factory=list)
    another_poller: bool = False
    listener: Callable[[Update], None] | None = None
    _last_id: int = 10_000_000
    _poll: int = 0

    def allows(self, kind: str) -> bool:
        if self.allowed is None:
            return kind not in ON_REQUEST
        return kind in self.allowed

    def allow(self, kinds: list[str] | None) -> None:
        """None keeps the earlier setting; an empty list goes back to Telegram's own choice."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def add(self, kind: str, payload: dict[str, Any]) -> None:
        if not self.allows(kind):
            self.withheld.append((kind, payload))
            return
        self._last_id += 1
        update: Update = {"update_id": self._last_id, kind: payload}
        if self.listener is not None:
            self.listener(update)
        else:
            self.pending.append(update)

    def acknowledge(self, offset: int) -> None:
        """Forgets updates before an offset; a negative one keeps so many of the last."""
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset > 0:
            self.pending = [u for u in self.pending if u["update_id"] >= offset]

    def start_poll(self) -> int:
        """A new poll; it ends the one that still waits."""
        self._poll += 1
        return self._poll

    def is_current(self, poll: int) -> bool:
        return self._poll == poll

    def feed(self, listener: Callable[[Update], None] | None) -> None:
        """Hands what waits, and all that comes, to a listener instead of a poller."""
        self.listener = listener
        if listener is not None:
            waiting, self.pending = self.pending, []
            for update in waiting:
                listener(update)
