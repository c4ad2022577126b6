"""Plain words of a private chat.

Decides which words ask for a new verse, or an acrostic, which are verse to answer or to walk
between, and which stand for a command; what follows is left to the use cases they name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.usecases.answer import Line, read_line
from bot.usecases.ends import SEPARATOR, Unread, read_ends
from bot.usecases.wish import read_wish
from bot.usecases.words import FORMS
from model.verse import Form, han_only, simplify


@dataclass(frozen=True)
class WantsPoem:
    """Somebody asks for a new verse, with these words for form and theme or for heads."""

    words: str


@dataclass(frozen=True)
class WantsAnswer:
    """Somebody gives verse, or parts of it."""

    words: str


@dataclass(frozen=True)
class WantsLines:
    """Somebody gives a line, and wants the one beside it."""

    words: str


@dataclass(frozen=True)
class WantsWalk:
    """Somebody gives two verses."""

    words: str


@dataclass(frozen=True)
class WantsCommand:
    """Somebody says what a command is for."""

    name: str


PlainWords = WantsPoem | WantsAnswer | WantsLines | WantsWalk | WantsCommand

_COMMANDS = {
    name: command
    for command, names in {
        "start": "你好|您好|嗨|hello|hi|hey",
        "help": "帮助|说明|怎么用|用法|help|?|？",
        "today": "今日一诗|今天的诗|今日诗|today|poem of the day",
        "top": "佳作榜|排行榜|榜|top|best",
        "kept": "收藏|我的收藏|kept|favourites|favorites",
        "mine": "我的诗|mine|my poems|my verse",
        "daily": "每日一诗|每天一首|daily",
        "settings": "设置|设定|settings",
        "language": "语言|language",
        "privacy": "隐私|privacy",
        "cancel": "取消|算了|停笔|别写了|不写了|cancel|stop|never mind",
    }.items()
    for name in names.split("|")
}
"""Whole messages, simplified and in lower case, that stand for a command."""
_POEM = re.compile(
    r"(?:请|帮我|给我|再)*"
    r"(?:(?P<verb>[写作]诗)|[写作来](?:一[首联副]|[首联])诗?)"
    r"(?P<gap>[\s:：,，.。!！]*)(?P<words>.*)",
    re.DOTALL,
)
_ACROSTIC = re.compile(r"(?:请|帮我|给我|再)*[写作来]?(?P<words>藏头.*)", re.DOTALL)
_IN_ENGLISH = re.compile(
    r"(?:please\s+)?(?:write\s+)?(?:me\s+)?(?:(?:an?|another)\s+)?"
    r"(?P<words>(?:(?:five|seven|5|7)[\s-]+(?:characters?\s+)?)?"
    r"(?:poem|verse|couplet|quatrain|jueju|acrostic)s?[57]?\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_ANSWER = re.compile(
    r"(?:请|帮我|(?:a|the)\s+)*"
    r"(?:[对接](?:上联|下联|上句|下句|句|联)?|answer"
    r"|(?P<side>[上下][联句]|(?:first|second) line (?:for|to)))"
    r"[\s:：,，]+(?P<words>.+)",
    re.DOTALL | re.IGNORECASE,
)
_WALK = re.compile(r"(?:morph|walk)?\s*(?P<words>.+)", re.DOTALL | re.IGNORECASE)
_LENGTHS = {form.line_length for form in Form} | {form.size for form in Form}


def read_plain_words(text: str) -> PlainWords | None:
    """What a message without a command asks for; None if it means nothing here."""
    words = simplify(text).strip()
    if command := _COMMANDS.get(words.casefold().rstrip("!！。.")):
        return WantsCommand(command)
    if found := _IN_ENGLISH.fullmatch(words) or _ACROSTIC.fullmatch(words):
        return WantsPoem(found["words"])
    found = _POEM.fullmatch(words)
    if found and not _is_line(words, found):
        return WantsPoem(found["words"])
    if _names_form(words) or _names_theme(words):
        return WantsPoem(words)
    return _given(text, words)


def _given(text: str, words: str) -> WantsAnswer | WantsLines | WantsWalk | None:
    """What is wanted of verse, or of parts of it."""
    if found := _ANSWER.fullmatch(words):
        given = text.strip()[found.start("words") :]
        given = f"{found['side']} {given}" if found["side"] else given
        line = isinstance(read_line(given), Line)
        return WantsLines(given) if line else WantsAnswer(given)
    walk = _WALK.fullmatch(words)
    if walk and _parts_two_verses(walk["words"]):
        return WantsWalk(walk["words"])
    return WantsAnswer(text) if han_only(text) else None


def _parts_two_verses(words: str) -> bool:
    """Two lines may be one couplet: only a sign between them says that they are two verses."""
    if not SEPARATOR.search(words):
        return False
    ends = read_ends(words)
    return not isinstance(ends, Unread) and len(ends) == 2


def _is_line(words: str, found: re.Match[str]) -> bool:
    """Verse may begin so, too: 作诗何必多."""
    leans = bool(found["verb"]) and not found["gap"] and bool(found["words"])
    return leans and len(han_only(words)) in _LENGTHS


def _names_form(words: str) -> bool:
    """Whether a word by itself is the Chinese name of a form: 七绝 秋月."""
    return any(len(word) > 1 and not word.isascii() and word in FORMS for word in words.split())


def _names_theme(words: str) -> bool:
    """Whether it is nothing but English words of verse: autumn moon."""
    if not words.isascii():
        return False
    wish = read_wish(words)
    return bool(wish.characters or wish.forms) and not wish.unread
