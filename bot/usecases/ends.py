"""The two verses between which somebody wants to walk, from their words and messages.

Decides where one verse ends and the next begins, and how a verse is found in a message of the
bot's; whether there is a way between them is left to `bot.usecases.morph`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from model.verse import Form, Verse, VerseError, han_only, simplify

SEPARATOR = re.compile(r"\s*(?:[|｜→⇒]|[-=]+>)\s*")
_ROW = re.compile(
    r"(?P<before>.*[：:①-⑳]\s*|\s*)(?P<first>\w{5,7})[，,\s]\s*(?P<second>\w{5,7})[。.！!？?]?\s*"
)
_SIZES = {form.size for form in Form}


@dataclass(frozen=True)
class Unread:
    """Words of which no verse can be made."""

    words: str


def read_ends(words: str) -> tuple[Verse, ...] | Unread:
    """Two verses, or the one that there is; none of blank words.

    An arrow or an upright stroke parts them, else a line break, else their equal lengths.
    """
    parts = [part for part in SEPARATOR.split(simplify(words).strip()) if part.strip()]
    if len(parts) == 1:
        parts = _two(parts[0])
    verses = []
    for part in parts:
        try:
            verses.append(Verse.parse(part))
        except VerseError:
            return Unread(part)
    return tuple(verses[:2])


def verse_in(text: str) -> Verse | None:
    """The first verse in a message, which may have a title, numbers and more; else None."""
    simplified = simplify(text)
    try:
        return Verse.parse(simplified)
    except VerseError:
        pass
    lines: list[str] = []
    for row in simplified.splitlines():
        found = _ROW.fullmatch(row)
        if lines and (found is None or found["before"].strip()):
            break  # a title, or the next verse of a list
        if found:
            lines += [found["first"], found["second"]]
            if found["before"].strip():
                break
    for count in (4, 2):
        try:
            return Verse.parse("，".join(lines[:count]))
        except VerseError:
            continue
    return None


def _two(words: str) -> list[str]:
    """Two verses that nothing but a line break or their length parts, or the words as they are."""
    rows = words.splitlines()
    for cut in range(1, len(rows)):
        halves = ["\n".join(rows[:cut]), "\n".join(rows[cut:])]
        if all(len(han_only(half)) in _SIZES for half in halves):
            return halves
    characters = han_only(words)
    half = len(characters) // 2
    if half in _SIZES and half * 2 == len(characters):
        return [characters[:half], characters[half:]]
    return [words]
