"""Asking the worker for the sake of a page."""

from __future__ import annotations

import asyncio
from typing import cast

from bot.gallery.prosody import Explanations
from bot.poet import PoetClient, PoetUnavailable
from model.service.protocol import ProsodyAnswer, ProsodyRequest, Tones
from model.verse import Form


class SlowPoet:
    """Answers when it is let, or never."""

    def __init__(self, *, silent: bool = False) -> None:
        self.silent = silent
        self.go_on = asyncio.Event()
        self.asked: list[str] = []
        self.at_once = 0

    async def prosody(self, request: ProsodyRequest, *, deadline: float) -> ProsodyAnswer:
        self.asked.append(request.verse)
        self.at_once += 1
        assert self.at_once == 1, "visitors have one turn among all"
        await self.go_on.wait()
        self.at_once -= 1
        if self.silent:
            raise PoetUnavailable("slow")
        return ProsodyAnswer(
            model="gcnn@0",
            text=request.verse,
            lines=[],
            form=Form.COUPLET5,
            tones=Tones(lines=[], rhyme=None, regular=True),
            rhyme=None,
            scheme=None,
            parallels=[],
            known=[],
        )


async def asking(poet: SlowPoet, *texts: str) -> list[ProsodyAnswer | None]:
    explanations = Explanations(cast("PoetClient", poet))
    tasks = [asyncio.create_task(explanations.of(text)) for text in texts]
    await asyncio.sleep(0)
    poet.go_on.set()
    return await asyncio.gather(*tasks)


async def test_one_at_a_time_and_once_for_each_text() -> None:
    poet = SlowPoet()
    found = await asking(poet, "a", "a", "b")
    assert [answer and answer.text for answer in found] == ["a", "a", "b"]
    assert poet.asked == ["a", "b"]


async def test_where_many_come_the_last_go_without() -> None:
    poet = SlowPoet()
    found = await asking(poet, *map(str, range(20)))
    assert all(found[:6])
    assert not any(found[6:])


async def test_one_silence_is_enough() -> None:
    poet = SlowPoet(silent=True)
    assert await asking(poet, "a", "b", "c") == [None] * 3
    assert poet.asked == ["a"]
