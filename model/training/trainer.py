"""The trainer: takes any VAE of verse from fresh weights to the point where its bound stands still.

Decides the order of verses, the optimiser, when the learning rate falls and when training ends;
the loss is the network's, and what is written to disk `progress` decides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from model.corpus.encode import Corpus, Ids
from model.corpus.poems import Part
from model.networks.checkpoint import Checkpoint
from model.networks.vae import VAE, build, likeliest
from model.training.config import Config, ConfigError
from model.training.descent import learning_rate, optimisers
from model.training.progress import Progress, State, resume, save
from model.vocabulary import Vocabulary

_VALIDATION_SEED = 1
_SAMPLE_NOISE = 0.8
_SECONDS_BETWEEN_SAVES = 60.0
_STEPS_BETWEEN_FIGURES = 100


@dataclass(frozen=True)
class Result:
    """Where training ended: the best model's file, its epoch and its bound in nats a verse."""

    path: Path
    epoch: int
    bound: float


def train(
    config: Config,
    corpus: Corpus,
    directory: Path,
    *,
    device: torch.device,
    show: Callable[[str], None],
    clock: Callable[[], float],
) -> Result:
    """Trains a model, or goes on where a run in `directory` was interrupted.

    `show` is given a line of text after every epoch: the bound and a verse from the prior. The best
    model by the bound on VALIDATION is `directory/NAME.safetensors`.
    """
    return _Run(config, corpus, directory, device=device, show=show, clock=clock).to_the_end()


