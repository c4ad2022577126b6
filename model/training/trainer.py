"""The trainer: takes any VAE of verse from fresh weights to the point where its bound stands still.

Decides what happens in which order, what is measured when, and when training ends; the loss is the
network's, and batches, optimisers, progress and curve have files of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.networks.checkpoint import Checkpoint
from model.networks.vae import VAE, build, likeliest
from model.training.batches import Batches
from model.training.config import Config, ConfigError
from model.training.curve import Curve, Point
from model.training.descent import learning_rate, optimisers
from model.training.progress import Progress, State, resume, save
from model.verse import Form
from model.vocabulary import Vocabulary

_VALIDATION_SEED = 1
_SAMPLE_NOISE = 0.8
_SECONDS_BETWEEN_SAVES = 60.0
_STEPS_BETWEEN_FIGURES = 100


@dataclass(frozen=True)
class Result:
    """Where training ended: the best model's file, its epoch and its bound in nats."""

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
    model by the bound on VALIDATION is `directory/NAME.safetensors`; `directory/curve.jsonl` has a
    line for each epoch. Raises ConfigError, or ResumeError if the run there is another.
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
        except (TypeError, ValueError, RuntimeError) as error:
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
        if not self._progress.step:
            model.prepare(corpus, self._vocabulary)
        self._curve = Curve(directory / "curve.jsonl", self._progress.epoch)
        self._looked = clock()

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
        epoch, saved = self._progress.epoch, self._progress.seconds
        bar = tqdm(
            self._batches.of_epoch(epoch, self._progress.batch),
            desc=f"epoch {epoch + 1}",
            total=self._batches.count(epoch),
            initial=self._progress.batch,
            unit="batch",
            mininterval=1.0,
        )
        for ids in bar:
            self._set_learning_rate()
            figures = _descend(self._state, ids.to(self._device), self._config)
            self._state.add(figures)
            self._progress = self._progress.after_batch(self._elapsed())
            if self._progress.step % _STEPS_BETWEEN_FIGURES == 0:
                for name, value in figures.items():
                    board.add_scalar(f"train/{name}", float(value), self._progress.step)
                bar.set_postfix({name: f"{float(value):.2f}" for name, value in figures.items()})
            if self._progress.seconds - saved > _SECONDS_BETWEEN_SAVES:
                save(self._kept, self._progress, self._config, self._state)
                saved = self._progress.seconds

    def _judge(self, board: SummaryWriter) -> None:
        """After an epoch: the bound, the best model kept, a line of the curve, a verse."""
        model, config = self._state.model, self._config
        figures = held_out(model, self._corpus, config.forms, len(self._vocabulary.characters))
        trained = self._state.averages(self._progress.measured)
        improved = figures["bound"] < self._progress.best_bound
        self._progress = self._progress.after_epoch(
            figures["bound"], config.optimisation.tolerance, self._elapsed()
        )
        self._state.sums.clear()
        if improved:
            self._keep(figures)
        # Before the progress: a kill between the two makes the epoch end twice, and its line is
        # dropped when the run goes on.
        self._curve.append(
            Point(
                self._progress.epoch,
                self._progress.step,
                round(self._progress.seconds, 1),
                self._state.optimisers[0].param_groups[0]["lr"],
                trained,
                figures,
            )
        )
        save(self._kept, self._progress, config, self._state)
        verse = sample(model, self._corpus, config)
        for name, value in figures.items():
            board.add_scalar(f"validation/{name}", value, self._progress.step)
        board.add_text("sample", verse, self._progress.step)
        told = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        self._show(
            f"epoch {self._progress.epoch}: {told} nats; learning rate "
            f"{self._set_learning_rate():.0e}; {verse}"
        )

    def _elapsed(self) -> float:
        """Seconds since it was last asked."""
        before, self._looked = self._looked, self._clock()
        return self._looked - before

    def _set_learning_rate(self) -> float:
        optimisation, progress = self._config.optimisation, self._progress
        steps = self._batches.before(optimisation.epochs)
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


@torch.no_grad()
def held_out(
    model: VAE, corpus: Corpus, forms: Sequence[Form], characters: int
) -> dict[str, float]:
    """The loss's figures on VALIDATION, averaged over verses; the noise is always the same.

    Raises ConfigError if the corpus has no such verse.
    """
    model.eval()
    generator = torch.Generator(model.device).manual_seed(_VALIDATION_SEED)
    sums: dict[str, float] = {}
    total = 0
    # Sizes vary here: to compile each would take longer.
    with torch.compiler.set_stance("force_eager"):
        for form in forms:
            verses = corpus.known(form, Part.VALIDATION, characters)
            if not len(verses):
                continue
            for rows in np.array_split(verses, max(1, len(verses) // 256)):
                batch = torch.from_numpy(rows.astype(np.int64)).to(model.device)
                for name, value in model.loss(batch, generator).figures.items():
                    sums[name] = sums.get(name, 0.0) + float(value) * len(rows)
                total += len(rows)
    if not total:
        raise ConfigError("the corpus has no verse to validate on; see forms and minimum_count")
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


def _descend(state: State, ids: Tensor, config: Config) -> dict[str, Tensor]:
    """One step down the loss of a batch (B, L); the loss's figures before it."""
    reduced = config.optimisation.precision == "bfloat16"
    with torch.autocast(ids.device.type, torch.bfloat16, enabled=reduced):
        loss = state.model.loss(ids, state.generator)
    for optimiser in state.optimisers:
        optimiser.zero_grad(set_to_none=True)
    loss.total.backward()  # type: ignore[no-untyped-call]
    for optimiser in state.optimisers:
        optimiser.step()
    return {name: value.detach() for name, value in loss.figures.items()}


def _ended(progress: Progress, config: Config) -> bool:
    """After all epochs; a plateau's rate has fallen often enough before, a trapezoid's falls at
    the end alone, so that to stop it early would spare the very steps that help most."""
    optimisation = config.optimisation
    if optimisation.schedule == "plateau" and progress.decays > optimisation.decays:
        return True
    return progress.epoch >= optimisation.epochs
