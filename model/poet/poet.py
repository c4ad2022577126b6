"""The poet: a trained VAE with rules and a ranking, which writes verse on request.

Decides what may be asked and which candidate is kept; candidates come from `writing`, and requests
that wait or fail are the service's. All calls block while torch computes. Shapes: B candidates, L
characters a verse, Z latent size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

import torch
from torch import Tensor

from model.networks.checkpoint import Checkpoint
from model.networks.vae import likeliest
from model.poet.answers import Near, Reconstruction, Written
from model.poet.asking import Asking
from model.poet.decoding import derive_seed
from model.poet.drafting import Drafter, Place, Progress, Wish, no_progress
from model.poet.errors import BadRequest
from model.poet.explanation import Explanation, explain
from model.poet.pieces import Candidate, Piece, Plan, Ranked, carried_out
from model.poet.reading import Reader
from model.poet.tables import Tables
from model.poet.writing import WarmUp, Writer
from model.prosody import mark
from model.verse import Form, Pattern, Verse

CANDIDATES = 128
_NEIGHBOURS = 32
_DISTANCES = (0.4, 0.9)
_STEP_DISTANCE = 0.3
_SPARE_ATTEMPTS = 12
_FARTHER = 0.1
_T = TypeVar("_T")


class Poet:
    """A loaded model. A verse depends on the model, its own seed and the request, on nothing else.

    What it can do comes in two ways: `compose` does it at once; `composing` is a plan of it, for
    whoever has several and divides the time among them.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        digest: str,
        tables: Tables,
        device: torch.device,
        candidates: int = CANDIDATES,
        *,
        rows: int | None = None,
    ) -> None:
        """A verse is the best of `candidates`; `rows` are those of a batch, at most."""
        self.name = checkpoint.name
        self.digest = digest
        self.vocabulary = checkpoint.vocabulary
        self.model = checkpoint.build(device)
        self._asking = Asking(self.model.forms, self.vocabulary)
        self._candidates = candidates
        self._tables = tables
        drafter = Drafter(self.model, self.vocabulary)
        judge = checkpoint.build_discriminator(device)
        if judge is not None:  # in the precision of the writer, whose states it reads
            judge.to(next(drafter.writer.parameters()).dtype)
        self._reader = Reader(drafter.writer, self.vocabulary, tables.ranking, judge)
        self._writer = Writer(drafter, self._reader, self.vocabulary, tables.known_lines, rows)

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

    @property
    def rows(self) -> int:
        """Candidates that a batch of pieces should have at most."""
        return self._writer.rows

    def warm_up(self) -> WarmUp:
        """Writes a first verse, which pays for what is set up lazily, and tells of the machine what
        that taught; the seconds are of a verse."""
        learnt, piece, ranked = self._writer.warm_up()
        self._chosen(piece, ranked.best())
        return replace(learnt, seconds=learnt.seconds * self._candidates)

    def write(self, pieces: Sequence[Piece], progress: Progress = no_progress) -> list[Ranked]:
        """What a plan asks for: candidates of pieces of one form, whichever plans they are of;
        `progress` is called with each character."""
        return self._writer.write(pieces, progress)

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
        """Verses from the prior, or near a place in the latent space.

        `theme` is one to four characters that appear side by side, `acrostic` the first character
        of each line. Raises PoetError.
        """
        return self._done(
            self.composing(
                form,
                count,
                seed=seed,
                theme=theme,
                acrostic=acrostic,
                temperature=temperature,
                near=near,
            )
        )

    def composing(
        self,
        form: Form,
        count: int = 1,
        *,
        seed: int,
        theme: str | None = None,
        acrostic: str | None = None,
        temperature: float | None = None,
        near: Near | None = None,
    ) -> Plan[list[Written]]:
        """The plan of `compose`."""
        self._asking.require(form)
        wish = Wish(
            self._asking.pattern(form, acrostic),
            self._asking.theme(theme),
            self._place(form, near),
            temperature,
        )
        return (yield from self._several(wish, count, seed))

    def complete(self, pattern: Pattern, count: int = 1, *, seed: int) -> list[Written]:
        """Verses that hold the known characters of a pattern in their places. Raises PoetError."""
        return self._done(self.completing(pattern, count, seed=seed))

    def completing(self, pattern: Pattern, count: int = 1, *, seed: int) -> Plan[list[Written]]:
        """The plan of `complete`."""
        self._asking.require(pattern.form)
        self._asking.know("".join(pattern.known.values()))
        return (yield from self._several(Wish(pattern), count, seed))

    def reconstruct(self, verse: Verse, variations: int = 0, *, seed: int) -> Reconstruction:
        """What the latent of a verse gives back, the likeliest character at each place and no rule
        applied, and variations at growing distances. Raises PoetError."""
        return self._done(self.reconstructing(verse, variations, seed=seed))

    def reconstructing(
        self, verse: Verse, variations: int = 0, *, seed: int
    ) -> Plan[Reconstruction]:
        """The plan of `reconstruct`."""
        back = self.give_back([verse])[0]
        same = sum(a == b for a, b in zip(verse.characters, back.characters, strict=True))
        taken = {verse.characters, back.characters}
        place = self._place_of(verse, 0.0)
        low, high = _DISTANCES
        distances = [
            round(low + (high - low) * i / max(1, variations - 1), 4) for i in range(variations)
        ]
        pieces = [
            self._piece(
                Wish(Pattern.open(verse.form), place=replace(place, distance=distance)),
                derive_seed(seed, i),
            )
            for i, distance in enumerate(distances)
        ]
        around: list[Written] = []
        for piece, ranked in zip(pieces, (yield pieces), strict=True):
            best = yield from self._free(piece, ranked, taken)
            taken.add(best.characters)
            around.append(self._chosen(piece, best))
        return Reconstruction(
            self._written(verse),
            self._written(back),
            same / verse.form.size,
            tuple(zip(distances, around, strict=True)),
        )

    @torch.inference_mode()
    def give_back(self, verses: list[Verse]) -> list[Verse]:
        """What the latents of verses of one form give back, the likeliest character at each place.

        A character that the poet does not know is an open place to it, and is guessed. Raises
        PoetError.
        """
        form = verses[0].form
        self._asking.require(form)
        mean = self.model.encoder(torch.cat([self._ids(verse) for verse in verses])).mean
        return [self._verse(form, row) for row in self._given_by(mean, form)]

    def interpolate(self, start: Verse, end: Verse, steps: int) -> list[Written]:
        """A walk of `steps` distinct verses whose ends are the given ones. Raises PoetError."""
        return self._done(self.interpolating(start, end, steps))

    def interpolating(self, start: Verse, end: Verse, steps: int) -> Plan[list[Written]]:
        """The plan of `interpolate`."""
        self._asking.require(start.form)
        if start.form is not end.form:
            raise BadRequest("end", f"both verses must be of one form, {start.form.value}")
        first, last = self._posterior_mean(start), self._posterior_mean(end)
        taken = {start.characters, end.characters}
        between = [
            self.model.prior.between(first[0], last[0], i / (steps - 1))[None]
            for i in range(1, steps - 1)
        ]
        pieces = [
            self._piece(Wish(Pattern.open(start.form), place=Place(z, _STEP_DISTANCE)), i)
            for i, z in enumerate(between, 1)
        ]
        walk = [self._written(start)]
        for piece, ranked in zip(pieces, (yield pieces), strict=True):
            best = ranked.best(taken)
            taken.add(best.characters)
            # The seed alone, without both ends, gives nothing again.
            walk.append(replace(self._chosen(piece, best), seed=None))
        return [*walk, self._written(end)]

    def explain(self, verse: Verse) -> Explanation:
        """How a verse of any form is built; writes nothing, so it may be asked in any thread."""
        return explain(verse, self._tables)

    def _done(self, plan: Plan[_T]) -> _T:
        return carried_out(plan, self.write, self.rows)

    # What is asked for

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

    def _piece(self, wish: Wish, seed: int) -> Piece:
        count = self._candidates if wish.place is None else min(_NEIGHBOURS, self._candidates)
        return Piece(wish, seed, count)

    def _several(self, wish: Wish, count: int, seed: int) -> Plan[list[Written]]:
        """Verses with seeds that follow from one; where two would be the same, the later seed is
        passed over, as long as there is hope of another verse."""
        found: dict[str, tuple[Piece, Candidate]] = {}
        asked = 0
        while len(found) < count and asked < count + _SPARE_ATTEMPTS:
            last = min(asked + count - len(found), count + _SPARE_ATTEMPTS)
            pieces = [self._piece(wish, derive_seed(seed, i)) for i in range(asked, last)]
            for piece, ranked in zip(pieces, (yield pieces), strict=True):
                best = ranked.best()
                found.setdefault(best.characters, (piece, best))
            asked = last
        return [self._chosen(*one) for one in found.values()]

    def _free(self, piece: Piece, ranked: Ranked, taken: set[str]) -> Plan[Candidate]:
        """A neighbour that is not taken; where all are, from a little farther away."""
        place = piece.wish.place
        assert place is not None
        best = ranked.best(taken)
        while best.characters in taken and place.distance < 1:
            place = replace(place, distance=min(1.0, place.distance + _FARTHER))
            [ranked] = yield [replace(piece, wish=replace(piece.wish, place=place))]
            best = ranked.best(taken)
        return best

    def _chosen(self, piece: Piece, best: Candidate) -> Written:
        verse = Verse.of_characters(piece.form, best.characters)
        return self._written(verse, piece.seed, best.score)

    @torch.inference_mode()
    def _written(
        self, verse: Verse, seed: int | None = None, score: float | None = None
    ) -> Written:
        ids = self._ids(verse)
        latent = _numbers(self.model.encoder(ids).mean[0])
        if score is None:
            if not ids.all():  # read is the poet's guess where it does not know a character
                ids = torch.where(ids > 0, ids, self._ids(self.give_back([verse])[0]))
            score = float(self._reader.scores(verse.form, ids)[0])
        return Written(
            verse,
            seed,
            latent,
            round(score, 4),
            mark(verse),
            not self._tables.known_lines.among(list(verse.lines)).any(),
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
