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
    BotCommandScopeChat,
    BotCommandScopeChatAdministrators,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.handlers.commands import Place, menu
from bot.services import Services
from bot.store import ChatRecord
from bot.texts import ENGLISH, SIMPLIFIED, Localised

_log = logging.getLogger(__name__)

_LANGUAGES: Mapping[str, str] = {"": ENGLISH, "zh": SIMPLIFIED}
"""Telegram's two-letter codes; the empty one is for everybody else."""
_SCOPES: tuple[tuple[BotCommandScope, Place], ...] = (
    (BotCommandScopeDefault(), Place.GROUP),
    (BotCommandScopeAllPrivateChats(), Place.PRIVATE),
    (BotCommandScopeAllGroupChats(), Place.GROUP),
    (BotCommandScopeAllChatAdministrators(), Place.ADMIN),
)


async def publish(bot: Bot, services: Services) -> None:
    """Brings menus and descriptions up to date; a bot works without, so failing does not matter."""
    try:
        for code, tag in _LANGUAGES.items():
            say = services.texts.for_language(tag)
            for scope, place in _SCOPES:
                await _menu(bot, say, code, scope, place)
            await _descriptions(bot, say, code)
    except TelegramError as error:
        _log.warning("menus and descriptions are not up to date: %s", error)
    await publish_to_owner(bot, services)


async def publish_to_owner(bot: Bot, services: Services) -> None:
    """The owner's own menu; none before they have spoken to the bot."""
    owner_id = services.settings.owner_id
    if owner_id is None:
        return
    try:
        chat = await services.store.chats.get(owner_id)
        scope = BotCommandScopeChat(owner_id)
        for code, tag in _LANGUAGES.items():
            say = services.texts.for_language(chat.language if chat else None, tag)
            await _menu(bot, say, code, scope, Place.OWNER)
    except TelegramError as error:
        _log.info("the owner has no menu of their own yet: %s", error)


async def speak(bot: Bot, services: Services, chat: ChatRecord) -> None:
    """The menus of a chat in the language it has chosen, or in each person's own again."""
    if chat.id == services.settings.owner_id:
        await publish_to_owner(bot, services)
        return
    try:
        for scope, place in _scopes_of(chat):
            if chat.language is None:
                await bot.delete_my_commands(scope)
            else:
                wanted = menu(services.texts.for_language(chat.language), place)
                await bot.set_my_commands(wanted, scope)
    except TelegramError as error:
        _log.info("the menus of a chat keep their language: %s", error)


def _scopes_of(chat: ChatRecord) -> tuple[tuple[BotCommandScope, Place], ...]:
    match chat.kind:
        case "private":
            return ((BotCommandScopeChat(chat.id), Place.PRIVATE),)
        case "group" | "supergroup":
            return (
                (BotCommandScopeChat(chat.id), Place.GROUP),
                (BotCommandScopeChatAdministrators(chat.id), Place.ADMIN),
            )
    return ()


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
