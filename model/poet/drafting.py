"""How candidates come to be: latents for what is asked, which a decoder writes by the rules.

Decides from where in the latent space verse is drawn and how open places are filled; which
candidate is best is left to `reading`, what may be asked to the poet.
Shapes: B candidates, L characters a verse, N lines, Z latent size.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from model.networks.vae import VAE
from model.poet.decoding import Choice, Rules, Sounds, chances, free, place_theme
from model.poet.precision import half_precision
from model.verse import Form, Pattern
from model.vocabulary import Vocabulary

_ROUNDS = 3
_GAP_NOISE = 0.7

Progress = Callable[[], object]
"""Called again and again while something takes its time, so that others see it does."""


def no_progress() -> None:
    """Nobody wants to see it."""


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


@dataclass(frozen=True)
class Draft:
    """Candidates of one wish before they are written, with all chance drawn already."""

    form: Form
    latents: Tensor  # (B, Z)
    noise: Tensor  # (B, N)
    forced: Tensor  # (B, L), 0 where a place is open
    patterns: Tensor  # (B,), −1 where no pattern of tones can be kept
    heat: Tensor  # (B,)
    chances: Tensor  # (B, L)

    @property
    def regular(self) -> Tensor:
        """Which candidates will keep a regulated pattern, (B,)."""
        return self.patterns >= 0


class Drafter:
    """Writes candidates with a model, in half the precision where that is faster."""

    def __init__(self, model: VAE, vocabulary: Vocabulary, writer: VAE | None = None) -> None:
        """`writer` is the model in another precision, if in another one than pays."""
        reduced = half_precision(model.device)
        self._model = model
        self._vocabulary = vocabulary
        self.writer = writer or (copy.deepcopy(model).to(reduced) if reduced else model)
        self._dtype = next(self.writer.parameters()).dtype
        sounds = Sounds(vocabulary, model.device)
        self._rules = {form: Rules(form, sounds) for form in model.forms}

    def candidates(
        self, wish: Wish, count: int, generator: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """Candidates (B, L), and which of them keep a regulated pattern, (B,)."""
        draft = self.draft(wish, count, generator)
        return self.write([draft]), draft.regular

    def draft(self, wish: Wish, count: int, generator: torch.Generator) -> Draft:
        """What there is of candidates before they are written."""
        form, place = wish.pattern.form, wish.place
        forced = free(count, form.size, self._model.device)
        for position, character in wish.pattern.known.items():
            forced[:, position] = self._vocabulary.encode(character)[0]
        rules, asked = self._rules[form], forced
        theme = self._vocabulary.encode(wish.theme)
        if theme:
            forced = place_theme(asked, theme, form, generator)
        followed = forced
        if place is not None and place.verse is not None and not forced.any():
            followed = place.verse.expand(count, -1)
        patterns = rules.assign(followed, generator)
        if theme and (patterns < 0).all():  # rather a pause within it than a verse without rule
            forced = place_theme(asked, theme, form, generator, anywhere=True)
            patterns = rules.assign(forced, generator)
        heat = wish.temperature
        if heat is None and place is not None and place.distance == 0:
            heat = 0.0  # there is one verse at a place itself: the one it gives back
        heat = self._model.writing.temperature if heat is None else heat

        def drafted(latents: Tensor, noise: float | Tensor) -> Draft:
            told = torch.as_tensor(noise, dtype=torch.float32, device=latents.device)
            return Draft(
                form,
                latents,
                told.expand(count, form.line_count),
                forced,
                patterns,
                torch.full((count,), heat, device=latents.device),
                chances(count, form.size, generator),
            )

        if place is not None:
            centre = place.latent.expand(count, -1)
            z = self._model.prior.near(centre, place.distance, generator)
            return drafted(z, place.distance)
        if not forced.any():
            return drafted(self._from_prior(form, count, generator), self._model.writing.noise)
        # Open places are to be filled. An encoder that reads gaps says where such verse lies: of a
        # line that is whole it knows the latent, of one that is open nothing.
        if self._model.encoder.reads_gaps:
            noise = self._of_gaps(form, forced)
            mean = self._model.encoder(forced).mean
            return drafted(self._model.prior.near(mean, noise, generator), noise)
        # Otherwise they are written again and again from the latents of what was written
        # (pseudo-Gibbs; Rezende, Mohamed & Wierstra 2014, app. F).
        z = self._from_prior(form, count, generator)
        for _ in range(_ROUNDS):
            z = self._model.encoder(self.write([drafted(z, 1.0)])).sample(generator)
        return drafted(z, 1.0)

    def write(
        self, drafts: Sequence[Draft], rows: int = 0, progress: Progress = no_progress
    ) -> Tensor:
        """The candidates of drafts of one form, one draft after the other, (ΣB, L); with copies of
        the first one behind them where those are fewer than `rows`. `progress` is called with each
        character."""
        form, writing = drafts[0].form, self._model.writing

        def together(name: str) -> Tensor:
            parts: list[Tensor] = [getattr(draft, name) for draft in drafts]
            missing = max(0, rows - sum(map(len, parts)))
            return torch.cat([*parts, parts[0][:1].expand(missing, *parts[0].shape[1:])])

        choice = Choice(
            self._rules[form],
            together("forced"),
            together("patterns"),
            together("heat"),
            together("chances"),
            least=writing.least,
        )

        def choose(position: int, logits: Tensor) -> Tensor:
            progress()
            return choice(position, logits)

        decoder = self.writer.at(together("noise")).decoder
        return decoder.write(together("latents").to(self._dtype), form.size, choose)

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

    def _of_gaps(self, form: Form, forced: Tensor) -> Tensor:
        """How noisy the latents of lines with open places are, (B, L) → (B, N)."""
        known = (forced > 0).view(len(forced), form.line_count, -1).float().mean(-1)
        noise = torch.where(known == 0, self._model.writing.noise, _GAP_NOISE)
        return torch.where(known == 1, 0.0, noise)

    def _from_prior(self, form: Form, count: int, generator: torch.Generator) -> Tensor:
        return self._model.prior.sample(count, self._model.latent_sizes[form], generator)  # (B, Z)
