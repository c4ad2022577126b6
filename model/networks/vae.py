"""A variational autoencoder of verse, whatever its encoder, decoder and prior are.

Decides the interface that the trainer, the evaluation and the poet rely on, and the loss; the
layers are left to one file for each network. Shapes: B batch, L characters a verse, V vocabulary,
Z latent size.

Sources: Kingma & Welling 2014 (arXiv:1312.6114); Bowman et al. 2016 (arXiv:1511.06349).
"""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from model.corpus.encode import Corpus
from model.priors.normal import NormalPrior
from model.priors.prior import Prior
from model.verse import Form
from model.vocabulary import Vocabulary

Choose = Callable[[int, Tensor], Tensor]
"""Chooses characters while a verse is written: (position, logits (B, V)) → ids (B,)."""


def likeliest(_: int, logits: Tensor) -> Tensor:
    """The choice of the likeliest character; id 0 is none."""
    return logits[:, 1:].argmax(-1) + 1


class Posterior(Protocol):
    """q(z | x) of a batch of verses."""

    @property
    def mean(self) -> Tensor:
        """The latents that stand for the verses, (B, Z)."""
        ...

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        """A draw for each verse, (B, Z)."""
        ...

    def log_prob(self, z: Tensor) -> Tensor:
        """Log density or probability in nats of a latent for each verse: (B, Z) → (B,)."""
        ...


@dataclass(frozen=True)
class Gaussian:
    """A diagonal normal distribution of each latent of a batch: mean and log variance, (B, Z).

    Both are kept in float32: what an encoder gives under autocast is too coarse for noise, and for
    a rate that is a difference of nearly equal numbers.
    """

    mean: Tensor
    log_variance: Tensor

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", self.mean.float())
        object.__setattr__(self, "log_variance", self.log_variance.float())

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        """A reparameterised draw, (B, Z)."""
        noise = torch.randn(
            self.mean.shape, generator=generator, device=self.mean.device, dtype=self.mean.dtype
        )
        return self.mean + torch.exp(0.5 * self.log_variance) * noise

    def log_prob(self, z: Tensor) -> Tensor:
        """Log density in nats, (B,)."""
        error = (z - self.mean).square() * torch.exp(-self.log_variance)
        return -0.5 * (error + self.log_variance + math.log(2 * math.pi)).sum(-1)

    def kl_to_standard_normal(self) -> Tensor:
        """KL(q ‖ N(0, I)) in nats for each latent number, (B, Z)."""
        return -0.5 * (1 + self.log_variance - self.mean.square() - self.log_variance.exp())


class Encoder(nn.Module):
    """Verses to posteriors; with `reads_gaps`, verses in which 0 stands for open places too."""

    reads_gaps = False

    def forward(self, ids: Tensor) -> Posterior:
        """(B, L) → q(z | x) of (B, Z)."""
        raise NotImplementedError


class Decoder(nn.Module):
    """Latents to verses."""

    def log_prob(self, ids: Tensor, z: Tensor) -> Tensor:
        """log p(x | z) of each character in nats: (B, L), (B, Z) → (B, L)."""
        raise NotImplementedError

    def write(self, z: Tensor, length: int, choose: Choose) -> Tensor:
        """Writes a verse of `length` characters for each latent, asking `choose` for each
        character from the first to the last: (B, Z) → (B, L)."""
        raise NotImplementedError


@dataclass(frozen=True)
class Writing:
    """How a decoder is best drawn from: the noise of the latents that verse is composed from (see
    `VAE.at`), the temperature, and the least probability of a character, as a share of the
    likeliest one's (Nguyen et al. 2024, arXiv:2407.01082)."""

    noise: float = 1.0
    temperature: float = 0.45
    least: float = 0.0


@dataclass(frozen=True)
class Reading:
    """What a language model makes of verses: log p of each character in nats, (B, L), and its
    states there, (B, L, S), for others to read on from."""

    log_prob: Tensor
    states: Tensor


@dataclass(frozen=True)
class Loss:
    """A loss to descend and the figures worth plotting, in nats a verse or a character."""

    total: Tensor
    figures: dict[str, Tensor]


class VAE(nn.Module):
    """An encoder, a decoder and a prior; `latent_sizes` are the numbers in a latent of each form
    that the three can take."""

    def __init__(
        self,
        encoder: Encoder,
        decoder: Decoder,
        prior: nn.Module,
        latent_sizes: Mapping[Form, int],
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.prior_module = prior
        self.latent_sizes = dict(latent_sizes)
        self.writing = Writing()

    @property
    def forms(self) -> tuple[Form, ...]:
        return tuple(self.latent_sizes)

    @property
    def prior(self) -> Prior:
        return cast(Prior, self.prior_module)

    def at(self, noise: float | Tensor) -> VAE:
        """This model where a share of each latent is known to be noise, from 0 (none) to 1 (all),
        for all latents or for each line, (B, lines); itself if its decoder cannot be told."""
        del noise
        return self

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    def read(self, ids: Tensor) -> Reading | None:
        """What the model makes of verses (B, L) as a language model; None where its decoder is
        none without a latent."""
        del ids
        return None

    def prepare(self, corpus: Corpus, vocabulary: Vocabulary) -> None:
        """What a network wants of the corpus before its first step of training, as vectors of
        characters; most want nothing."""

    def rate(self, posterior: Posterior, z: Tensor) -> Tensor:
        """KL(q ‖ p) in nats a verse, (B,): in closed form between normal distributions, otherwise
        estimated at the draws z (B, Z)."""
        if isinstance(posterior, Gaussian) and isinstance(self.prior_module, NormalPrior):
            return posterior.kl_to_standard_normal().sum(-1)
        return posterior.log_prob(z) - self.prior.log_prob(z)

    def loss(self, ids: Tensor, generator: torch.Generator) -> Loss:
        """The negative evidence lower bound of verses (B, L): summed over the characters of a
        verse, averaged over verses, so that characters and latents keep their true weights."""
        posterior: Posterior = self.encoder(ids)
        z = posterior.sample(generator)
        distortion = -self.decoder.log_prob(ids, z).sum(-1).mean()
        rate = self.rate(posterior, z).mean()
        total = distortion + rate
        return Loss(total, {"bound": total, "distortion": distortion, "rate": rate})


def build(network: str, options: Mapping[str, Any], vocabulary_size: int) -> VAE:
    """A network by the name of its file in this room, with its options and fresh weights.

    Raises ValueError if there is no such network.
    """
    # Looked for first, so that what a network itself fails to import is told as that.
    name = f"model.networks.{network}"
    if not network.isidentifier() or importlib.util.find_spec(name) is None:
        raise ValueError(f"no network is named {network!r}")
    module = importlib.import_module(name)
    if not hasattr(module, "build") or module.__name__ == __name__:
        raise ValueError(f"no network is named {network!r}")
    return cast(VAE, module.build(options, vocabulary_size))
