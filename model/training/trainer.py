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
from model.networks.vae import VAE, build
from model.training.config import Config
from model.training.progress import Progress, State, resume, save
from model.vocabulary import Vocabulary

_VALIDATION_SEED = 1
_SECONDS_BETWEEN_SAVES = 60.0


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
    torch.manual_seed(config.seed)
    vocabulary = Vocabulary.of_corpus(corpus, config.minimum_count)
    model = build(config.network, config.options, vocabulary.size).to(device)
    generator = torch.Generator(device).manual_seed(config.seed)
    optimiser = torch.optim.Adam(model.parameters(), config.optimisation.learning_rate)
    state = State(model, optimiser, generator)
    kept = directory / "progress.safetensors"
    progress = resume(kept, config, state)
    if progress.step:
        show(f"resuming at epoch {progress.epoch + 1}, step {progress.step}")
    batches = Batches(config, corpus, len(vocabulary.characters))
    best = directory / f"{config.name}.safetensors"
    with SummaryWriter(str(directory / "tensorboard"), purge_step=progress.step) as board:
        while not _ended(progress, config):
            saved = clock()
            bar = tqdm(
                batches.of_epoch(progress.epoch, progress.batch),
                desc=f"epoch {progress.epoch + 1}",
                total=batches.count,
                initial=progress.batch,
                unit="batch",
                mininterval=1.0,
            )
            model.train()
            for ids in bar:
                figures = _descend(model, ids.to(device), optimiser, generator, config)
                progress = progress.after_batch()
                if progress.step % 100 == 0:
                    for name, value in figures.items():
                        board.add_scalar(f"train/{name}", value, progress.step)
                    bar.set_postfix({name: f"{value:.2f}" for name, value in figures.items()})
                if clock() - saved > _SECONDS_BETWEEN_SAVES:
                    save(kept, progress, config, state)
                    saved = clock()
            figures = held_out(model, corpus, len(vocabulary.characters))
            for name, value in figures.items():
                board.add_scalar(f"validation/{name}", value, progress.step)
            improved = figures["bound"] < progress.best_bound
            progress = progress.after_epoch(figures["bound"], config.optimisation.tolerance)
            if improved:
                checkpoint = Checkpoint(
                    config.name,
                    config.network,
                    config.options,
                    vocabulary,
                    {"epoch": progress.epoch, "step": progress.step, **_rounded(figures)},
                    model.state_dict(),
                )
                checkpoint.save(best)
            for group in optimiser.param_groups:
                group["lr"] = _rate(progress, config)
            save(kept, progress, config, state)
            verse = sample(model, corpus, config)
            board.add_text("sample", verse, progress.step)
            show(
                f"epoch {progress.epoch}: "
                + ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
                + f" nats a verse; rate {_rate(progress, config):.0e}; {verse}"
            )
    return Result(best, progress.best_epoch, progress.best_bound)


class Batches:
    """The verses of TRAIN in batches of one form, in an order fixed by the seed and the epoch."""

    def __init__(self, config: Config, corpus: Corpus, characters: int) -> None:
        self._seed = config.seed
        self._size = config.optimisation.batch_size
        self._verses: list[Ids] = [
            corpus.known(form, Part.TRAIN, characters) for form in config.forms
        ]
        self.count = sum(math.ceil(len(verses) / self._size) for verses in self._verses)

    def of_epoch(self, epoch: int, skip: int) -> Iterator[Tensor]:
        """Batches (B, L) of an epoch, without the first `skip`."""
        order = np.random.default_rng((self._seed, epoch))
        places: list[tuple[int, np.ndarray]] = []
        for form, verses in enumerate(self._verses):
            shuffled = order.permutation(len(verses))
            places += [
                (form, shuffled[i : i + self._size]) for i in range(0, len(verses), self._size)
            ]
        for i in order.permutation(len(places))[skip:]:
            form, rows = places[i]
            yield torch.from_numpy(self._verses[form][rows].astype(np.int64))


@torch.no_grad()
def held_out(model: VAE, corpus: Corpus, characters: int) -> dict[str, float]:
    """The loss's figures on VALIDATION, averaged over verses; the noise is always the same."""
    model.eval()
    generator = torch.Generator(model.device).manual_seed(_VALIDATION_SEED)
    sums: dict[str, float] = {}
    total = 0
    for form in model.forms:
        verses = corpus.known(form, Part.VALIDATION, characters)
        for ids in np.array_split(verses, max(1, len(verses) // 256)):
            batch = torch.from_numpy(ids.astype(np.int64)).to(model.device)
            for name, value in model.loss(batch, generator).figures.items():
                sums[name] = sums.get(name, 0.0) + float(value) * len(ids)
            total += len(ids)
    return {name: value / total for name, value in sums.items()}


@torch.no_grad()
def sample(model: VAE, corpus: Corpus, config: Config) -> str:
    """A verse from the prior, the likeliest character at each place, as the author printed it."""
    model.eval()
    form = config.forms[0]
    z = model.prior.sample(1, torch.Generator(model.device).manual_seed(config.seed))

    def likeliest(_: int, logits: Tensor) -> Tensor:
        return logits[:, 1:].argmax(-1) + 1

    ids = model.decoder.write(z, form.size, likeliest)
    return corpus.text(form, ids[0].cpu().numpy()).plain


def _descend(
    model: VAE,
    ids: Tensor,
    optimiser: torch.optim.Optimizer,
    generator: torch.Generator,
    config: Config,
) -> dict[str, float]:
    reduced = config.optimisation.precision == "bfloat16"
    with torch.autocast(ids.device.type, torch.bfloat16, enabled=reduced):
        loss = model.loss(ids, generator)
    optimiser.zero_grad(set_to_none=True)
    loss.total.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    return {name: float(value.detach()) for name, value in loss.figures.items()}


def _rate(progress: Progress, config: Config) -> float:
    return config.optimisation.learning_rate * config.optimisation.decay**progress.decays


def _ended(progress: Progress, config: Config) -> bool:
    return (
        progress.epoch >= config.optimisation.epochs or progress.decays > config.optimisation.decays
    )


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures.items()}
