"""A map of the latent space: held-out verses, placed by what their latents say of their themes.

Decides how latents of several forms become points of a plane; colours and lettering are left to
whoever draws it.

A latent that gives a verse back spreads over all its numbers nearly evenly, and no projection that
knows nothing of themes shows any. So the directions in which latents tell themes are found first,
by ridge regression on TRAIN, and what is placed is where held-out verses lie along them.

Sources: Hoerl & Kennard 1970, ridge regression; van der Maaten & Hinton 2008, t-SNE.
Shapes: P pieces (lines that have a latent of their own, else verses), Z numbers of a piece's
latent, M themes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from sklearn.linear_model import Ridge
from sklearn.manifold import TSNE

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.evaluation.batches import in_batches
from model.evaluation.held_out import HeldOut, Ids
from model.evaluation.themes import THEMES, Theme, theme_of
from model.networks.checkpoint import Checkpoint
from model.networks.vae import VAE
from model.verse import Form, Verse

Floats = npt.NDArray[np.float64]

_LEARNT_OF = 10_000  # verses of TRAIN for each length of line
_PENALTY = 10.0
_PERPLEXITY = 40


@dataclass(frozen=True)
class LatentMap:
    """Verses, what each is about, and where it is, (verses, 2)."""

    verses: tuple[Verse, ...]
    themes: tuple[Theme, ...]
    points: Floats

    def company(self, neighbours: int = 30) -> Floats:
        """For each verse the share of its nearest neighbours that have its theme, (verses,)."""
        distances = np.square(self.points[:, None] - self.points[None]).sum(-1)
        nearest = distances.argsort(axis=1)[:, 1 : neighbours + 1]
        numbers = np.array([THEMES.index(theme) for theme in self.themes])
        same: Floats = (numbers[nearest] == numbers[:, None]).mean(axis=1)
        return same


def latent_map(checkpoint: Checkpoint, corpus: Corpus, count: int, seed: int = 0) -> LatentMap:
    """A map of verses of TEST that have a theme, up to `count` of each, of all forms that the model
    has; half a minute on one core for 500."""
    model = checkpoint.build()
    directions: dict[int, Ridge] = {}
    verses: list[Verse] = []
    themes: list[Theme] = []
    scores: list[Floats] = []
    for form in model.forms:
        reader = _Reader(checkpoint, model, HeldOut(corpus, form, seed))
        if form.line_length not in directions:
            learnt = reader.known(Part.TRAIN)[:_LEARNT_OF]
            directions[form.line_length] = Ridge(_PENALTY).fit(
                reader.latents(learnt), reader.counts(learnt)
            )
        chosen, of_chosen = reader.themed(count // len(model.forms))
        pieces = directions[form.line_length].predict(reader.latents(chosen))  # (P, M)
        told = pieces.reshape(len(chosen), -1, len(THEMES)).mean(axis=1)
        # Each form by itself: what the map shall show is not the form.
        scores.append((told - told.mean(axis=0)) / (told.std(axis=0) + 1e-9))
        verses += reader.held_out.verses(chosen)
        themes += of_chosen
    return LatentMap(tuple(verses), tuple(themes), _placed(np.concatenate(scores), seed))


@dataclass(frozen=True)
class _Reader:
    """Verses of one form, and their latents."""

    checkpoint: Checkpoint
    model: VAE
    held_out: HeldOut

    def known(self, part: Part) -> Ids:
        return self.held_out.known(self.held_out.ids(part), self.checkpoint.vocabulary)

    def themed(self, count: int) -> tuple[Ids, list[Theme]]:
        """Up to `count` verses of TEST of each theme."""
        ids = self.known(Part.TEST)
        left = dict.fromkeys(THEMES, count)
        rows, themes = [], []
        for row, verse in enumerate(self.held_out.verses(ids)):
            theme = theme_of(verse)
            if theme and left[theme]:
                left[theme] -= 1
                rows.append(row)
                themes.append(theme)
        return ids[rows], themes

    @torch.no_grad()
    def latents(self, verses: Ids) -> Floats:
        """Posterior means without noise, (P, Z)."""
        form = self.held_out.form
        ids = self.held_out.encoded(verses, self.checkpoint.vocabulary)
        parts = in_batches(ids, f"{form}: latents")
        means = torch.cat([self.model.at(0.0).encoder(part).mean for part in parts])
        return means.view(len(verses) * self._pieces, -1).double().numpy()

    def counts(self, verses: Ids) -> Floats:
        """How many characters speak of each theme, (P, M)."""
        characters = self.held_out.corpus.characters
        table = np.array(
            [[0.0] * len(THEMES), *([c in t.characters for t in THEMES] for c in characters)]
        )
        counted: Floats = table[verses.reshape(len(verses) * self._pieces, -1)].sum(axis=1)
        return counted

    @property
    def _pieces(self) -> int:
        """Latents in a verse: one for each line if longer forms have longer latents."""
        sizes: dict[Form, int] = self.model.latent_sizes
        return self.held_out.form.line_count if len(set(sizes.values())) > 1 else 1


def _placed(scores: Floats, seed: int) -> Floats:
    """Points of the plane for (verses, M), by t-SNE."""
    projection = TSNE(
        metric="cosine",
        init="pca",
        perplexity=min(_PERPLEXITY, len(scores) / 4),
        random_state=seed,
    )
    placed: Floats = projection.fit_transform(scores).astype(np.float64)
    return placed