class _Run:
    """One run: what stays the same through it, and how far it has come."""

    def __init__(
        self,
        config: Config,
        corpus: Corpus,
        directory: Path,
        *,
        device: torch.device,
        show: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        torch.manual_seed(config.seed)
        self._config = config
        self._corpus = corpus
        self._directory = directory
        self._device = device
        self._show = show
        self._clock = clock
        self._vocabulary = Vocabulary.of_corpus(corpus, config.minimum_count)
        self._batches = Batches(config, corpus, len(self._vocabulary.characters))
        try:
            model = build(config.network, config.options, self._vocabulary.size).to(device)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{config.name}: {error}; see network and [options]") from error
        if foreign := [form for form in config.forms if form not in model.forms]:
            raise ConfigError(
                f"{config.name}: the network {config.network} takes {', '.join(model.forms)}, "
                f"not {', '.join(foreign)}; see forms and [options]"
            )
        self._state = State(
            model,
            optimisers(model, config.optimisation),
            torch.Generator(device).manual_seed(config.seed),
        )
        if config.optimisation.compiled:
            model.encoder.compile(dynamic=False)
            model.decoder.compile(dynamic=False)
        self._kept = directory / "progress.safetensors"
        self._best = directory / f"{config.name}.safetensors"
        self._progress = resume(self._kept, config, self._state)

    def to_the_end(self) -> Result:
        if self._progress.step:
            self._show(f"resuming at epoch {self._progress.epoch + 1}, step {self._progress.step}")
        board_directory = str(self._directory / "tensorboard")
        with SummaryWriter(board_directory, purge_step=self._progress.step) as board:
            while not _ended(self._progress, self._config):
                self._descend_an_epoch(board)
                self._judge(board)
        return Result(self._best, self._progress.best_epoch, self._progress.best_bound)

    def _descend_an_epoch(self, board: SummaryWriter) -> None:
        self._state.model.train()
        saved = self._clock()
        bar = tqdm(
            self._batches.of_epoch(self._progress.epoch, self._progress.batch),
            desc=f"epoch {self._progress.epoch + 1}",
            total=self._batches.count,
            initial=self._progress.batch,
            unit="batch",
            mininterval=1.0,
        )
        for ids in bar:
            self._set_learning_rate()
            figures = _descend(self._state, ids.to(self._device), self._config)
            self._progress = self._progress.after_batch()
            if self._progress.step % _STEPS_BETWEEN_FIGURES == 0:
                for name, value in figures.items():
                    board.add_scalar(f"train/{name}", value, self._progress.step)
                bar.set_postfix({name: f"{value:.2f}" for name, value in figures.items()})
            if self._clock() - saved > _SECONDS_BETWEEN_SAVES:
                save(self._kept, self._progress, self._config, self._state)
                saved = self._clock()

    def _judge(self, board: SummaryWriter) -> None:
        """After an epoch: the bound, the best model kept, the rate of learning, a verse."""
        model, optimisation = self._state.model, self._config.optimisation
        figures = held_out(model, self._corpus, len(self._vocabulary.characters))
        improved = figures["bound"] < self._progress.best_bound
        self._progress = self._progress.after_epoch(figures["bound"], optimisation.tolerance)
        if improved:
            self._keep(figures)
        save(self._kept, self._progress, self._config, self._state)
        verse = sample(model, self._corpus, self._config)
        for name, value in figures.items():
            board.add_scalar(f"validation/{name}", value, self._progress.step)
        board.add_text("sample", verse, self._progress.step)
        told = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        self._show(
            f"epoch {self._progress.epoch}: {told} nats; learning rate "
            f"{self._set_learning_rate():.0e}; {verse}"
        )

    def _set_learning_rate(self) -> float:
        optimisation, progress = self._config.optimisation, self._progress
        steps = self._batches.count * optimisation.epochs
        rate = learning_rate(optimisation, progress.step, steps, progress.decays)
        for optimiser in self._state.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
        return rate

    def _keep(self, figures: dict[str, float]) -> None:
        measured = {name: round(value, 4) for name, value in figures.items()}
        Checkpoint(
            self._config.name,
            self._config.network,
            self._config.options,
            self._vocabulary,
            {"epoch": self._progress.epoch, "step": self._progress.step, **measured},
            self._state.model.state_dict(),
        ).save(self._best)


class Batches:
    """The verses of TRAIN in batches of one form, in an order fixed by the seed and the epoch."""

    def __init__(self, config: Config, corpus: Corpus, characters: int) -> None:
        self._seed = config.seed
        self._parts = config.optimisation.parts
        self._verses: list[Ids] = [
            corpus.known(form, Part.TRAIN, characters) for form in config.forms
        ]
        couplets = config.optimisation.batch_size
        self._sizes = [max(1, couplets * 10 // form.size) for form in config.forms]
        sizes = zip(self._verses, self._sizes, strict=True)
        # A compiled layer would be compiled again for the smaller batch at each form's end.
        self._ragged = not config.optimisation.compiled
        whole = sum(len(self._starts(len(verses), size)) for verses, size in sizes)
        self.count = math.ceil(whole / self._parts)

    def of_epoch(self, epoch: int, skip: int) -> Iterator[Tensor]:
        """Batches (B, L) of an epoch, without the first `skip`."""
        order = np.random.default_rng((self._seed, epoch // self._parts))
        places: list[tuple[int, np.ndarray]] = []
        for form, verses in enumerate(self._verses):
            shuffled = order.permutation(len(verses))
            size = self._sizes[form]
            places += [(form, shuffled[i : i + size]) for i in self._starts(len(verses), size)]
        start = epoch % self._parts * self.count
        for i in order.permutation(len(places))[start : start + self.count][skip:]:
            form, rows = places[i]
            yield torch.from_numpy(self._verses[form][rows].astype(np.int64))

    def _starts(self, verses: int, size: int) -> range:
        """Where the batches of a form begin."""
        return range(0, verses if self._ragged or verses < size else verses - size + 1, size)


@torch.no_grad()
def held_out(model: VAE, corpus: Corpus, characters: int) -> dict[str, float]:
    """The loss's figures on VALIDATION, averaged over verses; the noise is always the same."""
    model.eval()
    generator = torch.Generator(model.device).manual_seed(_VALIDATION_SEED)
    torch.compiler.set_stance("force_eager")  # sizes vary here: compiling each would take longer
    sums: dict[str, float] = {}
    total = 0
    for form in model.forms:
        verses = corpus.known(form, Part.VALIDATION, characters)
        for ids in np.array_split(verses, max(1, len(verses) // 256)):
            batch = torch.from_numpy(ids.astype(np.int64)).to(model.device)
            for name, value in model.loss(batch, generator).figures.items():
                sums[name] = sums.get(name, 0.0) + float(value) * len(ids)
            total += len(ids)
    torch.compiler.set_stance("default")
    return {name: value / total for name, value in sums.items()}


@torch.no_grad()
def sample(model: VAE, corpus: Corpus, config: Config) -> str:
    """A verse from the prior, the likeliest character at each place, as the author printed it."""
    model.eval()
    form = config.forms[0]
    z = model.prior.sample(
        1, model.latent_sizes[form], torch.Generator(model.device).manual_seed(config.seed)
    )
    ids = model.at(_SAMPLE_NOISE).decoder.write(z, form.size, likeliest)
    return corpus.text(form, ids[0].cpu().numpy()).plain


def _descend(state: State, ids: Tensor, config: Config) -> dict[str, float]:
    """One step down the loss of a batch (B, L); the loss's figures before it."""
    reduced = config.optimisation.precision == "bfloat16"
    with torch.autocast(ids.device.type, torch.bfloat16, enabled=reduced):
        loss = state.model.loss(ids, state.generator)
    for optimiser in state.optimisers:
        optimiser.zero_grad(set_to_none=True)
    loss.total.backward()  # type: ignore[no-untyped-call]
    for optimiser in state.optimisers:
        optimiser.step()
    return {name: float(value.detach()) for name, value in loss.figures.items()}


def _ended(progress: Progress, config: Config) -> bool:
    optimisation = config.optimisation
    return progress.epoch >= optimisation.epochs or progress.decays > optimisation.decays
