"""The gallery's application, and serving it.

Decides which addresses there are; what stands at each is left to the pages.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from bot.gallery.answers import Guarded
from bot.gallery.curator import Curator
from bot.gallery.files import Files
from bot.gallery.pages import Pages
from bot.gallery.press import Press
from bot.gallery.space import Space
from bot.gallery.stars import Stars
from bot.listening import listening
from bot.services import Services
from bot.settings import Listen


@contextlib.asynccontextmanager
async def gallery(listen: Listen, services: Services, username: str) -> AsyncIterator[None]:
    """Serves the gallery as long as the context lasts; raises OSError if the port is taken."""
    files = Files(services, username)
    try:
        async with listening(listen, _create(services, username, files)):
            yield
    finally:
        await files.aclose()


def create_gallery(services: Services, username: str) -> Starlette:
    """The application; its links open the bot of that username."""
    return _create(services, username, Files(services, username))


def address(services: Services) -> str:
    """Where people find the gallery."""
    settings = services.settings
    return settings.gallery_url or f"http://{settings.gallery_listen}"


def _create(services: Services, username: str, files: Files) -> Starlette:
    home = address(services)
    press = Press(services.texts, home, urlsplit(home).path, username)
    curator = Curator(services.store, services.settings.timezone, services.clock)
    pages = Pages(curator, Space(services.store), press, services.poet)
    stars = Stars(services, press)
    routes = [
        Route("/", pages.home),
        Route("/week/{week}", pages.week),
        Route("/days", pages.days),
        Route("/days/{month}", pages.days),
        Route("/v/{poem}", pages.verse),
        Route("/v/{poem}/card.jpg", files.card),
        Route("/map", pages.map),
        Route("/v/{poem}/stars", stars.take, methods=["POST"]),
        Route("/search", pages.search),
        Route("/feed.atom", pages.feed),
        Route("/kai/{poems}.css", files.stylesheet_of_font),
        Route("/kai/{poems}.woff2", files.font),
        Route("/static/{name}", files.static),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guarded)],
        exception_handlers={404: pages.missing, 405: pages.missing},
    )
