"""What somebody wants to read, from their words.

Decides how forms, themes and the heads of an acrostic are told apart, in any order, language and
script; whether a verse can be made of them is left to the use cases.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.usecases.themes import theme_of
from bot.usecases.words import FILLERS, FORMS, LONG_NAMES, PLAIN_NAMES, PLAIN_UNWRITTEN, UNWRITTEN
from model.verse import Form, han_only, simplify

_ACROSTIC = re.compile(r"藏头诗?|(?<![a-z])acrostics?(?![a-z])", re.IGNORECASE)
_AROUND_THEME = re.compile(r"^(?:请?[写作来]?一[首副联]|关于|以)+|(?:为题)?的?诗?$")
_BETWEEN_WORDS = re.compile(r"[\s,，.。、;；:：!！?？·/+\-—~～《》「」“”\"'’（）()]+")


@dataclass(frozen=True)
class Wish:
    """A form, and a theme or the heads of an acrostic."""

    forms: frozenset[Form]
    """Those that would do; empty where nothing was said."""
    characters: str
    """The theme or the heads, simplified."""
    unread: str = ""
    """Words that mean nothing here."""
    unwritten: str = ""
    """The name of a form that is not among ours."""


@dataclass(frozen=True)
class _Word:
    """A word, and what names of forms there were in it."""

    rest: str
    forms: frozenset[Form]
    unwritten: str


def read_wish(words: str) -> Wish:
    """Reads forms and a theme, each by any of its names."""
    read = [_read(word, LONG_NAMES, UNWRITTEN) for word in _words(words)]
    return _wish([word for word in read if word.rest not in FILLERS], _AROUND_THEME)


def read_heads(words: str) -> Wish:
    """Reads forms and the heads of an acrostic, of which every character counts."""
    spoken = simplify(words)
    bare = _ACROSTIC.sub(" ", spoken).strip() or spoken
    read = [_read(word, PLAIN_NAMES, PLAIN_UNWRITTEN) for word in _words(bare)]
    return _wish([word for word in read if han_only(word.rest) or word.rest not in FILLERS])


def asks_for_acrostic(words: str) -> bool:
    """Whether the words of a wish name an acrostic."""
    return _ACROSTIC.search(simplify(words)) is not None


def _wish(words: Sequence[_Word], around: re.Pattern[str] | None = None) -> Wish:
    """`around` is what may stand around a theme and is none of it."""
    forms: frozenset[Form] = frozenset()
    characters: list[str] = []
    unread: list[str] = []
    for word in words:
        forms = _both(forms, word.forms)
        if han := han_only(word.rest):
            characters.append(around.sub("", han) if around else han)
        elif known := theme_of(word.rest):
            characters.append(known)
        elif word.rest:
            unread.append(word.rest)
    unwritten = next((word.unwritten for word in words if word.unwritten), "")
    return Wish(forms, "".join(characters), " ".join(unread), unwritten)


def _words(words: str) -> list[str]:
    return [word for word in _BETWEEN_WORDS.split(simplify(words).casefold()) if word]


def _read(word: str, leaning: Sequence[str], unwritten: Sequence[str]) -> _Word:
    """五绝 of 秋天的五绝, leaving 秋天的; a name may be the word, or lean on either of its ends."""
    forms: frozenset[Form] = frozenset()
    missing = ""
    while word:
        if word in FORMS:
            forms, word = _both(forms, FORMS[word]), ""
        elif name := _at_an_end(word, unwritten):
            missing, word = name, _without(word, name)
        elif name := _at_an_end(word, leaning):
            forms, word = _both(forms, FORMS[name]), _without(word, name)
        else:
            break
    return _Word("" if (forms or missing) and word in FILLERS else word, forms, missing)


def _both(some: frozenset[Form], others: frozenset[Form]) -> frozenset[Form]:
    """What two names mean together; where they contradict each other, the first counts."""
    return some & others or some or others


def _at_an_end(word: str, names: Sequence[str]) -> str | None:
    """A name of Latin letters leans on nothing: a Latin word is a word."""
    if word.isascii():
        return word if word in names else None
    return next((name for name in names if word.startswith(name) or word.endswith(name)), None)


def _without(word: str, name: str) -> str:
    return word.removeprefix(name) if word.startswith(name) else word.removesuffix(name)
