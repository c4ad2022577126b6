"""The poet: a trained VAE with rules and a ranking, which writes verse on request.

Decides what may be asked and which candidate is kept; candidates come from `drafting`, their score
from `reading`, and requests that wait or fail are the service's. All calls block while torch
computes. Shapes: B candidates, L characters a verse, Z latent size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from model.networks.checkpoint import Checkpoint
from model.networks.vae import likeliest
from model.poet.decoding import derive_seed, seeded
from model.poet.drafting import Drafter, Place, Wish
from model.poet.errors import BadRequest, UnknownCharacters, UnsupportedForm
from model.poet.explanation import Explanation, explain
from model.poet.reading import Reader
from model.poet.tables import Tables
from model.poet.wanted import NotWanted, Wanted, always
from model.prosody import Tones, mark
from model.verse import Form, Pattern, Verse, han_only, simplify

CANDIDATES = 128
_NEIGHBOURS = 32
_THEME = range(1, 5)
_DISTANCES = (0.4, 0.9)
_STEP_DISTANCE = 0.3
_SPARE_ATTEMPTS = 12
_FARTHER = 0.1


@dataclass(frozen=True)
class Near:
    """A place in the latent space, by a verse or a latent, and how far from it to look (0 to 1)."""

    verse: Verse | None = None
    latent: tuple[float, ...] | None = None
    distance: float = 0.3


@dataclass(frozen=True)
class Written:
    """A verse and what the poet knows of it; `seed` is None where no seed gives it again."""

    verse: Verse
    seed: int | None
    latent: tuple[float, ...]
    score: float
    tones: Tones
    novel: bool


@dataclass(frozen=True)
class Reconstruction:
    """A person's verse, what its latent gives back, the share of characters in their places, and
    variations as (distance, verse)."""

    original: Written
    reconstruction: Written
    matched: float
    variations: tuple[tuple[float, Written], ...]


class Poet:
    """A loaded model. A verse depends on the model, its own seed and the request, on nothing else:
    each is computed by itself, in batches of its own candidates, whose size never varies."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        digest: str,
        tables: Tables,
        device: torch.device,
        candidates: int = CANDIDATES,
    ) -> None:
        self.name = checkpoint.name
        self.digest = digest
        self.vocabulary = checkpoint.vocabulary
        self.model = checkpoint.build(device)
        self._candidates = candidates
        self._tables = tables
        self._drafter = Drafter(self.model, self.vocabulary)
        writer = self._drafter.writer
        judge = checkpoint.build_discriminator(device)
        if judge is not None:
            judge.to(next(writer.parameters()).dtype)  # as the writer is, whose states it reads
        self._reader = Reader(writer, self.vocabulary, tables.ranking, judge)

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms it was trained for."""
        return self.model.forms

    @property
    def latent_sizes(self) -> dict[Form, int]:
        """Numbers in a latent of each form."""
        return self.model.latent_sizes

    @property
    def vocabulary_size(self) -> int:
        """Characters it knows."""
        return len(self.vocabulary.characters)

    @cached_property
    def parameters(self) -> int:
        """Weights of the model."""
        return sum(parameter.numel() for parameter in self.model.parameters())

    @property
    def device(self) -> str:
        """Where it computes: cpu or cuda."""
        return self.model.device.type

    @property
    def label(self) -> str:
        """Name and digest, as an answer names its model."""
        return f"{self.name}@{self.digest[:12]}"

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
        wanted: Wanted = always,
    ) -> list[Written]:
        """Verses from the prior, or near a place in the latent space.

        `theme` is one to four characters that appear side by side, `acrostic` the first character
        of each line. Raises PoetError, or NotWanted between verses.
        """
        self._require(form)
        wish = Wish(
            self._with_heads(form, acrostic),
            self._theme(theme),
            self._place(form, near),
            temperature,
        )
        return self._several(wish, count, seed, wanted)

    def complete(
        self, pattern: Pattern, count: int = 1, *, seed: int, wanted: Wanted = always
    ) -> list[Written]:
        """Verses that hold the known characters of a pattern in their places. Raises PoetError, or
        NotWanted between verses."""
        self._require(pattern.form)
        self._know("".join(pattern.known.values()))
        return self._several(Wish(pattern), count, seed, wanted)

    @torch.inference_mode()
    def reconstruct(self, verse: Verse, variations: int = 0, *, seed: int) -> Reconstruction:
        """What the latent of a verse gives back, the likeliest character at each place and no rule
        applied, and variations at growing distances. Raises PoetError."""
        back = self.give_back([verse])[0]
        same = sum(a == b for a, b in zip(verse.characters, back.characters, strict=True))
        taken = {verse.characters, back.characters}
        around: list[tuple[float, Written]] = []
        low, high = _DISTANCES
        for i in range(variations):
            distance = round(low + (high - low) * i / max(1, variations - 1), 4)
            written = self._vary(verse, distance, derive_seed(seed, i), taken)
            taken.add(written.verse.characters)
            around.append((distance, written))
        return Reconstruction(
            self._written(verse, None),
            self._written(back, None),
            same / verse.form.size,
            tuple(around),
        )

    @torch.inference_mode()
    def give_back(self, verses: list[Verse]) -> list[Verse]:
        """What the latents of verses of one form give back, the likeliest character at each place.

        A character that the poet does not know is an open place to it, and is guessed. Raises
        PoetError.
        """
        form = verses[0].form
        self._require(form)
        mean = self.model.encoder(torch.cat([self._ids(verse) for verse in verses])).mean
        return [self._verse(form, row) for row in self._given_by(mean, form)]

    @torch.inference_mode()
    def interpolate(self, start: Verse, end: Verse, steps: int) -> list[Written]:
        """A walk of `steps` distinct verses whose ends are the given ones. Raises PoetError."""
        self._require(start.form)
        if start.form is not end.form:
            raise BadRequest("end", f"both verses must be of one form, {start.form.value}")
        first, last = self._posterior_mean(start), self._posterior_mean(end)
        walk = [self._written(start, None)]
        taken = {start.characters, end.characters}
        for i in range(1, steps - 1):
            z = self.model.prior.between(first[0], last[0], i / (steps - 1))[None]
            place = Place(z, _STEP_DISTANCE)
            written = self._write(Wish(Pattern.open(start.form), place=place), i, taken)
            taken.add(written.verse.characters)
            # The seed alone, without both ends, gives nothing again.
            walk.append(replace(written, seed=None))
        return [*walk, self._written(end, None)]

    def explain(self, verse: Verse) -> Explanation:
        """How a verse of any form is built; writes nothing, so it may be asked in any thread."""
        return explain(verse, self._tables)

    # What is asked for

    def _require(self, form: Form) -> None:
        if form not in self.forms:
            raise UnsupportedForm(form, self.forms)

    def _know(self, characters: str) -> None:
        if unknown := self.vocabulary.unknown(characters):
            raise UnknownCharacters(unknown)

    def _with_heads(self, form: Form, acrostic: str | None) -> Pattern:
        if acrostic is None:
            return Pattern.open(form)
        heads = han_only(simplify(acrostic))
        if len(heads) != form.line_count:
            raise BadRequest(
                "acrostic", f"{form.value} takes {form.line_count} characters, one a line"
            )
        self._know(heads)
        cells: list[str | None] = [None] * form.size
        cells[:: form.line_length] = heads
        return Pattern(form, tuple(cells))

    def _theme(self, theme: str | None) -> str:
        if theme is None:
            return ""
        characters = han_only(simplify(theme))
        if len(characters) not in _THEME:
            raise BadRequest("theme", "a theme is one to four Chinese characters")
        self._know(characters)
        return characters

    def _place(self, form: Form, near: Near | None) -> Place | None:
        if near is None:
            return None
        if near.verse is not None:
            if near.verse.form is not form:
                raise BadRequest("near", f"the verse to be near to must be {form.value} too")
            return self._place_of(near.verse, near.distance)
        latent = near.latent or ()
        size = self.latent_sizes[form]
        if len(latent) != size:
            raise BadRequest(
                "near", f"a latent of {form.value} has {size} numbers here, not {len(latent)}"
            )
        mean = torch.tensor([latent], device=self.model.device)
        return Place(mean, near.distance, self._given_by(mean, form))

    @torch.inference_mode()
    def _given_by(self, mean: Tensor, form: Form) -> Tensor:
        """What latents (B, Z) give back, (B, L)."""
        return self.model.at(0.0).decoder.write(mean, form.size, likeliest)

    def _place_of(self, verse: Verse, distance: float) -> Place:
        return Place(self._posterior_mean(verse), distance, self._ids(verse))

    # How it is written

    def _several(self, wish: Wish, count: int, seed: int, wanted: Wanted) -> list[Written]:
        """Verses with seeds that follow from one; where two would be the same, the later seed is
        passed over, as long as there is hope of another verse."""
        found: dict[str, Written] = {}
        for index in range(count + _SPARE_ATTEMPTS):
            if not wanted():
                raise NotWanted
            one = self._write(wish, derive_seed(seed, index))
            found.setdefault(one.verse.characters, one)
            if len(found) == count:
                break
        return list(found.values())

    def _vary(self, verse: Verse, distance: float, seed: int, taken: set[str]) -> Written:
        """A neighbour that is not taken; where all are, from a little farther away."""
        while True:
            wish = Wish(Pattern.open(verse.form), place=self._place_of(verse, distance))
            written = self._write(wish, seed, taken)
            if written.verse.characters not in taken or distance >= 1:
                return written
            distance = min(1.0, distance + _FARTHER)

    @torch.inference_mode()
    def _write(
        self, wish: Wish, seed: int, taken: set[str] | frozenset[str] = frozenset()
    ) -> Written:
        """The best of many candidates."""
        form = wish.pattern.form
        count = self._candidates if wish.place is None else min(_NEIGHBOURS, self._candidates)
        ids, regular = self._drafter.candidates(wish, count, seeded(seed, self.model.device))
        best = self._best(form, ids, regular, taken)
        return self._written(self._verse(form, ids[best]), seed)

    def _best(
        self, form: Form, ids: Tensor, regular: Tensor, taken: set[str] | frozenset[str]
    ) -> int:
        """Which candidate is best: one not taken, regular, of new lines, and with a high score."""
        verses = [self._verse(form, row) for row in ids]
        scores = self._reader.scores(form, ids)

        def worth(i: int) -> tuple[bool, bool, int, float]:
            new = sum(line not in self._tables.known_lines for line in verses[i].lines)
            return verses[i].characters not in taken, bool(regular[i]), new, float(scores[i])

        return max(range(len(verses)), key=worth)

    def _written(self, verse: Verse, seed: int | None) -> Written:
        ids = self._ids(verse)
        latent = _numbers(self.model.encoder(ids).mean[0])
        if not ids.all():  # the score reads the poet's guess where it does not know a character
            ids = torch.where(ids > 0, ids, self._ids(self.give_back([verse])[0]))
        return Written(
            verse,
            seed,
            latent,
            round(float(self._reader.scores(verse.form, ids)[0]), 4),
            mark(verse),
            not any(line in self._tables.known_lines for line in verse.lines),
        )

    def _verse(self, form: Form, ids: Tensor) -> Verse:
        return Verse.of_characters(form, self.vocabulary.decode(ids.tolist()))

    def _ids(self, verse: Verse) -> Tensor:
        """A verse as the encoder reads it, (1, L); 0 where a character is not known."""
        known = self.vocabulary
        ids = [0 if known.unknown(c) else known.encode(c)[0] for c in verse.characters]
        return torch.tensor([ids], device=self.model.device)

    @torch.inference_mode()
    def _posterior_mean(self, verse: Verse) -> Tensor:
        mean: Tensor = self.model.encoder(self._ids(verse)).mean
        return mean  # (1, Z)


def _numbers(z: Tensor) -> tuple[float, ...]:
    """A latent as it travels: float32 rounded to what JSON needs to give it back."""
    return tuple(round(float(number), 6) for number in z)
