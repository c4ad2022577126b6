"""The catalogs of strings, and which of them a person reads.

Decides which languages there are and how a language tag finds the nearest; what the strings say is
left to the `.po` files. Traditional Chinese is made from simplified Chinese by OpenCC.
"""

from __future__ import annotations

from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO

import opencc
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.texts.localised import Localised

ENGLISH = "en"
SIMPLIFIED = "zh-Hans"
TRADITIONAL = "zh-Hant"
LANGUAGES = (ENGLISH, SIMPLIFIED, TRADITIONAL)

_TRADITIONAL_PLACES = frozenset({"hant", "tw", "hk", "mo"})


def negotiate(*tags: str | None) -> str:
    """The language of the first tag that has one, else English.

    Tags are tried in order: a chat's choice, then the `language_code` of the person who asks.
    """
    for tag in tags:
        parts = (tag or "").lower().replace("_", "-").split("-")
        if parts[0] == "zh":
            if _TRADITIONAL_PLACES.intersection(parts) and "hans" not in parts:
                return TRADITIONAL
            return SIMPLIFIED
        if parts[0] == "yue":
            return TRADITIONAL
        if parts[0] == ENGLISH:
            return ENGLISH
    return ENGLISH


class Texts:
    """All languages, read once."""

    def __init__(self, languages: dict[str, Localised]) -> None:
        self._languages = languages

    def for_language(self, *tags: str | None) -> Localised:
        """The strings of the language that `negotiate` finds."""
        return self._languages[negotiate(*tags)]


def load() -> Texts:
    """Reads the catalogs that ship with the package."""
    return Texts(
        {
            ENGLISH: _localised(ENGLISH, read_catalog(ENGLISH)),
            SIMPLIFIED: _localised(SIMPLIFIED, read_catalog(SIMPLIFIED)),
            TRADITIONAL: _localised(TRADITIONAL, _traditional(read_catalog(SIMPLIFIED))),
        }
    )


def read_catalog(tag: str) -> Catalog:
    """The catalog of `en` or `zh-Hans`, as its file has it."""
    source = files("bot.texts").joinpath(f"{tag}.po").read_bytes()
    return read_po(BytesIO(source), locale=tag.replace("-", "_"), abort_invalid=True)


def _localised(tag: str, catalog: Catalog) -> Localised:
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    plurals = frozenset(message.id[0] for message in catalog if isinstance(message.id, tuple))
    return Localised(tag, GNUTranslations(compiled), plurals)


def _traditional(catalog: Catalog) -> Catalog:
    # With the words of Taiwan, which readers of traditional Chinese everywhere know from software.
    convert = opencc.OpenCC("s2twp").convert
    for message in catalog:
        if not message.id:
            continue  # the header, which names the charset
        if isinstance(message.string, str):
            message.string = str(convert(message.string))
        else:
            message.string = tuple(str(convert(text)) for text in message.string or ())
    return catalog
