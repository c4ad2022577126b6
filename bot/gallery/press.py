"""Pages out of templates.

Decides what every template knows: the visitor's language and links, and the fonts of the verse on
the page. Whatever enters a template is escaped there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from bot.cards.layout import HEIGHT, WIDTH
from bot.gallery.answers import answer
from bot.gallery.files import version
from bot.gallery.shown import Shown
from bot.gallery.typeface import MOST
from bot.gallery.visitor import Visitor
from bot.texts import LANGUAGES, Html, Texts

_NAMES = {"en": "English", "zh-Hans": "简体", "zh-Hant": "繁體"}


class Press:
    """Prints pages."""

    def __init__(self, texts: Texts, home: str, prefix: str, username: str) -> None:
        self._texts = texts
        self._home = home
        self._prefix = prefix
        self._username = username
        self._templates = Environment(
            loader=PackageLoader("bot.gallery"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            home=home,
            username=username,
            stylesheet=_static(prefix, "gallery.css"),
            script=_static(prefix, "gallery.js"),
            icon=_static(prefix, "icon.svg"),
            licence=_static(prefix, "OGDL-TW-1.0.txt"),
            card_width=WIDTH,
            card_height=HEIGHT,
            languages=[(tag, _NAMES[tag]) for tag in LANGUAGES],
        )
        self._templates.filters["markup"] = _markup

    def visitor(self, request: Request) -> Visitor:
        """Who asks."""
        return Visitor.of(request, self._texts, self._prefix)

    def page(
        self,
        request: Request,
        visitor: Visitor,
        template: str,
        *,
        verses: Sequence[Shown] = (),
        status: int = 200,
        **values: Any,
    ) -> Response:
        """A page; `verses` are those that are set in the kai face."""
        text = self.text(visitor, template, fonts=self._fonts(verses), **values)
        return answer(request, text, "text/html", status=status, varies=True)

    def text(self, visitor: Visitor, template: str, **values: Any) -> str:
        """What a template says."""
        return self._templates.get_template(template).render(
            t=visitor.reader.say.plain,
            say=visitor.reader.say,
            visitor=visitor,
            link=visitor.link,
            absolute=lambda path: self._home + path,
            **values,
        )

    def _fonts(self, verses: Sequence[Shown]) -> str | None:
        ids = sorted({verse.id for verse in verses})[:MOST]
        return f"{self._prefix}/kai/{'.'.join(ids)}.css" if ids else None


def _static(prefix: str, name: str) -> str:
    return f"{prefix}/static/{name}?{version(name)}"


def _markup(text: Html) -> Markup:
    """A text of ours, whose values were escaped as they entered it."""
    assert isinstance(text, Html)
    return Markup(text)
