"""What people see of the bot: name, descriptions, command menus.

Decides which texts and commands Telegram takes, by language and scope.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.telegram.chats import Chat, PrivateChat
from tests.telegram.parameters import Parameters
from tests.telegram.people import User
from tests.telegram.refusals import bad_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.telegram.fake import FakeTelegram

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"([a-z]{2})?")
_PLAIN_SCOPES = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
MAX_COMMANDS = 100
MAX_DESCRIPTION = 256

Scope = tuple[str, ...]


@dataclass
class Profile:
    """Texts by (what, language), menus by (scope, language)."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    commands: dict[tuple[Scope, str], list[dict[str, str]]] = field(default_factory=dict)

    def menu(self, user: User, chat: Chat) -> list[str]:
        """The commands this person's menu shows in this chat, by Telegram's order of scopes."""
        here = str(chat.id)
        scopes: list[Scope] = [("chat_member", here, str(user.id))]
        if isinstance(chat, PrivateChat):
            scopes = [("chat", here), ("all_private_chats",)]
        else:
            if administers := chat.membership(user.id).administers:
                scopes.append(("chat_administrators", here))
            scopes.append(("chat", here))
            if administers:
                scopes.append(("all_chat_administrators",))
            scopes.append(("all_group_chats",))
        for scope in (*scopes, ("default",)):
            for language in ((user.language_code or "")[:2], ""):
                if found := self.commands.get((scope, language)):
                    return [command["command"] for command in found]
        return []


def get_me(telegram: FakeTelegram, given: Parameters) -> Any:
    return telegram.bot.json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": not telegram.privacy_mode,
        "supports_inline_queries": telegram.inline_mode,
    }


def getter(what: str) -> Callable[[FakeTelegram, Parameters], Any]:
    def get(telegram: FakeTelegram, given: Parameters) -> Any:
        texts = telegram.profile.texts
        language = _language(given)
        return {what: texts.get((what, language)) or texts.get((what, ""), "")}

    return get


def setter(what: str, limit: int) -> Callable[[FakeTelegram, Parameters], Any]:
    def set_(telegram: FakeTelegram, given: Parameters) -> Any:
        text, language = given.text(what), _language(given)
        if len(text) > limit:
            raise bad_request(f"BOT_{what.upper()}_TOO_LONG")
        telegram.profile.texts[what, language] = text
        return True

    return set_


def get_my_commands(telegram: FakeTelegram, given: Parameters) -> Any:
    return telegram.profile.commands.get((_scope(telegram, given), _language(given)), [])


def set_my_commands(telegram: FakeTelegram, given: Parameters) -> Any:
    commands = given.json("commands", "commands")
    key = (_scope(telegram, given), _language(given))
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not isinstance(command, dict):
            raise bad_request("can't parse BotCommand: expected an Object")
        if not _COMMAND.fullmatch(str(command.get("command", ""))):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= MAX_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    telegram.profile.commands[key] = commands
    return True


def delete_my_commands(telegram: FakeTelegram, given: Parameters) -> Any:
    telegram.profile.commands.pop((_scope(telegram, given), _language(given)), None)
    return True


def _language(given: Parameters) -> str:
    language = given.text("language_code")
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language


def _scope(telegram: FakeTelegram, given: Parameters) -> Scope:
    scope = given.json("scope", "BotCommandScope")
    if scope is None:
        return ("default",)
    if not isinstance(scope, dict):
        raise bad_request("BotCommandScope must be an Object")
    kind = str(scope.get("type"))
    if kind in _PLAIN_SCOPES:
        return (kind,)
    if kind not in ("chat", "chat_administrators", "chat_member"):
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    chat = telegram.find_chat(str(scope.get("chat_id", "")))
    chat.check_readable()
    if kind == "chat_member":
        return (kind, str(chat.id), str(scope.get("user_id")))
    return (kind, str(chat.id))
