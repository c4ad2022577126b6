"""Verses composed ahead, for people who look for one without saying which.

Decides how many there are, when another is composed and which one leaves; where they are shown is
left to `bot.usecases.inline`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.poet import PoetClient, PoetRefused, PoetUnavailable
from bot.store import NewPoem, PoemRecord, Store
from bot.usecases.form_choice import FormChoice
from bot.usecases.refusals import FormUnknown
from model.service.protocol import ComposeRequest

_log = logging.getLogger(__name__)

COMMAND = "inline"
"""How the store knows such verse, and finds it again after a restart."""
SIZE = 24
FRESH = timedelta(days=1)
"""After so long a verse that people look at is replaced; what nobody sees need not be fresh."""
PAUSE = 5.0
"""Seconds between two verses: people who wait for theirs come first."""
RETRY = 60.0
"""Seconds until the next try where the poet has none to give."""


class Stock:
    """Some verses of random numbers alone, public and kept, the newest first.

    A task of its own fills it with what the worker has composed ahead, at first and whenever a
    verse was taken or what is looked at is no longer fresh.
    """

    def __init__(
        self,
        store: Store,
        poet: PoetClient,
        forms: FormChoice,
        clock: Callable[[], datetime],
        *,
        size: int = SIZE,
        pause: float = PAUSE,
        retry: float = RETRY,
    ) -> None:
        """`pause` and `retry` are in seconds."""
        self._store = store
        self._poet = poet
        self._forms = forms
        self._clock = clock
        self._size = size
        self._pause = pause
        self._retry = retry
        self._verses: deque[PoemRecord] = deque(maxlen=size)
        self._looked_at = False
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to fill it, in the running loop."""
        self._task = asyncio.create_task(self._fill(), name="stock")

    async def aclose(self) -> None:
        """Composes no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def show(self) -> tuple[PoemRecord, ...]:
        """What there is; returns at once."""
        self._looked_at = True
        if self._lacking():
            self._wanted.set()
        return tuple(self._verses)

    def take(self, public_id: str) -> None:
        """Somebody has sent a verse: others shall find another one."""
        kept = [poem for poem in self._verses if poem.public_id != public_id]
        if len(kept) < len(self._verses):
            self._verses = deque(kept, maxlen=self._size)
            self._wanted.set()

    def _lacking(self) -> int:
        """How many verses are to be composed now."""
        since = self._clock() - FRESH
        good = [poem for poem in self._verses if not self._looked_at or poem.created_at > since]
        return self._size - len(good)

    async def _fill(self) -> None:
        await self._remember()
        while True:
            self._wanted.clear()
            missing, self._looked_at = self._lacking(), False
            for _ in range(missing):
                await asyncio.sleep(self._pause if await self._add() else self._retry)
            await self._wanted.wait()

    async def _remember(self) -> None:
        """Begins with what was composed before the last restart."""
        try:
            self._verses.extend(await self._store.anthology.made_by(COMMAND, self._size))
        except Exception:
            _log.exception("what was composed ahead earlier cannot be read")

    async def _add(self) -> bool:
        """Adds a verse in front, and lets go of the oldest where there is no room; whether there
        was one to add."""
        try:
            form = await self._forms.choose(())
            if isinstance(form, FormUnknown):
                return False
            answer = await self._poet.compose(ComposeRequest(form=form))
            verse = answer.verses[0]
            poem = await self._store.poems.add(
                NewPoem(
                    text=verse.text,
                    form=verse.form,
                    command=COMMAND,
                    model=answer.model,
                    seed=verse.seed,
                    latent=tuple(verse.latent),
                    score=verse.score,
                    regular=verse.tones.regular,
                    public=True,
                )
            )
        except (PoetUnavailable, PoetRefused) as error:
            _log.info("no verse can be composed ahead: %s", error)
            return False
        except Exception:
            _log.exception("no verse can be composed ahead")
            return False
        self._verses.appendleft(poem)
        return True
