"""A recurrent VAE of verse whose prior is a flow: NICE, trained together with the rest.

Decides how the latent is kept from being forgotten before the prior has anything to learn; the
prior itself is left to `model.priors.nice`, the body to `model.networks.recurrent`.

Sources: Dinh, Krueger & Bengio 2015, NICE (arXiv:1410.8516); Chen et al. 2017, Variational Lossy
Autoencoder (arXiv:1611.02731), a flow as the prior of a VAE; Kingma et al. 2016 (arXiv:1606.04934),
free bits; Zhu et al. 2020 (arXiv:2004.12585), means standardised over the batch.
Shapes: B batch, L characters a verse, Z latent size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from model.networks.recurrent import RecurrentDecoder, Sizes, Summary
from model.networks.vae import VAE, Encoder, Gaussian, Loss, Writing
from model.priors.nice import NICEPrior
from model.verse import Form


@dataclass(frozen=True)
class Options:
    """Sizes; `free` are the nats of rate a verse that cost nothing in training, `dropped` the share
    of characters hidden from the decoder there."""

    form: Form = Form.COUPLET5
    embedding_size: int = 128
    hidden_size: int = 384
    latent_size: int = 64
    couplings: int = 4
    coupling_size: int = 256
    dropped: float = 0.1
    free: float = 25.0


class GaussianEncoder(Encoder):
    """The summary of a verse to mean and log variance.

    Fresh weights give all verses nearly the same mean, and a decoder that sees no difference learns
    to do without; so each number of the means is standardised over the batch.
    """

    def __init__(self, sizes: Sizes, latent_size: int, vocabulary_size: int) -> None:
        super().__init__()
        self.summary = Summary(sizes, vocabulary_size)
        self.posterior = nn.Linear(self.summary.size, 2 * latent_size)
        self.standardise = nn.BatchNorm1d(latent_size, affine=False)

    def forward(self, ids: Tensor) -> Gaussian:
        # A verse alone has no spread of its own: it is seen among those before it.
        self.standardise.train(self.training and len(ids) > 1)
        mean, log_variance = self.posterior(self.summary(ids)).float().chunk(2, dim=-1)
        return Gaussian(self.standardise(mean), log_variance)  # (B, Z) each


class NICEVAE(VAE):
    """A VAE whose rate has no closed form: it is the difference of two densities at the draw.

    Its first nats are free in training: where every nat is paid for, a decoder that sees the
    characters before soon does without a latent, and nothing is left for a prior to learn.
    """

    def __init__(self, options: Options, vocabulary_size: int) -> None:
        sizes = Sizes(options.embedding_size, options.hidden_size)
        latent = options.latent_size
        super().__init__(
            GaussianEncoder(sizes, latent, vocabulary_size),
            RecurrentDecoder(sizes, latent, vocabulary_size, dropped=options.dropped),
            NICEPrior(latent, options.couplings, options.coupling_size),
            {options.form: latent},
        )
        self.free = options.free
        self.writing = Writing(temperature=0.8, least=0.02)

    def loss(self, ids: Tensor, generator: torch.Generator) -> Loss:
        """The bound; what is descended counts the rate from `free` on."""
        loss = super().loss(ids, generator)
        distortion, rate = loss.figures["distortion"], loss.figures["rate"]
        return Loss(distortion + rate.clamp(min=self.free), loss.figures)


def build(options: Mapping[str, Any], vocabulary_size: int) -> VAE:
    """The whole model; `options` are the fields of `Options`."""
    chosen = Options(**{**options, "form": Form(options.get("form", Form.COUPLET5))})
    return NICEVAE(chosen, vocabulary_size)
