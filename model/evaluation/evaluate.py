"""The evaluation of a model: its bounds, what it gives back, and its samples beside real verse.

Decides how many verses each figure is taken of and with which random numbers; the figures
themselves are made by the files beside this one, and shown by `markdown`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from tqdm import tqdm

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.evaluation.album import Album
from model.evaluation.batches import in_batches
from model.evaluation.bounds import active_units, evidence, log_weights, tightening
from model.evaluation.composing import Forced, Writer, composed, forced
from model.evaluation.held_out import HeldOut, Ids
from model.evaluation.rate_distortion import Point, at, rate_distortion, working_point
from model.evaluation.reconstruction import reconstruct
from model.evaluation.report import Bounds, FormReport, GivenBack, Report
from model.evaluation.rows import Rows
from model.evaluation.samples import Judge
from model.networks.checkpoint import Checkpoint
from model.networks.vae import VAE
from model.verse import Form, Verse


@dataclass(frozen=True)
class Extent:
    """Of how many verses of each form figures are taken, where there are so many.

    The importance samples of a verse cost as many passes of the model, which is why few verses have
    them.
    """

    samples: int = 2000
    requests: int = 100
    held_out: int = 4000
    validation: int = 1000
    importance_verses: int = 150
    importance_samples: int = 100


@dataclass(frozen=True)
class Poet:
    """Who composes, and where what was composed is kept."""

    writer: Writer
    album: Album = field(default_factory=Album)


def evaluate(
    checkpoint: Checkpoint,
    corpus: Corpus,
    *,
    poet: Poet | None = None,
    baseline: Checkpoint | None = None,
    extent: Extent | None = None,
    forms: Sequence[Form] = (),
    device: torch.device | str = "cpu",
    seed: int = 0,
    judge: Judge | None = None,
) -> Report:
    """Evaluates a model on TEST, in all its forms or some; shows progress on stderr.

    Without a poet nothing is composed, and what the model draws by itself stands first. `baseline`
    is another model, whose samples from its prior stand beside in the forms it has. Whoever
    evaluates several models need have TRAIN counted but once, by their own judge.
    """
    extent = extent or Extent()
    model = checkpoint.build(device)
    other = baseline.build(device) if baseline else None
    chosen = [form for form in model.forms if not forms or form in forms]
    written = {
        form: _write(poet, checkpoint, HeldOut(corpus, form, seed), extent) for form in chosen
    }
    if judge is None:
        with tqdm(desc="counting TRAIN", total=1, leave=False):
            judge = Judge(corpus)
    reports = []
    for form in chosen:
        held_out = HeldOut(corpus, form, seed)
        bench = _Bench(checkpoint, model, judge, held_out, extent)
        line = bench.line()
        rows = Rows(judge, held_out, extent.samples)
        verses, answers = written[form]
        table = [rows.composed(checkpoint.name, verses)] if verses else []
        table.append(rows.from_prior(checkpoint.name, model, checkpoint.vocabulary))
        table += rows.beside()
        if baseline and other and form in other.forms:
            table.append(rows.from_prior(baseline.name, other, baseline.vocabulary))
        reports.append(
            FormReport(
                form,
                model.latent_sizes[form],
                line,
                bench.bounds(working_point(line)),
                bench.given_back(),
                tuple(table),
                answers,
            )
        )
    return Report(
        checkpoint.name,
        checkpoint.network,
        sum(parameter.numel() for parameter in model.parameters()),
        len(checkpoint.vocabulary.characters),
        seed,
        tuple(reports),
    )


@dataclass(frozen=True)
class _Bench:
    """A model and held-out verse of one form."""

    checkpoint: Checkpoint
    model: VAE
    judge: Judge
    held_out: HeldOut
    extent: Extent

    def line(self) -> tuple[Point, ...]:
        """The rate-distortion line on VALIDATION."""
        known = self._known(self.held_out.ids(Part.VALIDATION, self.extent.validation))
        what = f"{self.held_out.form}: validation"
        return rate_distortion(self.model, self._encoded(known), self._generator(), what)

    def bounds(self, point: Point) -> Bounds:
        """Both bounds on TEST at the noise of a point, and the 4-gram's cost of the same verses."""
        form, model = self.held_out.form, at(self.model, point.noise)
        size, few, samples = (
            form.size,
            self.extent.importance_verses,
            self.extent.importance_samples,
        )
        known = self._known(self.held_out.ids(Part.TEST, self.extent.held_out))
        ids, generator = self._encoded(known), self._generator()
        whole = evidence(model, in_batches(ids, f"{form}: ELBO"), generator)
        tighter = torch.cat(
            [
                tightening(log_weights(model, part, samples, generator))
                for part in in_batches(ids[:few], f"{form}: IWAE", passes=samples)
            ]
        )
        variance = whole.variance / len(ids)
        added = float(tighter.var()) / len(tighter) if len(tighter) > 1 else 0.0
        return Bounds(
            verses=len(ids),
            noise=point.noise,
            elbo=whole.bound / size,
            elbo_error=variance**0.5 / size,
            distortion=whole.distortion / size,
            rate=whole.rate / size,
            rate_of_verse=whole.rate,
            active_units=active_units(self.model.at(0.0), in_batches(ids, f"{form}: units")),
            iwae=(whole.bound - float(tighter.mean())) / size,
            iwae_error=(variance + added) ** 0.5 / size,
            iwae_samples=samples,
            iwae_verses=len(tighter),
            ngram=float(
                self.judge.language_model.cost(known.reshape(-1, 2 * form.line_length)).mean()
            ),
        )

    def given_back(self) -> GivenBack:
        """What comes back of TEST without noise."""
        every = self.held_out.ids(Part.TEST, self.extent.held_out)
        what = f"{self.held_out.form}: given back"
        matched = reconstruct(self.model.at(0.0), in_batches(self._encoded(every), what))
        unknown = 1 - len(self._known(every)) / len(every)
        return GivenBack(len(every), unknown, matched.characters, matched.verses)

    def _known(self, verses: Ids) -> Ids:
        return self.held_out.known(verses, self.checkpoint.vocabulary)

    def _encoded(self, verses: Ids) -> Tensor:
        return self.held_out.encoded(verses, self.checkpoint.vocabulary).to(self.model.device)

    def _generator(self) -> torch.Generator:
        return torch.Generator(self.model.device).manual_seed(self.held_out.seed)


def _write(
    poet: Poet | None, checkpoint: Checkpoint, held_out: HeldOut, extent: Extent
) -> tuple[list[Verse], tuple[Forced, ...]]:
    """What a poet composes, and how it meets requests; nothing without one."""
    if poet is None:
        return [], ()
    verses = composed(poet.writer, poet.album, held_out, extent.samples)
    if not extent.requests:
        return verses, ()
    return verses, forced(poet.writer, poet.album, held_out, checkpoint.vocabulary, extent.requests)
