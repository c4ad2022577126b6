"""The pages, one method each.

Decides what stands on a page; which verse that is is left to the curator, how it is set to the
templates.
"""

from __future__ import annotations

from datetime import UTC, datetime, time

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.gallery.answers import answer
from bot.gallery.calendars import Month, Week, weekdays
from bot.gallery.colours import By, colour_of, legend, name
from bot.gallery.curator import Curator, Hung
from bot.gallery.press import Press
from bot.gallery.prosody import Explanations
from bot.gallery.shown import Explained, Mark, Shown, made
from bot.gallery.space import Space
from bot.gallery.visitor import Visitor
from bot.poet import PoetClient

_WORDS = 64
"""Characters of a search that are repeated to who typed them."""


class Pages:
    """Everything with an address for people."""

    def __init__(self, curator: Curator, space: Space, press: Press, poet: PoetClient) -> None:
        self._curator = curator
        self._space = space
        self._press = press
        self._explanations = Explanations(poet)

    async def home(self, request: Request) -> Response:
        """The poem of the day, and the best of the week."""
        visitor = self._press.visitor(request)
        hung = await self._curator.of_week(await self._curator.latest_week())
        today = await self._curator.of_today()
        shown = None if today is None else Shown.of(visitor.reader, today[1])
        return self._week(request, visitor, hung, day=today and today[0], today=shown)

    async def week(self, request: Request) -> Response:
        """The best verses of a week."""
        week = Week.parse(request.path_params["week"])
        if week is None:
            raise HTTPException(404)
        hung = await self._curator.of_week(week)
        return self._week(request, self._press.visitor(request), hung, day=None, today=None)

    async def days(self, request: Request) -> Response:
        """The poems of the days of a month."""
        named = request.path_params.get("month")
        month = Month.of(self._curator.today) if named is None else Month.parse(named)
        if month is None:
            raise HTTPException(404)
        visitor = self._press.visitor(request)
        archive = await self._curator.of_month(month)
        poems = {day: Shown.of(visitor.reader, poem) for day, poem in archive.poems.items()}
        return self._press.page(
            request,
            visitor,
            "days.html",
            verses=list(poems.values()),
            archive=archive,
            poems=poems,
            weekdays=weekdays(visitor.reader.say),
            today=self._curator.today,
        )

    async def verse(self, request: Request) -> Response:
        """One verse, and all that may be known of it."""
        known = await self._curator.verse(request.path_params["poem"])
        if known is None:
            raise HTTPException(404)
        visitor, poem = self._press.visitor(request), known.poem
        shown = Shown.of(visitor.reader, poem, known.summary)
        neighbours = [
            Shown.of(visitor.reader, near, summary)
            for near, summary in await self._space.neighbours(poem)
        ]
        return self._press.page(
            request,
            visitor,
            "verse.html",
            verses=[shown, *neighbours],
            verse=shown,
            neighbours=neighbours,
            known=known,
            explained=Explained.of(visitor.reader, poem, await self._explanations.of(poem.text)),
            made=made(visitor.reader, poem, known.original),
        )

    async def map(self, request: Request) -> Response:
        """The latent space of recent verse, coloured as the visitor likes."""
        named = request.query_params.get("by", By.SEASON)
        if named not in set(By):
            raise HTTPException(404)
        visitor, by = self._press.visitor(request), By(named)
        say, colour = visitor.reader.say, colour_of(by)
        points = [
            Mark.of(visitor.reader, point, colour(point)) for point in await self._space.map()
        ]
        return self._press.page(
            request,
            visitor,
            "map.html",
            points=points,
            by=by,
            ways=[(way, name(say, way)) for way in By],
            legend=legend(say, by),
        )

    async def search(self, request: Request) -> Response:
        """Verse with some characters."""
        visitor = self._press.visitor(request)
        words = request.query_params.get("q", "").strip()[:_WORDS]
        found = [
            Shown.of(visitor.reader, poem, summary)
            for poem, summary in await self._curator.search(words)
        ]
        return self._press.page(
            request, visitor, "search.html", verses=found, words=words, found=found
        )

    async def feed(self, request: Request) -> Response:
        """The poems of the last days, for feed readers."""
        visitor = self._press.visitor(request)
        entries = [
            (day, datetime.combine(day, time(), UTC), Shown.of(visitor.reader, poem))
            for day, poem in await self._curator.latest_days()
        ]
        updated = entries[0][1] if entries else datetime(1970, 1, 1, tzinfo=UTC)
        text = self._press.text(visitor, "feed.xml", entries=entries, updated=updated)
        return answer(
            request, text, "application/atom+xml", keep="public, max-age=900", varies=True
        )

    async def missing(self, request: Request, error: Exception) -> Response:
        """Nothing is there, or not any more."""
        assert isinstance(error, HTTPException)
        visitor = self._press.visitor(request)
        return self._press.page(request, visitor, "gone.html", status=error.status_code)

    def _week(
        self, request: Request, visitor: Visitor, hung: Hung, *, day: object, today: Shown | None
    ) -> Response:
        forms = [
            [Shown.of(visitor.reader, poem, summary) for poem, summary in verses]
            for verses in hung.verses.values()
        ]
        verses = [verse for form in forms for verse in form]
        return self._press.page(
            request,
            visitor,
            "week.html",
            verses=[*verses, *([today] if today else [])],
            hung=hung,
            forms=forms,
            day=day,
            today=today,
        )
