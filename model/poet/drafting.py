"""How candidates come to be: latents for what is asked, which a decoder writes by the rules.

Decides from where in the latent space verse is drawn and how open places are filled; which
candidate is best is left to `reading`, what may be asked to the poet.
Shapes: B candidates, L characters a verse, N lines, Z latent size.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from model.networks.vae import VAE
from model.poet.decoding import Choice, Rules, free, place_theme
from model.poet.precision import half_precision
from model.verse import Form, Pattern
from model.vocabulary import Vocabulary

_ROUNDS = 3
_GAP_NOISE = 0.7

Draw = Callable[[Tensor, float | Tensor], Tensor]
"""Writes a candidate for each latent, told its noise: (B, Z), noise → (B, L)."""


@dataclass(frozen=True)
class Place:
    """A place in the latent space: a latent (1, Z), how far from it to look (0 to 1), and the verse
    it stands for, (L,), whose tones its neighbours keep."""

    latent: Tensor
    distance: float
    verse: Tensor | None = None


@dataclass(frozen=True)
class Wish:
    """What a verse must hold and be like."""

    pattern: Pattern
    theme: str = ""
    place: Place | None = None
    temperature: float | None = None


class Drafter:
    """Writes candidates with a model, in half the precision where that is faster."""

    def __init__(self, model: VAE, vocabulary: Vocabulary) -> None:
        reduced = half_precision(model.device)
        self._model = model
        self._vocabulary = vocabulary
        self.writer = copy.deepcopy(model).to(reduced) if reduced else model
        self._dtype = reduced or torch.float32
        self._rules = {form: Rules(form, vocabulary, model.device) for form in model.forms}

    def candidates(
        self, wish: Wish, count: int, generator: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """Candidates (B, L), and which of them keep a regulated pattern, (B,)."""
        form, place = wish.pattern.form, wish.place
        forced = free(count, form.size, self._model.device)
        for position, character in wish.pattern.known.items():
            forced[:, position] = self._vocabulary.encode(character)[0]
        if wish.theme:
            forced = place_theme(forced, self._vocabulary.encode(wish.theme), form, generator)
        followed = forced
        if place is not None and place.verse is not None and not forced.any():
            followed = place.verse.expand(count, -1)
        patterns = self._rules[form].assign(followed, generator)
        heat = wish.temperature
        if heat is None and place is not None and place.distance == 0:
            heat = 0.0  # there is one verse at a place itself: the one it gives back
        draw = self._draw(form, forced, patterns, heat, generator)
        if place is not None:
            centre = place.latent.expand(count, -1)
            z = self._model.prior.near(centre, place.distance, generator)
            return draw(z, place.distance), patterns >= 0
        if forced.any():
            return self._fill(form, forced, draw, generator), patterns >= 0
        return draw(self._from_prior(form, count, generator), self._noise), patterns >= 0

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms it writes."""
        return self._model.forms

    @property
    def device(self) -> torch.device:
        """Where it writes."""
        return self._model.device

    def kept(self, form: Form, ids: Tensor) -> Tensor:
        """Which verses keep the rules that candidates are written by, (B, L) → (B,)."""
        return self._rules[form].kept(ids)

    @property
    def _noise(self) -> float:
        return self._model.writing.noise

    def _fill(self, form: Form, forced: Tensor, draw: Draw, generator: torch.Generator) -> Tensor:
        """Candidates that hold forced characters, (B, L) → (B, L).

        An encoder that reads gaps says where such verse lies: of a line that is whole it knows the
        latent, of one that is open nothing. Otherwise open places are written again and again from
        the latents of what was written (pseudo-Gibbs; Rezende, Mohamed & Wierstra 2014, app. F).
        """
        if self._model.encoder.reads_gaps:
            known = (forced > 0).view(len(forced), form.line_count, -1).float().mean(-1)
            noise = torch.where(known == 0, self._noise, _GAP_NOISE)
            noise = torch.where(known == 1, 0.0, noise)  # (B, N)
            mean = self._model.encoder(forced).mean
            return draw(self._model.prior.near(mean, noise, generator), noise)
        z = self._from_prior(form, len(forced), generator)
        for _ in range(_ROUNDS):
            z = self._model.encoder(draw(z, 1.0)).sample(generator)
        return draw(z, 1.0)

    def _from_prior(self, form: Form, count: int, generator: torch.Generator) -> Tensor:
        return self._model.prior.sample(count, self._model.latent_sizes[form], generator)  # (B, Z)

    def _draw(
        self,
        form: Form,
        forced: Tensor,
        patterns: Tensor,
        temperature: float | None,
        generator: torch.Generator,
    ) -> Draw:
        writing, rules = self._model.writing, self._rules[form]
        heat = writing.temperature if temperature is None else temperature

        def draw(z: Tensor, noise: float | Tensor) -> Tensor:
            choice = Choice(rules, forced, patterns, heat, generator, least=writing.least)
            decoder = self.writer.at(noise).decoder
            return decoder.write(z.to(self._dtype), form.size, choice)

        return draw
