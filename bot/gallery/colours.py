"""What the colours of the map mean.

Decides the kinds of verse by form, by season and by stars; the colours themselves are the
stylesheet's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.gallery.space import Point
from bot.pages.verse import form_name
from bot.taste.features import FEATURES, Kind
from bot.texts import Localised
from model.verse import Form


class By(StrEnum):
    """What a map is coloured by; the values stand in addresses."""

    SEASON = "season"
    FORM = "form"
    STARS = "stars"


@dataclass(frozen=True)
class Colour:
    """A class of the stylesheet, and what it means."""

    name: str
    meaning: str


_SEASONS = {feature.name: feature for feature in FEATURES if feature.kind is Kind.SEASON}
_NAMES = {
    By.SEASON: "gallery.by_season",
    By.FORM: "gallery.by_form",
    By.STARS: "gallery.by_stars",
}


def name(say: Localised, by: By) -> str:
    """What a map is coloured by, in words."""
    return say.plain(_NAMES[by])


def colour_of(by: By) -> Callable[[Point], str]:
    """Which class a point has."""
    return {By.SEASON: _season, By.FORM: _form, By.STARS: _stars}[by]


def legend(say: Localised, by: By) -> list[Colour]:
    """The classes, and what they mean."""
    match by:
        case By.SEASON:
            seasons = [Colour(f"c{at}", say.plain(f"taste.{name}")) for at, name in _numbered()]
            return [*seasons, Colour("c0", say.plain("gallery.no_season"))]
        case By.FORM:
            return [Colour(f"c{at}", form_name(say, form)) for at, form in enumerate(Form, start=1)]
        case By.STARS:
            stars = [Colour(f"s{star}", "★" * star) for star in range(5, 0, -1)]
            return [*stars, Colour("c0", say.plain("gallery.unrated"))]


def _numbered() -> list[tuple[int, str]]:
    return list(enumerate(_SEASONS, start=1))


def _season(point: Point) -> str:
    """The season of which most characters speak; the first of several."""
    found = {
        at: sum(character in _SEASONS[name].characters for character in point.poem.text)
        for at, name in _numbered()
    }
    at = max(found, key=lambda at: found[at])
    return f"c{at}" if found[at] else "c0"


def _form(point: Point) -> str:
    return f"c{list(Form).index(point.poem.form) + 1}"


def _stars(point: Point) -> str:
    return "c0" if point.summary.mean is None else f"s{round(point.summary.mean)}"
