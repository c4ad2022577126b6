"""The commands, each defined once.

Decides their names, where they are offered and in which order; /help, the menus of Telegram and
the handlers' tables all read them here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from telegram import BotCommand

from bot.texts import Localised


class Place(Enum):
    """Where somebody looks for commands."""

    PRIVATE = auto()
    GROUP = auto()
    ADMIN = auto()
    """A group, by its admins."""
    CHANNEL = auto()
    OWNER = auto()
    """The private chat of whoever runs the bot."""


@dataclass(frozen=True)
class Command:
    """A command; `about` and `example` are keys of texts, of which an example may have lines."""

    name: str
    about: str
    places: frozenset[Place]
    example: str | None = None


_EVERYWHERE = frozenset(Place)
_SETTINGS = frozenset({Place.PRIVATE, Place.OWNER, Place.ADMIN, Place.CHANNEL})
_PEOPLE = frozenset({Place.PRIVATE, Place.OWNER, Place.GROUP, Place.ADMIN})
_PRIVATE = frozenset({Place.PRIVATE, Place.OWNER})
_OWNER = frozenset({Place.OWNER})

POEM = Command("poem", "command.poem", _EVERYWHERE, "example.poem")
COUPLET = Command("couplet", "command.couplet", _EVERYWHERE, "example.couplet")
ANSWER = Command("answer", "command.answer", _EVERYWHERE, "example.answer")
MORPH = Command("morph", "command.morph", _PEOPLE, "example.morph")
ACROSTIC = Command("acrostic", "command.acrostic", _EVERYWHERE, "example.acrostic")
TODAY = Command("today", "command.today", _EVERYWHERE)
KEPT = Command("kept", "command.kept", _PRIVATE)
MINE = Command("mine", "command.mine", _PRIVATE)
TOP = Command("top", "command.top", _EVERYWHERE, "example.top")
DAILY = Command("daily", "command.daily", _SETTINGS, "example.daily")
SETTINGS = Command("settings", "command.settings", _SETTINGS)
TASTE = Command("taste", "command.taste", _SETTINGS)
LANGUAGE = Command("language", "command.language", _SETTINGS)
PRIVACY = Command("privacy", "command.privacy", _PEOPLE)
EXPORT = Command("export", "command.export", _PRIVATE)
FORGET = Command("forget", "command.forget", _PRIVATE)
PREVIEW = Command("preview", "command.preview", _OWNER)
STATS = Command("stats", "command.stats", _OWNER)
CANCEL = Command("cancel", "command.cancel", _PEOPLE)
HELP = Command("help", "command.help", _EVERYWHERE)

COMMANDS = (
    POEM,
    ANSWER,
    COUPLET,
    ACROSTIC,
    MORPH,
    TODAY,
    TOP,
    KEPT,
    MINE,
    DAILY,
    SETTINGS,
    TASTE,
    LANGUAGE,
    PRIVACY,
    EXPORT,
    FORGET,
    PREVIEW,
    STATS,
    CANCEL,
    HELP,
)
"""In the order of menus and of /help; for /start Telegram has a button of its own."""


TRIED = tuple(command.name for command in (POEM, ANSWER, COUPLET, ACROSTIC, MORPH))
"""Those whose example a button tries, below /start and /help."""


def offered(place: Place) -> list[Command]:
    """The commands that make sense there."""
    return [command for command in COMMANDS if place in command.places]


def menu(say: Localised, place: Place) -> list[BotCommand]:
    """The same, as Telegram's menu shows them."""
    return [BotCommand(command.name, say.plain(command.about)) for command in offered(place)]
