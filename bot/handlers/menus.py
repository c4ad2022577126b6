"""What Telegram shows of the bot: its menus of commands and its descriptions.

Decides which menu stands where, and that only what changed is written; the words are left to the
texts.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from telegram import (
    Bot,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.handlers.commands import Place, menu
from bot.texts import ENGLISH, SIMPLIFIED, Localised, Texts

_log = logging.getLogger(__name__)

_LANGUAGES: Mapping[str, str] = {"": ENGLISH, "zh": SIMPLIFIED}
"""Telegram's two-letter codes; the empty one is for everybody else."""
_SCOPES: tuple[tuple[BotCommandScope, Place], ...] = (
    (BotCommandScopeDefault(), Place.GROUP),
    (BotCommandScopeAllPrivateChats(), Place.PRIVATE),
    (BotCommandScopeAllGroupChats(), Place.GROUP),
    (BotCommandScopeAllChatAdministrators(), Place.ADMIN),
)


async def publish(bot: Bot, texts: Texts) -> None:
    """Brings menus and descriptions up to date; a bot works without, so failing does not matter."""
    try:
        for code, tag in _LANGUAGES.items():
            say = texts.for_language(tag)
            for scope, place in _SCOPES:
                await _menu(bot, say, code, scope, place)
            await _descriptions(bot, say, code)
    except TelegramError as error:
        _log.warning("menus and descriptions are not up to date: %s", error)


async def _menu(bot: Bot, say: Localised, code: str, scope: BotCommandScope, place: Place) -> None:
    wanted = menu(say, place)
    shown = await bot.get_my_commands(scope, language_code=code or None)
    if list(shown) != wanted:
        await bot.set_my_commands(wanted, scope, language_code=code or None)


async def _descriptions(bot: Bot, say: Localised, code: str) -> None:
    language = code or None
    description, short = say.plain("profile.description"), say.plain("profile.short")
    if (await bot.get_my_description(language)).description != description:
        await bot.set_my_description(description, language)
    if (await bot.get_my_short_description(language)).short_description != short:
        await bot.set_my_short_description(short, language)
