"""Plain words of a private chat.

Decides which words ask for a new verse, or an acrostic, and which are verse to answer; what
follows is left to the use cases they name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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
_ANSWER = re.compile(r"[对接](?:下?句|上?联|下联)?[\s:：,，]+(?P<words>.+)", re.DOTALL)
_LENGTHS = {form.line_length for form in Form} | {form.size for form in Form}


def read_plain_words(text: str) -> WantsPoem | WantsAnswer | None:
    """What a message without a command asks for; None if it holds no Han character either."""
    words = simplify(text).strip()
    if found := _IN_ENGLISH.fullmatch(words) or _ACROSTIC.fullmatch(words):
        return WantsPoem(found["words"])
    found = _POEM.fullmatch(words)
    if found and not _is_line(words, found):
        return WantsPoem(found["words"])
    if _names_form(words):
        return WantsPoem(words)
    if found := _ANSWER.fullmatch(words):
        return WantsAnswer(text.strip()[found.start("words") :])
    return WantsAnswer(text) if han_only(text) else None


def _is_line(words: str, found: re.Match[str]) -> bool:
    """Verse may begin so, too: 作诗何必多."""
    leans = bool(found["verb"]) and not found["gap"] and bool(found["words"])
    return leans and len(han_only(words)) in _LENGTHS


def _names_form(words: str) -> bool:
    """Whether a word by itself is the Chinese name of a form: 七绝 秋月."""
    return any(len(word) > 1 and not word.isascii() and word in FORMS for word in words.split())
