"""The evaluation of a model: its bounds, what it gives back, and its samples beside real verse.

Decides which verses each figure is taken of and with which random numbers; the figures themselves
are made by the files beside this one, and shown by `report`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from tqdm import tqdm

from model.corpus.encode import COUPLETS, Corpus
from model.corpus.poems import Part
from model.evaluation.bounds import evidence, importance_weighted, log_weights
from model.evaluation.reconstruction import reconstruct, write
from model.evaluation.report import Bounds, FormReport, Report, Row
from model.evaluation.samples import Judge
from model.networks.checkpoint import Checkpoint
from model.networks.vae import VAE
from model.verse import Form, Verse
from model.vocabulary import Vocabulary

Compose = Callable[[Form, int, int], list[Verse]]
"""Writes verses as a poet does for people: (form, count, seed) → that many verses."""

_BATCH = 256
_IMPORTANCE_BATCH = 50
_COMPOSED_AT_ONCE = 20
_SHOWN = 10


def evaluate(
    checkpoint: Checkpoint,
    corpus: Corpus,
    *,
    compose: Compose | None = None,
    baseline: Checkpoint | None = None,
    count: int = 2000,
    importance_samples: int = 100,
    importance_verses: int = 1000,
    device: torch.device | str = "cpu",
    seed: int = 0,
) -> Report:
    """Evaluates a model on TEST, with `count` samples of each source; shows progress on stderr.

    Samples are the likeliest characters of latents from the prior and, with `compose`, what the
    poet makes of the model; `baseline` is another model, whose samples from its prior stand beside
    them in the forms it has. The IWAE bound is taken on `importance_verses` verses only, since each
    costs `importance_samples` passes.
    """
    with tqdm(desc="counting TRAIN", total=1, leave=False):
        judge = Judge(corpus)
    model = checkpoint.build(device)
    other = baseline.build(device) if baseline else None
    forms = []
    for form in model.forms:
        bench = _Bench(corpus, judge, form, count, seed)
        known = bench.known(checkpoint.vocabulary)
        ids = bench.encoded(known, checkpoint.vocabulary).to(model.device)
        bounds = bench.bounds(model, known, ids, importance_samples, importance_verses)
        matched = reconstruct(model, _shown(ids, _BATCH, f"{form}: reconstruction"))
        rows = [bench.from_prior(checkpoint, model)]
        if compose:
            rows.append(bench.composed(checkpoint.name, compose))
        rows += bench.real()
        if baseline and other and form in other.forms:
            rows.append(bench.from_prior(baseline, other))
        share = len(known) / len(corpus.verses[form, Part.TEST])
        forms.append(
            FormReport(form, share, bounds, matched.characters, matched.verses, tuple(rows))
        )
    return Report(
        checkpoint.name,
        checkpoint.network,
        sum(parameter.numel() for parameter in model.parameters()),
        model.latent_size,
        len(checkpoint.vocabulary.characters),
        seed,
        tuple(forms),
    )


@dataclass(frozen=True)
class _Bench:
    """One form of verse on the bench."""

    corpus: Corpus
    judge: Judge
    form: Form
    count: int
    seed: int

    def known(self, vocabulary: Vocabulary) -> npt.NDArray[np.integer]:
        """The verses of TEST all of whose characters a model knows, in an order of chance."""
        unknown = set(vocabulary.unknown(self.corpus.characters))
        ids = [i for i, c in enumerate(self.corpus.characters, start=1) if c in unknown]
        test = self._test()
        return test[~np.isin(test, ids).any(axis=1)]

    def encoded(self, verses: npt.NDArray[np.integer], vocabulary: Vocabulary) -> Tensor:
        """Verses in the ids of a model, which need not be the corpus'."""
        ids = {c: i for i, c in enumerate(vocabulary.characters, start=1)}
        table = np.array([0, *(ids.get(c, 0) for c in self.corpus.characters)])
        return torch.from_numpy(table[verses])

    def bounds(
        self,
        model: VAE,
        known: npt.NDArray[np.integer],
        ids: Tensor,
        importance_samples: int,
        importance_verses: int,
    ) -> Bounds:
        """The bounds on `ids`, and the 4-gram's cost of the same verses, `known`."""
        size = self.form.size
        generator = torch.Generator(model.device).manual_seed(self.seed)
        whole = evidence(model, _shown(ids, _BATCH, f"{self.form}: ELBO"), generator)
        costs = torch.cat(
            [
                importance_weighted(log_weights(model, part, importance_samples, generator))
                for part in _shown(ids[:importance_verses], _IMPORTANCE_BATCH, f"{self.form}: IWAE")
            ]
        )
        couplets = known.reshape(-1, 2 * self.form.line_length)
        return Bounds(
            verses=len(ids),
            elbo=whole.bound / size,
            distortion=whole.distortion / size,
            rate=whole.rate / size,
            rate_of_verse=whole.rate,
            active_units=whole.active_units,
            iwae=float(costs.mean()) / size,
            iwae_samples=importance_samples,
            iwae_verses=len(costs),
            iwae_error=float(costs.std()) / len(costs) ** 0.5 / size,
            ngram=float(self.judge.language_model.cost(couplets).mean()),
        )

    def from_prior(self, checkpoint: Checkpoint, model: VAE) -> Row:
        """The likeliest characters of latents from the prior, as the first seed's author draws."""
        generator = torch.Generator(model.device).manual_seed(self.seed)
        z = model.prior.sample(self.count, generator)
        verses = [
            Verse.of_characters(self.form, checkpoint.vocabulary.decode(row))
            for part in _shown(z, _BATCH, f"{self.form}: {checkpoint.name} from its prior")
            for row in write(model, part, self.form.size).tolist()
        ]
        return self._row(f"{checkpoint.name}, prior", verses)

    def composed(self, name: str, compose: Compose) -> Row:
        """What the poet writes, asked again and again, as people ask."""
        seeds = self._chance()
        verses: list[Verse] = []
        with tqdm(desc=f"{self.form}: {name} composes", total=self.count, leave=False) as bar:
            while len(verses) < self.count:
                asked = min(_COMPOSED_AT_ONCE, self.count - len(verses))
                verses += compose(self.form, asked, int(seeds.integers(2**53)))
                bar.update(len(verses) - bar.n)
        return self._row(f"{name}, composed", verses)

    def real(self) -> list[Row]:
        """Held-out verse, the same shuffled, and the couplets that custom demands be parallel.

        Shuffled: each line is dealt to another verse, in its place, and its characters are mixed.
        """
        chosen, chance = self._test()[: self.count], self._chance()
        lines = chosen.reshape(len(chosen), -1, self.form.line_length)
        dealt = np.stack([chance.permutation(lines[:, i]) for i in range(lines.shape[1])], axis=1)
        shuffled = chance.permuted(dealt, axis=2).reshape(chosen.shape)
        rows = [
            self._row("real held-out verse", self._verses(chosen)),
            self._row("shuffled held-out verse", self._verses(shuffled)),
        ]
        if self.form in COUPLETS:
            middle = chance.permutation(self.corpus.parallel[self.form, Part.TEST])[: self.count]
            rows.append(self._row("real middle couplets", self._verses(middle)))
        return rows

    def _test(self) -> npt.NDArray[np.integer]:
        return self._chance().permutation(self.corpus.verses[self.form, Part.TEST])

    def _row(self, source: str, verses: Sequence[Verse]) -> Row:
        first = tuple(verse.plain for verse in verses[:_SHOWN])
        return Row(source, self.judge.measure(verses), first)

    def _verses(self, ids: npt.NDArray[np.integer]) -> list[Verse]:
        return [self.corpus.text(self.form, row) for row in ids]

    def _chance(self) -> np.random.Generator:
        return np.random.default_rng((self.seed, self.form.size))


def _shown(rows: Tensor, size: int, what: str) -> Iterable[Tensor]:
    """The rows in batches, with a progress bar."""
    starts = range(0, len(rows), size)
    for start in tqdm(starts, desc=what, unit="batch", mininterval=0.5, leave=False):
        yield rows[start : start + size]
