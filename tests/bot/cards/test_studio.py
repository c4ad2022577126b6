"""The studio: cards beside the loop, each painted once."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.cards import CardPainter, CardRequest, CardStudio, Theme, UndrawableCharacters
from model.verse import Form
from tests.bot.cards.conftest import VERSES


class CountingPainter(CardPainter):
    """The painter, which also tells what it painted, on which thread, and how many at once."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[CardRequest] = []
        self.finished: list[CardRequest] = []
        self.threads: set[int] = set()
        self.most_at_once = 0
        self._now = 0
        self._counting = threading.Lock()

    def paint(self, request: CardRequest) -> bytes:
        with self._counting:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            self.painted.append(request)
            self.threads.add(threading.get_ident())
        try:
            return super().paint(request)
        finally:
            with self._counting:
                self._now -= 1
                self.finished.append(request)


@pytest.fixture
def counting() -> CountingPainter:
    return CountingPainter()


def request(i: int = 0) -> CardRequest:
    return CardRequest(VERSES[Form.COUPLET5], signature=f"七步 {i}")


async def test_the_loop_runs_on_while_cards_are_painted(counting: CountingPainter) -> None:
    studio = CardStudio(counting)
    turns = 0
    cards = [asyncio.create_task(studio.card(request(i))) for i in range(4)]
    while not all(card.done() for card in cards):
        await asyncio.sleep(0.002)
        turns += 1
    assert turns > 10
    assert threading.get_ident() not in counting.threads
    assert len({await card for card in cards}) == 4
    await studio.close()


async def test_a_card_asked_for_by_many_is_painted_once(counting: CountingPainter) -> None:
    studio = CardStudio(counting)
    together = await asyncio.gather(*(studio.card(request()) for _ in range(8)))
    later = await studio.card(request())
    assert set(together) == {later}
    assert counting.painted == [request()]


async def test_no_more_than_allowed_are_painted_at_once(counting: CountingPainter) -> None:
    studio = CardStudio(counting, at_once=1)
    await asyncio.gather(*(studio.card(request(i)) for i in range(4)))
    assert counting.most_at_once == 1


async def test_the_card_longest_unused_is_forgotten_first(counting: CountingPainter) -> None:
    studio = CardStudio(counting, kept=2)
    for i in (0, 1, 0, 2, 0, 1):
        await studio.card(request(i))
    assert counting.painted == [request(i) for i in (0, 1, 2, 1)]


async def test_one_who_gives_up_takes_the_card_from_nobody(counting: CountingPainter) -> None:
    studio = CardStudio(counting)
    impatient = asyncio.create_task(studio.card(request()))
    patient = asyncio.create_task(studio.card(request()))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).startswith(b"\xff\xd8")
    assert impatient.cancelled()
    assert len(counting.painted) == 1


async def test_a_card_that_cannot_be_painted_fails_for_each_who_asks(
    counting: CountingPainter,
) -> None:
    studio = CardStudio(counting)
    wrong = CardRequest(VERSES[Form.COUPLET5], Theme.NIGHT, title="🌙")
    for _ in range(2):
        with pytest.raises(UndrawableCharacters):
            await studio.card(wrong)
    assert len(counting.painted) == 2


async def test_closing_waits_for_what_is_painted(counting: CountingPainter) -> None:
    studio = CardStudio(counting)
    card = asyncio.create_task(studio.card(request()))
    await asyncio.sleep(0)
    await studio.close()
    assert len(counting.finished) == 1
    assert await card
