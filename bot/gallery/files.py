"""What is no page: cards, fonts and the stylesheet.

Decides their addresses and how long they may be kept; how a card looks is left to `bot.cards`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.cards import CardPainter, CardStudio, UndrawableCharacters
from bot.gallery.answers import FOR_EVER, answer
from bot.gallery.typeface import FOLDER, MOST, TooMany, Typeface
from bot.pages.card import card
from bot.pages.page import Reader
from bot.services import Services
from bot.texts import SIMPLIFIED
from bot.usecases.card import OnCard
from model.verse import Script, to_script

_STATIC = Path(__file__).parent / "static"
_KINDS = {
    "gallery.css": (_STATIC / "gallery.css", "text/css"),
    "gallery.js": (_STATIC / "gallery.js", "text/javascript"),
    "icon.svg": (_STATIC / "icon.svg", "image/svg+xml"),
    "OGDL-TW-1.0.txt": (FOLDER / "OGDL-TW-1.0.txt", "text/plain"),
}
_HOUR = "public, max-age=3600"
_CARDS_AT_ONCE = 12
"""Cards that may be waited for."""


def version(name: str) -> str:
    """Changes with the file."""
    return hashlib.sha256(_KINDS[name][0].read_bytes()).hexdigest()[:8]


class Files:
    """Gives files. Owns a studio of its own: visitors take no card from people in chats."""

    def __init__(self, services: Services, username: str) -> None:
        self._store = services.store
        self._username = username
        self._reader = Reader(services.texts.for_language(SIMPLIFIED), Script.SIMPLIFIED)
        self._studio = CardStudio(CardPainter(), at_once=1)
        self._typeface = Typeface()
        self._painting = 0

    async def aclose(self) -> None:
        """Waits for what is being painted."""
        await self._studio.close()

    async def card(self, request: Request) -> Response:
        """The card of a verse, the same for everybody, on the paper that suits it."""
        found = await self._store.anthology.of([request.path_params["poem"]])
        if not found:
            raise HTTPException(404)
        ((poem, _),) = found
        day = await self._store.daily_poems.date_of(poem.public_id)
        if self._painting >= _CARDS_AT_ONCE:
            return _later()
        self._painting += 1
        try:
            picture = await self._studio.card(card(self._reader, OnCard(poem, day), self._username))
        except UndrawableCharacters:
            raise HTTPException(404) from None
        finally:
            self._painting -= 1
        return answer(request, picture, "image/jpeg", keep=_HOUR)

    async def stylesheet_of_font(self, request: Request) -> Response:
        """Says where the font is, for a page must not say so itself."""
        name = ".".join(_ids(request))
        rule = (
            f'@font-face{{font-family:"Qibu Kai";src:url("{name}.woff2") format("woff2");'
            "font-display:swap}"
        )
        return answer(request, rule, "text/css", keep=FOR_EVER)

    async def font(self, request: Request) -> Response:
        """The kai face with the characters of these verses, in both scripts."""
        found = await self._store.anthology.of(_ids(request))
        if not found:
            raise HTTPException(404)
        text = "".join(poem.text for poem, _ in found)
        try:
            font = await self._typeface.cut(text + to_script(text, Script.TRADITIONAL))
        except TooMany:
            return _later()
        return answer(request, font, "font/woff2", keep="public, max-age=604800")

    async def static(self, request: Request) -> Response:
        """A file that ships with the package."""
        found = _KINDS.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        path, kind = found
        return answer(request, path.read_bytes(), kind, keep=FOR_EVER)


def _ids(request: Request) -> list[str]:
    ids = request.path_params["poems"].split(".")
    well_formed = all(
        len(one) == 12 and one.isascii() and one.replace("-", "").replace("_", "x").isalnum()
        for one in ids
    )
    if len(ids) > MOST or not well_formed:
        raise HTTPException(404)
    return [str(one) for one in ids]


def _later() -> Response:
    return PlainTextResponse("busy", 503, {"Retry-After": "5", "Cache-Control": "no-store"})
