"""A VAE with quantised latents: a verse is a few codes of a codebook that is learnt with it.

Decides how verses become codes and what is descended; the codebook's moving averages and the
prior over codes have files of their own, the recurrent body is that of the reading list's models.

Source: van den Oord, Vinyals & Kavukcuoglu 2017 (arXiv:1711.00937).
Shapes: B batch, L characters a verse, K codes a verse, D numbers a code, Z = K·D latent size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from model.networks.recurrent import RecurrentDecoder, Sizes, Summary
from model.networks.vae import VAE, Encoder, Loss, Writing
from model.priors.codebook import Codebook
from model.priors.codes import CodePrior
from model.verse import Form


@dataclass(frozen=True)
class Options:
    """Sizes, and what is weighed how."""

    embedding_size: int = 128
    hidden_size: int = 384
    codes: int = 8  # of a verse
    codebook_size: int = 512
    code_size: int = 32
    prior_size: int = 256
    commitment: float = 0.25
    dropped: float = 0.2


@dataclass(frozen=True)
class Quantised:
    """The posterior: one point, the vectors of the codes nearest to what was read of a verse.

    `read` and `mean` are (B, Z), `codes` (B, K). The mean is the codes' vectors to the last bit,
    and its gradient goes straight through to what was read.
    """

    read: Tensor
    codes: Tensor
    mean: Tensor

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        """The point itself, (B, Z)."""
        del generator
        return self.mean

    def log_prob(self, z: Tensor) -> Tensor:
        """Log probability of its own draws, (B,): they are certain."""
        return torch.zeros(len(z), device=z.device)


class QuantisingEncoder(Encoder):
    """A recurrent summary of the verse, in as many parts as there are codes."""

    def __init__(self, options: Options, vocabulary_size: int, codebook: Codebook) -> None:
        super().__init__()
        sizes = Sizes(options.embedding_size, options.hidden_size)
        self._codebook = (codebook,)  # the prior's: not a part of this module
        self.summary = Summary(sizes, vocabulary_size)
        self.parts = nn.Linear(self.summary.size, options.codes * options.code_size)

    def forward(self, ids: Tensor) -> Quantised:
        codebook = self._codebook[0]
        read = self.parts(self.summary(ids)).float()  # (B, Z)
        codes = codebook.nearest(read.view(len(ids), -1, codebook.width))  # (B, K)
        # What is added is 0, but has the gradient.
        mean = codebook(codes).flatten(1) + (read - read.detach())
        return Quantised(read, codes, mean)


class VQVAE(VAE):
    """Quantising encoder, recurrent decoder, autoregressive prior; all learn at once, the prior
    from codes that its own loss does not move."""

    encoder: QuantisingEncoder

    def __init__(self, options: Options, vocabulary_size: int) -> None:
        codebook = Codebook(options.codebook_size, options.code_size)
        size = options.codes * options.code_size
        sizes = Sizes(options.embedding_size, options.hidden_size)
        super().__init__(
            QuantisingEncoder(options, vocabulary_size, codebook),
            RecurrentDecoder(sizes, size, vocabulary_size, dropped=options.dropped),
            CodePrior(codebook, options.codes, options.prior_size),
            {Form.COUPLET5: size},
        )
        self.commitment = options.commitment
        self.writing = Writing(temperature=0.8, least=0.02)

    def loss(self, ids: Tensor, generator: torch.Generator) -> Loss:
        """The bound, exact as the posterior is a point, and what keeps the encoder near its codes;
        in training the codebook follows."""
        prior = cast(CodePrior, self.prior_module)
        posterior: Quantised = self.encoder(ids)
        distortion = -self.decoder.log_prob(ids, posterior.mean).sum(-1).mean()
        rate = -prior.score(posterior.codes).mean()
        away = (posterior.read - posterior.mean.detach()).square().sum(-1).mean()
        if self.training:
            read = posterior.read.view(-1, prior.codebook.width)
            prior.codebook.follow(read, posterior.codes.flatten(), generator)
        bound = distortion + rate
        figures = {"bound": bound, "distortion": distortion, "rate": rate, "commitment": away}
        return Loss(bound + self.commitment * away, figures)


def build(options: Mapping[str, Any], vocabulary_size: int) -> VAE:
    """The whole model; `options` are the fields of `Options`."""
    return VQVAE(Options(**options), vocabulary_size)
