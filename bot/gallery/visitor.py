"""Who reads a page: their language, and the addresses that keep it.

Decides that a language named in the address comes before those a browser asks for; nothing is kept
of a visitor, not even a cookie.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

from bot.pages.page import Reader
from bot.texts import ENGLISH, LANGUAGES, Texts, negotiate
from model.verse import Script

_LONGEST = 200
"""Characters of Accept-Language that are read."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who looks at a page."""

    reader: Reader
    chosen: str | None
    """The language that the address names."""
    prefix: str
    """What the proxy puts before every path."""
    path: str
    query: tuple[tuple[str, str], ...]
    """What else the address names."""

    @classmethod
    def of(cls, request: Request, texts: Texts, prefix: str) -> Visitor:
        """Whoever sent the request."""
        named = request.query_params.get("lang")
        chosen = named if named in LANGUAGES else None
        tags = [chosen] if chosen else _accepted(request.headers.get("Accept-Language", ""))
        reader = Reader.of(texts.for_language(*tags), Script.SIMPLIFIED)
        query = tuple(
            (name, value) for name, value in request.query_params.items() if name in ("q", "by")
        )
        return cls(reader, chosen, prefix, request.url.path, query)

    def link(self, path: str, **query: str) -> str:
        """The address of a page in the language of this one."""
        kept = query if self.chosen is None else {**query, "lang": self.chosen}
        return self.prefix + path + (f"?{urlencode(kept)}" if kept else "")

    def in_language(self, tag: str) -> str:
        """This page in another language."""
        return f"{self.prefix}{self.path}?{urlencode([*self.query, ('lang', tag)])}"


def _accepted(header: str) -> list[str]:
    """Languages that are spoken here, the most wanted first."""
    wanted = []
    for place, part in enumerate(header[:_LONGEST].split(",")):
        tag, _, quality = part.strip().partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            continue
        # `negotiate` reads English into every tag that it does not know.
        if weight > 0 and (negotiate(tag) != ENGLISH or tag.lower().startswith("en")):
            wanted.append((-weight, place, tag))
    return [tag for _, _, tag in sorted(wanted)]
