"""A poet of a few lines for tests of the service: it writes at once, and misbehaves when asked to.

Decides what each word of a theme makes it do; what the service makes of that is for the tests.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from model.poet import (
    BadRequest,
    Explanation,
    Near,
    Parallel,
    Piece,
    Plan,
    Ranked,
    Reconstruction,
    UnknownCharacters,
    UnsupportedForm,
    WarmUp,
    Written,
)
from model.prosody import Tones, mark, rhyme_of, scheme
from model.verse import Form, Pattern, Verse

WAITS = "停"
SLOW = "慢"
LONG = "长"
POISONED = "毒"
DEADLY = "亡"
UNKNOWN = "囧"
KNOWN = "白日"
"""A line with it stands in the corpus."""

_CHARACTERS = "春江花月夜山水风云雨雪松竹梅兰"
_SLOW_SECONDS = 0.05
"""In all for SLOW, for each batch for LONG, by a poet who writes in batches."""


class TinyPoet:
    """Knows couplets only, unless told otherwise; the theme decides how it behaves."""

    name = "tiny"
    digest = "0123456789ab" * 5 + "0123"
    label = "tiny@0123456789ab"
    parameters = 15
    vocabulary_size = len(_CHARACTERS)
    device = "cpu"

    def __init__(self, forms: tuple[Form, ...] = (Form.COUPLET5, Form.COUPLET7)) -> None:
        self.forms = forms
        self.latent_sizes = {form: form.line_count for form in forms}
        self.asked: list[dict[str, Any]] = []
        """What else every call to compose was told, in order."""
        self.seeds: list[int] = []
        """The seed of every call to compose, in order."""
        self.written = 0
        """Verses that compose has written."""
        self.waiting = threading.Event()
        """Set when a call with the theme WAITS has begun."""
        self.go_on = threading.Event()
        """Lets such calls return."""

    def compose(
        self,
        form: Form,
        count: int = 1,
        *,
        seed: int,
        theme: str | None = None,
        acrostic: str | None = None,
        temperature: float | None = None,
        near: Near | None = None,
    ) -> list[Written]:
        if form not in self.forms:
            raise UnsupportedForm(form, self.forms)
        size = self.latent_sizes[form]
        if near is not None and near.latent is not None and len(near.latent) != size:
            raise BadRequest(
                "near.latent",
                f"a latent of {form.value} has {size} numbers, not {len(near.latent)}",
            )
        self.seeds.append(seed)
        self.asked.append(
            {"theme": theme, "acrostic": acrostic, "temperature": temperature, "near": near}
        )
        self._behave(theme or "")
        written = []
        for one in [seed, *_more_seeds(seed, count - 1)]:
            written.append(_written(form, one))
            self.written += 1
        return written

    def reconstruct(self, verse: Verse, variations: int = 0, *, seed: int) -> Reconstruction:
        self._must_know(verse.characters)
        original = _of(verse, None)
        distances = [(i + 1) / (variations + 1) for i in range(variations)]
        seeds = _more_seeds(seed, variations)
        return Reconstruction(
            original=original,
            reconstruction=original,
            matched=1.0,
            variations=tuple(
                (distance, _written(verse.form, one))
                for distance, one in zip(distances, seeds, strict=True)
            ),
        )

    def complete(self, pattern: Pattern, count: int = 1, *, seed: int) -> list[Written]:
        self._must_know("".join(pattern.known.values()))
        return [
            _of(
                Verse.of_characters(
                    pattern.form,
                    "".join(
                        pattern.known.get(i, drawn)
                        for i, drawn in enumerate(_written(pattern.form, one).verse.characters)
                    ),
                ),
                one,
            )
            for one in [seed, *_more_seeds(seed, count - 1)]
        ]

    def interpolate(self, start: Verse, end: Verse, steps: int) -> list[Written]:
        between = [_written(start.form, i) for i in range(steps - 2)]
        return [_of(start, None), *between, _of(end, None)]

    def explain(self, verse: Verse) -> Explanation:
        rhyme = rhyme_of(verse)
        return Explanation(
            verse,
            mark(verse),
            rhyme,
            (1,) if rhyme else (),
            scheme(verse),
            tuple(
                Parallel(0, place, first, second, 1.5)
                for place, (first, second) in enumerate(zip(*verse.lines[:2], strict=True))
                if first != second
            ),
            tuple(KNOWN in line for line in verse.lines),
        )

    # As the engine asks: here nothing is divided, and all is done as soon as it begins.

    rows = 1

    def warm_up(self) -> WarmUp:
        begun = time.monotonic()
        self.compose(self.forms[0], seed=0)
        return WarmUp(True, time.monotonic() - begun)

    def composing(self, *given: Any, **named: Any) -> Plan[list[Written]]:
        yield []
        return self.compose(*given, **named)

    def reconstructing(self, *given: Any, **named: Any) -> Plan[Reconstruction]:
        yield []
        return self.reconstruct(*given, **named)

    def completing(self, *given: Any, **named: Any) -> Plan[list[Written]]:
        yield []
        return self.complete(*given, **named)

    def interpolating(self, *given: Any, **named: Any) -> Plan[list[Written]]:
        yield []
        return self.interpolate(*given, **named)

    def write(self, pieces: Sequence[Piece], progress: Callable[[], object]) -> list[Ranked]:
        raise AssertionError("nothing is asked for in pieces")

    def _behave(self, theme: str) -> None:
        self._must_know(theme)
        if theme == WAITS:
            self.waiting.set()
            self.go_on.wait(60)
        elif theme == SLOW:
            time.sleep(_SLOW_SECONDS)
        elif theme == POISONED:
            raise RuntimeError("a bug in the poet")
        elif theme == DEADLY:
            raise SystemExit(3)

    def _must_know(self, characters: str) -> None:
        if UNKNOWN in characters:
            raise UnknownCharacters(UNKNOWN)


@dataclass(frozen=True)
class TinyPiece:
    """A verse of a request, to be written on its own or with others."""

    form: Form
    seed: int
    theme: str
    rows: int = 1


class PatientPoet(TinyPoet):
    """Composes verse by verse, as the real one does, in batches of at most `rows`."""

    def __init__(self, rows: int = 1, forms: tuple[Form, ...] = tuple(Form)) -> None:
        super().__init__(forms)
        self.rows = rows
        self.batches: list[list[TinyPiece]] = []
        """What was written together, in order."""

    def composing(self, form: Form, count: int = 1, **given: Any) -> Plan[list[Written]]:
        theme, seed = given["theme"] or "", given["seed"]
        self.seeds.append(seed)
        self._must_know(theme)
        pieces = [TinyPiece(form, one, theme) for one in [seed, *_more_seeds(seed, count - 1)]]
        written = yield cast("list[Piece]", pieces)
        return cast("list[Written]", written)

    def write(self, pieces: Sequence[Piece], progress: Callable[[], object]) -> list[Ranked]:
        batch = cast("list[TinyPiece]", pieces)
        self.batches.append(batch)
        assert len({piece.form for piece in batch}) == 1
        for piece in batch:
            self._behave(piece.theme)
        if any(piece.theme == LONG for piece in batch):
            time.sleep(_SLOW_SECONDS)
        self.written += len(batch)
        return cast("list[Ranked]", [_written(piece.form, piece.seed) for piece in batch])


def _more_seeds(seed: int, count: int) -> list[int]:
    numbers = random.Random(seed)
    return [numbers.randrange(2**53) for _ in range(count)]


def _written(form: Form, seed: int) -> Written:
    numbers = random.Random(seed)
    return _of(Verse.of_characters(form, "".join(numbers.choices(_CHARACTERS, k=form.size))), seed)


def _of(verse: Verse, seed: int | None) -> Written:
    marks = tuple("○" * verse.form.line_length for _ in verse.lines)
    return Written(
        verse=verse,
        seed=seed,
        latent=(0.5,) * verse.form.line_count,
        score=len(set(verse.characters)) / verse.form.size,
        tones=Tones(lines=marks, rhyme=None, regular=False),
        novel=True,
    )
