"""Verses composed ahead, while nobody asks for anything.

Decides what is composed ahead, which verses are kept, and which request they answer; when the poet
has time for it is left to the engine.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from typing import TYPE_CHECKING

from model.service import operations
from model.service.engine import Engine
from model.service.errors import ComputeDied, NotReady
from model.service.metrics import Metrics
from model.service.protocol import ComposeRequest, VerseAnswer, VersesAnswer
from model.service.work import Work
from model.verse import Form

if TYPE_CHECKING:
    from model.poet import Plan, Poet

_log = logging.getLogger(__name__)

_REST = 1.0
"""Seconds of rest for each second of composing: on a small machine half a core is enough."""
_RETRY_AFTER = 60.0
"""Seconds of rest after a failure."""
_REMEMBERED = 20_000
"""Verses that were kept and are not kept again; some five megabytes of them."""


class Pool:
    """A few verses of each form, each the best of several: plain ones, of no seed and no wish.

    All but the poet's work happens on the event loop. A verse in it is as fresh as any other, and
    its own seed gives it again; it is given once. What nobody took is lost when the worker ends.
    """

    def __init__(
        self,
        size: int,
        choice: int,
        *,
        metrics: Metrics,
        rest: float = _REST,
        retry_after: float = _RETRY_AFTER,
    ) -> None:
        """Up to `size` verses of each form, none if it is 0, each the best of `choice`.

        `rest` is in seconds for each second of composing, `retry_after` in seconds.
        """
        self._size = size
        self._choice = choice
        self._metrics = metrics
        self._rest = rest
        self._retry_after = retry_after
        self._model = ""
        self._verses: dict[Form, deque[VerseAnswer]] = {}
        self._remembered: dict[str, None] = {}
        self._taken = asyncio.Event()
        self._failing = False

    def take(self, request: ComposeRequest) -> VersesAnswer | None:
        """The answer to a request for verses of a form and nothing else; None if it says more
        than that, or too few are there."""
        plain = ComposeRequest(form=request.form, count=request.count)
        verses = self._verses.get(request.form)
        if verses is None or request != plain:
            return None
        if len(verses) < request.count:
            self._metrics.pool_misses.labels(request.form.value).inc()
            return None
        given = [verses.popleft() for _ in range(request.count)]
        self._metrics.pool_hits.labels(request.form.value).inc()
        self._show(request.form)
        self._taken.set()
        return VersesAnswer(model=self._model, verses=given)

    async def fill(self, engine: Engine) -> None:
        """Fills the pool, and again whenever verses were taken; the poet must be loaded.

        Returns when the engine takes no more work, or at once if the pool is to hold nothing;
        its owner cancels it before that.
        """
        if not self._size:
            return
        self._model = engine.poet.label
        self._verses = {form: deque() for form in engine.poet.forms}
        try:
            while True:
                self._taken.clear()
                while lacking := [f for f, v in self._verses.items() if len(v) < self._size]:
                    for form in lacking:
                        await self._try_to_add(engine, form)
                await self._taken.wait()
        except (NotReady, ComputeDied):
            _log.debug("the pool is filled no more")

    async def _try_to_add(self, engine: Engine, form: Form) -> None:
        try:
            await self._add(engine, form)
            self._failing = False
        except (NotReady, ComputeDied):
            raise
        except Exception as error:
            if not self._failing:
                _log.warning("no verse can be composed ahead, trying again", exc_info=error)
            self._failing = True
            await asyncio.sleep(self._retry_after)

    async def _add(self, engine: Engine, form: Form) -> None:
        """Composes a choice of verses, one at a time, so that no request waits for more than one,
        and keeps the best."""
        candidates: list[VerseAnswer] = []
        for _ in range(self._choice):
            verse, seconds = await engine.run_when_idle(_one(form))
            self._metrics.pool_composed.labels(form.value).inc()
            if verse.text not in self._remembered:
                candidates.append(verse)
            await asyncio.sleep(seconds * self._rest)
        if not candidates:  # a poet of so few words need not be asked in haste
            await asyncio.sleep(self._retry_after)
            return
        # A line of the corpus is no achievement, however good it is.
        best = max(candidates, key=lambda verse: (verse.novel, verse.score))
        self._verses[form].append(best)
        self._remember(best.text)
        self._show(form)

    def _remember(self, text: str) -> None:
        self._remembered[text] = None
        if len(self._remembered) > _REMEMBERED:
            del self._remembered[next(iter(self._remembered))]

    def _show(self, form: Form) -> None:
        self._metrics.pool_verses.labels(form.value).set(len(self._verses[form]))


def _one(form: Form) -> Work[tuple[VerseAnswer, float]]:
    """A verse of a seed of its own, from the system's entropy, and the seconds it took."""
    work = operations.compose(ComposeRequest(form=form))

    def plan(poet: Poet) -> Plan[tuple[VerseAnswer, float]]:
        begun = time.monotonic()
        answer = yield from work.plan(poet)
        return answer.verses[0], time.monotonic() - begun

    return Work(work.verses, work.form, plan)
