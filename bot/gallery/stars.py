"""Rating a verse in the gallery, where it is open as a Mini App of Telegram.

Decides who may: a person whom Telegram vouches for, a verse that hangs here. What a rating is, is
left to the use case, and to the store that a person has one of each verse.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.gallery.init_data import Person, read
from bot.gallery.press import Press
from bot.pages.verse import thanks
from bot.services import Services
from bot.usecases.asker import Asker
from bot.usecases.rate import Rate

_SCHEME = "tma "
_BODY = b"12345"


class Stars:
    """Takes ratings."""

    def __init__(self, services: Services, press: Press) -> None:
        self._services = services
        self._press = press
        self._rate = Rate(services.store)

    async def take(self, request: Request) -> Response:
        """One to five stars, as one digit; answered with thanks."""
        say = self._press.visitor(request).reader.say
        person = self._person(request)
        if person is None:
            return _said(401, say.plain("gallery.stranger"))
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > 1:
                break
        if len(body) != 1 or body not in _BODY:
            return _said(422, say.plain("gallery.stars_unread"))
        store, public_id = self._services.store, request.path_params["poem"]
        if not await store.anthology.of([public_id]):
            return _said(404, say.plain("gallery.gone"))
        await store.users.ensure(person.id, person.language_code)
        outcome = await self._rate(Asker(person.id, None), public_id, int(body))
        return _said(200, thanks(say, outcome))

    def _person(self, request: Request) -> Person | None:
        token = self._services.settings.telegram_token
        given = request.headers.get("Authorization", "")
        if token is None or not given.startswith(_SCHEME):
            return None
        text = given.removeprefix(_SCHEME)
        return read(text, token.get_secret_value(), self._services.clock())


def _said(status: int, text: str) -> Response:
    return JSONResponse({"text": text}, status, {"Cache-Control": "no-store"})
