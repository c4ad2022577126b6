"""Every word that the bot says.

Decides languages, plurals and how dates and numbers are written; which text fits a moment is left
to `bot.pages`. The strings themselves stand in the `.po` files beside this one.
"""

from bot.texts.catalog import ENGLISH, LANGUAGES, SIMPLIFIED, TRADITIONAL, Texts, load, negotiate
from bot.texts.localised import Html, Localised, escape

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "SIMPLIFIED",
    "TRADITIONAL",
    "Html",
    "Localised",
    "Texts",
    "escape",
    "load",
    "negotiate",
]
