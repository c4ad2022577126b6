"""`/couplet`: what the poet makes of a person's own characters.

Decides by their number what is meant: a whole verse to remember, a line to go on from, a pattern
to fill, or a few characters to weave in. How each answer looks is left to the pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.poet import PoetClient, PoetRefused
from bot.store import PoemRecord, Store
from bot.usecases.answer import Answer, Answered, Line, Side
from bot.usecases.asker import Asker, keep
from bot.usecases.form_choice import FormChoice
from bot.usecases.refusals import FormUnknown, Refusal, read_refusal
from bot.usecases.words import COUPLETS
from model.service.protocol import CompleteRequest, ComposeRequest, ReconstructRequest, VersesAnswer
from model.verse import OPEN, Form, Pattern, Verse, VerseError, han_only, simplify

VARIATIONS = 3
CANDIDATES = 3
"""How many couplets, or fillings of a pattern, are offered."""
FEW = range(1, 5)
"""So many characters are woven into couplets."""

_LINE_LENGTHS = {form.line_length for form in Form}
_SIZES = {form.size for form in Form}
_OPEN_CELL = re.compile("[?？_＿]")


@dataclass(frozen=True)
class NothingGiven:
    """The command stood alone."""


@dataclass(frozen=True)
class NoHan:
    """There is text, and no Han character in it."""


@dataclass(frozen=True)
class WrongLength:
    """`count` characters make none of what the poet's forms can use."""

    count: int
    forms: tuple[Form, ...]


@dataclass(frozen=True)
class UnevenLines:
    """As many characters as a verse, but split into lines of these lengths."""

    lengths: tuple[int, ...]


@dataclass(frozen=True)
class Reconstructed:
    """A whole verse, and what is left of it after a walk through the poet's memory."""

    original: str
    reconstruction: PoemRecord
    size: int
    """Characters of the verse, of which `same` came back in their places."""
    same: int
    variations: tuple[tuple[float, PoemRecord], ...]
    """By growing distance, between 0 and 1."""


@dataclass(frozen=True)
class Filled:
    """A pattern with open characters, and verses that fill it."""

    pattern: str
    verses: tuple[PoemRecord, ...]


@dataclass(frozen=True)
class Containing:
    """A few characters, and couplets that hold them."""

    characters: str
    couplets: tuple[PoemRecord, ...]


@dataclass(frozen=True)
class Few:
    """One to four characters."""

    characters: str


@dataclass(frozen=True)
class Misfit:
    """So many characters that they are none of the others."""

    count: int


Seed = NothingGiven | NoHan | UnevenLines | Few | Line | Pattern | Verse | Misfit
Outcome = (
    NoHan | WrongLength | UnevenLines | Reconstructed | Answered | Filled | Containing | Refusal
)


class Couplet:
    """Answers a person's characters with verse."""

    def __init__(self, store: Store, poet: PoetClient, forms: FormChoice, answer: Answer) -> None:
        self._store = store
        self._poet = poet
        self._forms = forms
        self._answer = answer

    async def __call__(self, asker: Asker, words: str) -> Outcome | NothingGiven:
        """`words` is what a person wrote, in any script and punctuation."""
        seed = read_seed(words)
        match seed:
            case NothingGiven() | NoHan() | UnevenLines():
                return seed
            case Misfit(count):
                return WrongLength(count, await self._forms.offered())
            case Few(characters):
                return await self._weave(asker, characters)
            case Line():
                return await self._answer.to(asker, seed)
            case Pattern():
                return await self._fill(asker, seed)
            case Verse():
                return await self._remember(asker, seed)

    async def _remember(self, asker: Asker, verse: Verse) -> Reconstructed | Refusal:
        request = ReconstructRequest(verse=verse.plain, variations=VARIATIONS)
        try:
            answer = await self._poet.reconstruct(request)
        except PoetRefused as error:
            return read_refusal(error, verse.form)
        words = verse.plain
        kept = await keep(
            self._store,
            answer.reconstruction,
            answer.model,
            asker,
            command="couplet",
            words=words,
        )
        variations = [
            (
                near.distance,
                await keep(self._store, near, answer.model, asker, command="couplet", words=words),
            )
            for near in answer.variations
        ]
        size = verse.form.size
        return Reconstructed(
            verse.text, kept, size, round(answer.matched * size), tuple(variations)
        )

    async def _fill(self, asker: Asker, pattern: Pattern) -> Filled | Refusal:
        request = CompleteRequest(pattern=pattern.text, count=CANDIDATES)
        try:
            answer = await self._poet.complete(request)
        except PoetRefused as error:
            return read_refusal(error, pattern.form)
        return Filled(pattern.text, await self._keep_all(asker, answer, pattern.text))

    async def _weave(self, asker: Asker, characters: str) -> Containing | Refusal:
        form = await self._forms.choose(COUPLETS, asker.form)
        if isinstance(form, FormUnknown):
            return form
        request = ComposeRequest(form=form, theme=characters, count=CANDIDATES)
        try:
            answer = await self._poet.compose(request)
        except PoetRefused as error:
            return read_refusal(error, form)
        return Containing(characters, await self._keep_all(asker, answer, characters))

    async def _keep_all(
        self, asker: Asker, answer: VersesAnswer, words: str
    ) -> tuple[PoemRecord, ...]:
        """Keeps each different verse once."""
        verses = {verse.text: verse for verse in answer.verses}.values()
        return tuple(
            [
                await keep(self._store, verse, answer.model, asker, command="couplet", words=words)
                for verse in verses
            ]
        )


def read_seed(words: str) -> Seed:
    """What a person's words are, by the number of their Han characters."""
    if not words.strip():
        return NothingGiven()
    characters = han_only(simplify(words))
    if not characters:
        return NoHan()
    if pattern := _pattern(words):
        return pattern
    count = len(characters)
    if count in FEW:
        return Few(characters)
    if count in _LINE_LENGTHS:
        return Line(characters, Side.FIRST)
    return _verse(words, count)


def _verse(words: str, count: int) -> Verse | UnevenLines | Misfit:
    try:
        return Verse.parse(words)
    except VerseError:
        if count in _SIZES:
            return UnevenLines(tuple(len(run) for run in _runs(words)))
        return Misfit(count)


def _pattern(words: str) -> Pattern | None:
    """The pattern, if open characters complete the lines of one; else a question mark is
    punctuation."""
    if not _OPEN_CELL.search(words):
        return None
    try:
        return Pattern.parse(_OPEN_CELL.sub(OPEN, words))
    except VerseError:
        return None


def _runs(words: str) -> list[str]:
    """What stands between punctuation."""
    return "".join(c if han_only(c) else " " for c in words).split()
