"""What the bot is built from.

Decides nothing: it carries the services that `bot.app` hands to use cases and handlers; making and
closing them is left to the commands in `bot.cli`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from bot.poet import PoetClient
from bot.settings import Settings
from bot.store import Store
from bot.texts import Texts


@dataclass(frozen=True)
class Services:
    """The services of one running bot."""

    settings: Settings
    store: Store
    poet: PoetClient
    texts: Texts
    clock: Callable[[], datetime]
    """The time now, aware, in UTC."""
    chance: Random = field(default_factory=Random)
    """What decides where nobody does."""
    deliveries_noted: Callable[[str, int], None] = lambda _state, _number: None
    """Told how many daily poems came to a state, by the store's name for it."""
