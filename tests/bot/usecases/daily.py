"""What the daily poem needs around it in a test: a poet, a sender, a clock.

Decides nothing that the tests do not ask for: the poet scores verses in rising order, the sender
keeps what arrived, the clock stands still until it is moved.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from bot.poet import PoetUnavailable
from bot.store import ChatRecord, PoemRecord
from bot.usecases.daily import Outcome, Sent
from model.service.protocol import ComposeRequest, ModelAnswer, Tones, VerseAnswer, VersesAnswer
from model.verse import Form


@dataclass
class Clock:
    """The time, in UTC."""

    now: datetime = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        """Moves on by hours=, minutes=, seconds=."""
        self.now += timedelta(**time)


@dataclass
class SmallPoet:
    """Answers at once; verse `n` of an answer has the score `n`, and every third is not novel."""

    forms: list[Form] = field(default_factory=lambda: [Form.COUPLET5])
    asked: list[ComposeRequest] = field(default_factory=list)
    asleep: bool = False

    async def model(self, *, deadline: float | None = None) -> ModelAnswer:
        return ModelAnswer(
            model="small@1",
            name="small",
            digest="1",
            forms=self.forms,
            latent_sizes=dict.fromkeys(self.forms, 1),
            parameters=1,
            vocabulary=1,
            device="cpu",
        )

    async def compose(
        self, request: ComposeRequest, *, deadline: float | None = None
    ) -> VersesAnswer:
        if self.asleep:
            raise PoetUnavailable("starting")
        self.asked.append(request)
        tones = Tones(lines=[], rhyme=None, regular=False)
        return VersesAnswer(
            model="small@1",
            verses=[
                VerseAnswer(
                    text=f"verse {len(self.asked)}.{number}",
                    lines=[],
                    form=request.form,
                    seed=number,
                    latent=[0.5],
                    score=number,
                    tones=tones,
                    novel=number % 3 != 0,
                )
                for number in range(request.count)
            ],
        )


class Post(NamedTuple):
    """A daily poem that arrived."""

    chat_id: int
    public_id: str
    date: date


Trouble = Callable[[], Awaitable[None]]


@dataclass
class Sender:
    """Every post arrives, unless another outcome stands first in the chat's line."""

    posts: list[Post] = field(default_factory=list)
    prepared: list[tuple[int, str]] = field(default_factory=list)
    tries: int = 0
    outcomes: dict[int, deque[Outcome]] = field(default_factory=lambda: defaultdict(deque))
    before: Trouble | None = None
    """What happens just before a post arrives."""
    after: Trouble | None = None
    """What happens when it has arrived, before the bot is told."""

    async def prepare(self, chat: ChatRecord, poem: PoemRecord, date: date) -> None:
        self.prepared.append((chat.id, poem.public_id))

    async def send_daily(self, chat: ChatRecord, poem: PoemRecord, date: date) -> Outcome:
        self.tries += 1
        if self.outcomes[chat.id]:
            return self.outcomes[chat.id].popleft()
        if self.before is not None:
            await self.before()
        self.posts.append(Post(chat.id, poem.public_id, date))
        if self.after is not None:
            await self.after()
        return Sent(len(self.posts))

    def answers(self, chat_id: int, *outcomes: Outcome) -> None:
        """The next posts to a chat end like this, and do not arrive."""
        self.outcomes[chat_id].extend(outcomes)
