"""How a language model of a text is learnt: window after window, the memory carried along.

Decides in which order a text is read, when the held-out tail is looked at and when learning ends;
sizes are the configuration's, progress and curve are kept as those of every training run.

Sources: Williams & Peng 1990, truncated back-propagation through time; Pascanu et al. 2013
(arXiv:1211.5063), clipped gradients.
Shapes: S pieces of the text, W characters of a window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from model.networks.char_lstm import CharLSTM, Options
from model.networks.vae import VAE
from model.poet.precision import half_precision
from model.text.text import Text
from model.text.windows import Pieces, Reader
from model.text.writer import Writer
from model.training.config import Config, ConfigError
from model.training.curve import Curve, Point
from model.training.progress import State, resume, save
from model.training.trainer import Result

_NETWORK = "char_lstm"
_SAMPLE, _SAMPLE_TEMPERATURE = 60, 0.8


@dataclass(frozen=True)
class Plan:
    """How a text is read, and how the model goes down its loss."""

    window: int = 64
    """Characters that gradients go back through."""
    pieces: int = 64
    """Read side by side; fewer of a short text, so that none is shorter than 16 windows."""
    windows: int = 16
    steps: int = 50
    """Windows of an epoch, at whose end the tail is looked at and progress is kept."""
    passes: int = 60
    learning_rate: float = 2e-3
    decay: float = 0.5
    """Factor of the rate after an epoch that brought nothing."""
    decays: int = 4
    clip: float = 1.0
    dropped: float = 0.2


def learn(
    config: Config,
    text: Text,
    directory: Path,
    *,
    device: torch.device,
    show: Callable[[str], None],
    clock: Callable[[], float],
    plan: Plan | None = None,
) -> Result:
    """Learns a text, or goes on where a run in `directory` was interrupted.

    `show` is given a line after every epoch: nats a character of the held-out tail, and some
    characters of the model's own. The best model by these nats is `directory/NAME.safetensors`.
    Raises ConfigError, or ResumeError if the run there is another.
    """
    return _Run(
        config, text, directory, device=device, show=show, clock=clock, plan=plan or Plan()
    ).to_the_end()


class _Run:
    """One run: what stays the same through it, and how far it has come."""

    def __init__(
        self,
        config: Config,
        text: Text,
        directory: Path,
        *,
        device: torch.device,
        show: Callable[[str], None],
        clock: Callable[[], float],
        plan: Plan,
    ) -> None:
        if config.network != _NETWORK:
            raise ConfigError(
                f"{config.name}: a text is learnt by the network {_NETWORK}, as char-lstm has it"
            )
        try:
            self._options = Options.of(config.options)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{config.name}: {error}; see [options]") from error
        torch.manual_seed(config.seed)
        self._text, self._plan, self._device = text, plan, device
        self._show, self._clock = show, clock
        self._directory, self._best = directory, directory / f"{config.name}.safetensors"
        size = text.vocabulary.size
        count = min(plan.pieces, max(1, len(text.train) // (plan.window * plan.windows)))
        self._pieces = Pieces(text.train.to(device), int(text.train[-1]), count, plan.window)
        model = CharLSTM(self._options, size, dropped=plan.dropped)
        model.expect(text.counts)
        self._reader = Reader(model, count).to(device)
        self._optimiser = torch.optim.Adam(self._reader.parameters(), plan.learning_rate)
        # Progress asks of a model nothing but its tensors.
        kept = cast(VAE, self._reader)
        self._state = State(kept, [self._optimiser], torch.Generator(device))
        learnt = {"text": text.digest, "plan": asdict(plan)}
        self._config = config.model_copy(update={"options": {**config.options, **learnt}})
        self._kept = directory / "progress.safetensors"
        self._progress = resume(self._kept, self._config, self._state)
        self._curve = Curve(directory / "curve.jsonl", self._progress.epoch)
        self._looked = clock()

    def to_the_end(self) -> Result:
        if self._progress.step:
            self._show(f"resuming at epoch {self._progress.epoch + 1}")
        self._show(
            f"{len(self._text.train):,} characters to learn, {len(self._text.held_out):,} held "
            f"out; knowing only how often each occurs costs {self._text.reference:.3f} nats a "
            "character"
        )
        board_directory = str(self._directory / "tensorboard")
        with SummaryWriter(board_directory, purge_step=self._progress.step) as board:
            while not self._ended:
                self._descend_an_epoch()
                self._judge(board)
        return Result(self._best, self._progress.best_epoch, self._progress.best_bound)

    @property
    def _ended(self) -> bool:
        steps = self._plan.passes * self._pieces.windows
        return self._progress.step >= steps or self._progress.decays > self._plan.decays

    def _descend_an_epoch(self) -> None:
        self._reader.train()
        for group in self._optimiser.param_groups:
            group["lr"] = self._plan.learning_rate * self._plan.decay**self._progress.decays
        epoch = f"epoch {self._progress.epoch + 1}"
        for _ in tqdm(range(self._plan.steps), desc=epoch, unit="window", mininterval=1.0):
            window = self._progress.step % self._pieces.windows
            if window == 0:
                self._reader.forget()
            self._state.add({"bound": self._descend(*self._pieces.at(window))})
            self._progress = self._progress.after_batch(self._elapsed())

    def _descend(self, previous: Tensor, ids: Tensor) -> Tensor:
        """One step down the cost of a window; that cost in nats a character, before it."""
        reduced = half_precision(self._device)
        with torch.autocast(self._device.type, reduced, enabled=reduced is not None):
            cost = self._reader(previous, ids).sum() / (ids > 0).sum().clamp(min=1)
        self._optimiser.zero_grad(set_to_none=True)
        cost.backward()
        nn.utils.clip_grad_norm_(self._reader.parameters(), self._plan.clip)
        self._optimiser.step()
        found: Tensor = cost.detach()
        return found

    def _judge(self, board: SummaryWriter) -> None:
        """After an epoch: the cost of the tail, the best model kept, a line of the curve."""
        trained = self._state.averages(self._progress.measured)
        cost = self._held_out()
        improved = cost < self._progress.best_bound
        self._progress = self._progress.after_epoch(cost, 0.0, self._elapsed())
        self._state.sums.clear()
        progress = self._progress
        passes = round(progress.step / self._pieces.windows, 2)
        writer = Writer(
            self._options,
            self._text.vocabulary,
            self._text.lead,
            {"passes": passes, "held_out": round(cost, 4), "reference": self._text.reference},
            self._reader.model.state_dict(),
        )
        # Before the progress is kept: fresh weights are drawn from torch's own generator.
        own = writer.write("", _SAMPLE, _SAMPLE_TEMPERATURE, seed=0).replace("\n", " / ")
        if improved:
            writer.save(self._best)
        rate = self._optimiser.param_groups[0]["lr"]
        seconds = round(progress.seconds, 1)
        point = Point(progress.epoch, progress.step, seconds, rate, trained, {"bound": cost})
        # Before the progress: a kill between the two makes the epoch end twice, and its line is
        # dropped when the run goes on.
        self._curve.append(point)
        save(self._kept, progress, self._config, self._state)
        for part, figures in (("train", point.train), ("validation", point.validation)):
            board.add_scalar(f"{part}/bound", figures["bound"], progress.step)
        self._show(
            f"epoch {progress.epoch}, {passes:.1f} passes: {cost:.3f} nats a character; {own}"
        )

    @torch.no_grad()
    def _held_out(self) -> float:
        """Nats a character of the tail, each piece of which is read without memory of the one
        before it."""
        ids = self._text.held_out.to(self._device)
        count = max(1, len(ids) // 1000)
        before = int(self._text.train[-1])
        pieces = Pieces(ids, before, count, self._plan.window)
        reader = Reader(self._reader.model, count).to(self._device).eval()
        total = sum(
            float(reader(*pieces.at(window)).double().sum()) for window in range(pieces.windows)
        )
        return total / int((ids > 0).sum())

    def _elapsed(self) -> float:
        """Seconds since it was last asked."""
        before, self._looked = self._looked, self._clock()
        return self._looked - before
