"""A Wasserstein autoencoder of verse: its latents are held against the prior all at once.

Decides the penalty, a maximum mean discrepancy between the latents of a batch and draws of N(0, I),
and the encoder's fixed noise; the body is left to `model.networks.recurrent`.

A VAE presses the posterior of each verse towards the prior, and so asks the encoder to forget. A
Wasserstein autoencoder asks only that the posteriors together fill the prior. How far two
distributions are apart is found in a Wasserstein GAN by a critic: a network, trained against the
generator, whose averages over the two differ most, among functions no steeper than 1. Here it is a
function too, the best one of a kernel's unit ball; but that one is known without training, and so
is what it finds, MMD. Nothing is adversarial, and one loss is descended. And where the critic looks
at verse, through whose characters no gradient passes, the discrepancy looks at latents.

Sources: Tolstikhin et al. 2018, Wasserstein Auto-Encoders (arXiv:1711.01558); Gretton et al. 2012,
A Kernel Two-Sample Test (JMLR 13), the unbiased estimator; Arjovsky et al. 2017, Wasserstein GAN
(arXiv:1701.07875); Rubenstein et al. 2018 (arXiv:1802.03761), encoders with noise.
Shapes: B batch, L characters a verse, Z latent size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from model.networks.recurrent import RecurrentDecoder, Sizes, Summary
from model.networks.vae import VAE, Encoder, Gaussian, Loss, Posterior, Writing
from model.priors.normal import NormalPrior
from model.verse import Form

SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Widths of the kernels, as shares of 2·Z, the mean squared distance of two draws of N(0, I)."""


@dataclass(frozen=True)
class Options:
    """Sizes; `noise` is the standard deviation of the posteriors, `penalty` the weight of the
    discrepancy, `dropped` the share of characters hidden from the decoder in training."""

    form: Form = Form.COUPLET5
    embedding_size: int = 128
    hidden_size: int = 384
    latent_size: int = 64
    noise: float = 0.5
    penalty: float = 1000.0
    dropped: float = 0.1


def discrepancy(x: Tensor, y: Tensor) -> Tensor:
    """MMD² of the distributions that x and y are drawn from: (B, Z), (B, Z) → ().

    The kernel is the average of inverse multiquadratics C / (C + ‖x − y‖²) of several widths. The
    estimator is unbiased, so that it is below 0 as often as not where the two are the same.
    """
    pairs = max(1, len(x) * (len(x) - 1))  # a batch of one has none
    within = sum((kernel(a, a).sum() - len(a)) / pairs for a in (x, y))
    return within - 2 * kernel(x, y).mean()


def kernel(x: Tensor, y: Tensor) -> Tensor:
    """How alike two latents are, 1 if they are the same: (B, Z), (C, Z) → (B, C)."""
    # As the difference of inner products it would lose digits, where two latents are near.
    exact = "donot_use_mm_for_euclid_dist"
    apart = torch.cdist(x, y, compute_mode=exact).square()
    widths = [2 * x.shape[1] * scale for scale in SCALES]
    return torch.stack([width / (width + apart) for width in widths]).mean(0)


class NoisyEncoder(Encoder):
    """The summary of a verse to a mean; the variance s² is the same for all verses.

    The discrepancy says nothing against posteriors without variance, whose rate has no bound. Each
    number of the means is standardised over the batch and has variance 1 − s², so that with s² it
    makes 1. So the rate is −Z·log s all through training, and the epoch of the best bound is that
    of the best distortion. How the numbers hang together is left to the discrepancy.
    """

    def __init__(self, sizes: Sizes, options: Options, vocabulary_size: int) -> None:
        super().__init__()
        self.noise = options.noise
        self.summary = Summary(sizes, vocabulary_size)
        self.mean = nn.Linear(self.summary.size, options.latent_size)
        self.standardise = nn.BatchNorm1d(options.latent_size, affine=False)

    def forward(self, ids: Tensor) -> Gaussian:
        # A verse alone has no spread of its own: it is seen among those before it.
        self.standardise.train(self.training and len(ids) > 1)
        raw = self.mean(self.summary(ids)).float()
        mean = math.sqrt(1 - self.noise**2) * self.standardise(raw)  # (B, Z)
        return Gaussian(mean, torch.full_like(mean, 2 * math.log(self.noise)))


class WAE(VAE):
    """Trained on distortion and discrepancy; judged by its bound, as every model here is."""

    def __init__(self, options: Options, vocabulary_size: int) -> None:
        sizes = Sizes(options.embedding_size, options.hidden_size)
        super().__init__(
            NoisyEncoder(sizes, options, vocabulary_size),
            RecurrentDecoder(sizes, options.latent_size, vocabulary_size, dropped=options.dropped),
            NormalPrior(),
            {options.form: options.latent_size},
        )
        self.penalty = options.penalty
        self.writing = Writing(temperature=0.8, least=0.02)

    def loss(self, ids: Tensor, generator: torch.Generator) -> Loss:
        posterior: Posterior = self.encoder(ids)
        z = posterior.sample(generator)  # (B, Z)
        distortion = -self.decoder.log_prob(ids, z).sum(-1).mean()
        mmd = discrepancy(z, self.prior.sample(len(z), z.shape[1], generator))
        rate = self.rate(posterior, z).mean()
        figures = {"bound": distortion + rate, "distortion": distortion, "rate": rate, "mmd": mmd}
        return Loss(distortion + self.penalty * mmd, figures)


def build(options: Mapping[str, Any], vocabulary_size: int) -> VAE:
    """The whole model; `options` are the fields of `Options`."""
    chosen = Options(**{**options, "form": Form(options.get("form", Form.COUPLET5))})
    return WAE(chosen, vocabulary_size)
