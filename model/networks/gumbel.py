"""A VAE with categorical latents, relaxed by Gumbel-softmax while it is trained.

Decides how the relaxation cools and the rate is warmed up; the uniform prior has a file of its own,
the recurrent body is that of the reading list's models.

Sources: Jang, Gu & Poole 2017 (arXiv:1611.01144); Maddison, Mnih & Teh 2017 (arXiv:1611.00712);
Bowman et al. 2016 (arXiv:1511.06349), the rate's rising weight.
Shapes: B batch, L characters a verse, K variables, C classes, Z = K·C latent size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.networks.recurrent import RecurrentDecoder, Sizes, Summary
from model.networks.vae import VAE, Encoder, Loss, Posterior, Writing
from model.priors.categorical import CategoricalPrior
from model.verse import Form


@dataclass(frozen=True)
class Options:
    """Sizes, and what changes with the steps of training."""

    embedding_size: int = 128
    hidden_size: int = 384
    variables: int = 16
    classes: int = 16
    straight_through: bool = True
    hottest: float = 1.0  # temperature of the relaxation, at first
    coolest: float = 0.5
    cooling: int = 1000  # steps in which it falls by a factor e
    warm_up: int = 500  # steps until the rate has its full weight
    free: float = 8.0  # nats of it a verse that cost nothing in training: without, it falls to 0
    dropped: float = 0.3


@dataclass(frozen=True)
class Categorical:
    """The posterior: independent variables, by log probabilities (B, K, C); latents are one-hot."""

    log_probabilities: Tensor

    @property
    def mean(self) -> Tensor:
        """The likeliest classes, one-hot, (B, Z): an average of classes is no latent."""
        return self._one_hot(self.log_probabilities)

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        """A draw by the Gumbel-max trick, (B, Z)."""
        return self._one_hot(self._disturbed(generator))

    def relaxed(
        self, temperature: float | Tensor, generator: torch.Generator, straight_through: bool
    ) -> Tensor:
        """A draw with a gradient, (B, Z): a softmax that nears a one-hot as it cools; straight
        through it is a one-hot with the softmax's gradient."""
        disturbed = self._disturbed(generator)
        soft = (disturbed / temperature).softmax(-1).flatten(1)
        if not straight_through:
            return soft
        # What is added is 0, but has the gradient.
        return self._one_hot(disturbed) + (soft - soft.detach())

    def log_prob(self, z: Tensor) -> Tensor:
        """Log probability of one-hot latents in nats, (B,)."""
        return (z.view_as(self.log_probabilities) * self.log_probabilities).sum((-2, -1))

    def kl_to_uniform(self) -> Tensor:
        """KL(q ‖ uniform) in nats of each variable, (B, K)."""
        logs = self.log_probabilities
        return (logs.exp() * logs).sum(-1) + math.log(logs.shape[-1])

    def _disturbed(self, generator: torch.Generator | None) -> Tensor:
        """Log probabilities with standard Gumbel noise: the largest of a variable is a draw."""
        logs = self.log_probabilities
        waits = torch.empty_like(logs).exponential_(generator=generator)
        return logs - waits.clamp(min=torch.finfo(logs.dtype).tiny).log()

    def _one_hot(self, scores: Tensor) -> Tensor:
        classes = scores.shape[-1]
        return functional.one_hot(scores.argmax(-1), classes).to(scores.dtype).flatten(1)


class CategoricalEncoder(Encoder):
    """A recurrent summary of the verse, and the chances of all classes."""

    def __init__(self, options: Options, vocabulary_size: int) -> None:
        super().__init__()
        sizes = Sizes(options.embedding_size, options.hidden_size)
        self.classes = options.classes
        self.summary = Summary(sizes, vocabulary_size)
        self.logits = nn.Linear(self.summary.size, options.variables * options.classes)

    def forward(self, ids: Tensor) -> Categorical:
        logits = self.logits(self.summary(ids)).float()  # (B, Z)
        return Categorical(logits.view(len(ids), -1, self.classes).log_softmax(-1))


class GumbelVAE(VAE):
    """Categorical encoder, recurrent decoder, uniform prior; `steps` counts those of training."""

    steps: Tensor

    def __init__(self, options: Options, vocabulary_size: int) -> None:
        size = options.variables * options.classes
        sizes = Sizes(options.embedding_size, options.hidden_size)
        super().__init__(
            CategoricalEncoder(options, vocabulary_size),
            RecurrentDecoder(sizes, size, vocabulary_size, dropped=options.dropped),
            CategoricalPrior(options.classes),
            {Form.COUPLET5: size},
        )
        self._options = options
        self.register_buffer("steps", torch.zeros((), dtype=torch.long))
        self.writing = Writing(temperature=0.8, least=0.02)

    @property
    def temperature(self) -> Tensor:
        """That of the relaxation at this step."""
        options = self._options
        fallen = options.hottest * torch.exp(-self.steps / options.cooling)
        return fallen.clamp(min=options.coolest)

    @property
    def weight(self) -> Tensor:
        """The rate's at this step."""
        return (self.steps / max(1, self._options.warm_up)).clamp(max=1.0)

    def rate(self, posterior: Posterior, z: Tensor) -> Tensor:
        if isinstance(posterior, Categorical):
            return posterior.kl_to_uniform().sum(-1)
        return super().rate(posterior, z)

    def loss(self, ids: Tensor, generator: torch.Generator) -> Loss:
        """The bound, of draws; in training of relaxed ones, with a rate that weighs little at
        first so that the decoder learns to look at the latent."""
        posterior: Categorical = self.encoder(ids)
        if self.training:
            self.steps += 1
            z = posterior.relaxed(self.temperature, generator, self._options.straight_through)
        else:
            z = posterior.sample(generator)
        distortion = -self.decoder.log_prob(ids, z).sum(-1).mean()
        rate = self.rate(posterior, z).mean()
        bound = distortion + rate
        weighed = self.weight * rate.clamp(min=self._options.free) if self.training else rate
        total = distortion + weighed
        return Loss(total, {"bound": bound, "distortion": distortion, "rate": rate})


def build(options: Mapping[str, Any], vocabulary_size: int) -> VAE:
    """The whole model; `options` are the fields of `Options`."""
    return GumbelVAE(Options(**options), vocabulary_size)
