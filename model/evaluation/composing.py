"""What a poet is asked to write so that it can be measured: plain verses, and forced characters.

Decides the requests, drawn from held-out verse, and when an answer has what was forced; how a
poet meets them is the poet's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from tqdm import tqdm

from model.corpus.poems import Part
from model.evaluation.album import Album
from model.evaluation.held_out import HeldOut
from model.prosody import regular
from model.verse import Form, Pattern, Verse
from model.vocabulary import Vocabulary

_AT_ONCE = 20
_LONGEST_THEME = 4
_COMPOSED, _SEEDS = 1, 2  # purposes of random numbers


class Written(Protocol):
    """An answer of a poet."""

    @property
    def verse(self) -> Verse: ...


class Writer(Protocol):
    """A poet, as far as it is measured; it raises ValueError where it refuses."""

    def compose(
        self,
        form: Form,
        count: int = 1,
        *,
        seed: int,
        theme: str | None = None,
        acrostic: str | None = None,
    ) -> Sequence[Written]: ...

    def complete(self, pattern: Pattern, count: int = 1, *, seed: int) -> Sequence[Written]: ...


@dataclass(frozen=True)
class Request:
    """What is asked for: characters of a theme, heads of lines, or a pattern, as people write it
    in `asked`."""

    kind: str
    asked: str
    theme: str | None = None
    acrostic: str | None = None
    pattern: Pattern | None = None

    def put(self, writer: Writer, form: Form, seed: int) -> Verse:
        """The poet's answer. Raises ValueError if it refuses."""
        if self.pattern:
            [written] = writer.complete(self.pattern, 1, seed=seed)
        else:
            [written] = writer.compose(form, 1, seed=seed, theme=self.theme, acrostic=self.acrostic)
        return written.verse

    def met(self, verse: Verse) -> bool:
        """Whether every forced character is there: in its place, or of a theme anywhere."""
        if self.theme:
            return set(self.theme) <= set(verse.characters)
        if self.acrostic:
            return self.acrostic == "".join(line[0] for line in verse.lines)
        known = self.pattern.known if self.pattern else {}
        return all(verse.characters[i] == character for i, character in known.items())


@dataclass(frozen=True)
class Forced:
    """How one kind of request fared; shares are of all that was asked."""

    kind: str
    asked: int
    met: float
    """All forced characters there."""
    refused: float
    regular: float
    """All rules of regulated verse kept as well; not all forced characters allow it."""


def composed(writer: Writer, album: Album, held_out: HeldOut, count: int) -> list[Verse]:
    """So many verses of a form: those of the album, and as many more as it lacks."""
    form = held_out.form
    kept = album.composed.setdefault(form, [])
    with tqdm(desc=f"{form}: composing", total=count, leave=False, initial=len(kept)) as bar:
        while len(kept) < count:
            seed = int(held_out.chance(_COMPOSED, len(kept)).integers(2**53))
            asked = min(_AT_ONCE, count - len(kept))
            album.add(written.verse for written in writer.compose(form, asked, seed=seed))
            bar.update(len(kept) - bar.n)
    return kept[:count]


def forced(
    writer: Writer, album: Album, held_out: HeldOut, vocabulary: Vocabulary, count: int
) -> tuple[Forced, ...]:
    """How `count` requests of each kind fare, all for characters that the poet knows."""
    form = held_out.form
    every = list(_requests(held_out, vocabulary, count))
    seeds = held_out.chance(_SEEDS).integers(2**53, size=len(every))
    for request, seed in tqdm(
        list(zip(every, seeds.tolist(), strict=True)), desc=f"{form}: requests", leave=False
    ):
        if (form, request.kind, request.asked) in album.answers:
            continue
        try:
            answer = request.put(writer, form, seed)
        except ValueError:
            answer = None
        album.answer(form, request.kind, request.asked, answer)
    kinds = dict.fromkeys(request.kind for request in every)
    return tuple(
        _fared(kind, [(r, album.answers[form, kind, r.asked]) for r in every if r.kind == kind])
        for kind in kinds
    )


def _fared(kind: str, answers: Sequence[tuple[Request, Verse | None]]) -> Forced:
    return Forced(
        kind,
        len(answers),
        sum(verse is not None and request.met(verse) for request, verse in answers) / len(answers),
        sum(verse is None for _, verse in answers) / len(answers),
        sum(verse is not None and regular(verse) for _, verse in answers) / len(answers),
    )


def _requests(held_out: HeldOut, vocabulary: Vocabulary, count: int) -> Iterator[Request]:
    """Of each kind `count`, from verses of TEST, fewer if there are not so many."""
    known = held_out.known(held_out.ids(Part.TEST), vocabulary)
    verses = held_out.verses(known[:count])
    chance = held_out.chance(_SEEDS)
    for verse in verses:
        line = verse.lines[chance.integers(len(verse.lines))]
        length = int(chance.integers(1, _LONGEST_THEME + 1))
        start = int(chance.integers(len(line) - length + 1))
        theme = line[start : start + length]
        yield Request("theme", theme, theme=theme)
    for verse in verses:
        heads = "".join(line[0] for line in verse.lines)
        yield Request("acrostic", heads, acrostic=heads)
    for kind, opened in _PATTERNS.items():
        for verse in verses[: max(1, count // len(_PATTERNS))]:
            cells = zip(verse.characters, opened(verse.form, chance), strict=True)
            pattern = Pattern(verse.form, tuple(None if gap else c for c, gap in cells))
            yield Request(kind, pattern.text, pattern=pattern)


def _second_half(form: Form, _: np.random.Generator) -> list[bool]:
    return [i >= form.size // 2 for i in range(form.size)]


def _first_half(form: Form, _: np.random.Generator) -> list[bool]:
    return [i < form.size // 2 for i in range(form.size)]


def _holes(form: Form, chance: np.random.Generator) -> list[bool]:
    holes: list[bool] = (chance.random(form.size) < 0.5).tolist()
    return holes


_PATTERNS = {
    "second half, the first given": _second_half,
    "first half, the second given": _first_half,
    "holes": _holes,
}
"""Kinds of patterns, and which places of a form they leave open."""
