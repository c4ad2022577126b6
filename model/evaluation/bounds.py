"""How many nats a model needs for held-out verse: the evidence bound and the tighter IWAE bound.

Decides how both are estimated and what an active unit is; any VAE of `model.networks` will do, and
at which noise it is looked at is left to `rate_distortion`.

Sources: Kingma & Welling 2014 (arXiv:1312.6114); Burda et al. 2016 (arXiv:1509.00519).
Shapes: B batch, L characters a verse, K importance samples, Z latent size.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from model.networks.vae import VAE, Posterior

ACTIVE = 0.01
"""A latent number is active if its posterior mean varies by more than this over verses."""


@dataclass(frozen=True)
class Evidence:
    """−ELBO and its two parts in nats a verse, averaged over verses."""

    bound: float
    distortion: float
    rate: float
    variance: float
    """Of the bound from verse to verse."""


@torch.no_grad()
def evidence(model: VAE, batches: Iterable[Tensor], generator: torch.Generator) -> Evidence:
    """The evidence bound over batches (B, L) of verses, with one latent drawn for each."""
    distortions, rates = [], []
    for ids in batches:
        posterior: Posterior = model.encoder(ids)
        z = posterior.sample(generator)
        distortions.append(-model.decoder.log_prob(ids, z).double().sum(-1))
        rates.append(model.rate(posterior, z).double())
    distortion, rate = torch.cat(distortions), torch.cat(rates)  # (all verses,)
    bound = distortion + rate
    variance = float(bound.var()) if len(bound) > 1 else math.inf
    return Evidence(float(bound.mean()), float(distortion.mean()), float(rate.mean()), variance)


@torch.no_grad()
def active_units(model: VAE, batches: Iterable[Tensor]) -> int:
    """How many latent numbers tell verses (B, L) apart."""
    mean = torch.cat([model.encoder(ids).mean for ids in batches]).double()  # (all verses, Z)
    return int((mean.var(dim=0) > ACTIVE).sum())


@torch.no_grad()
def log_weights(model: VAE, ids: Tensor, samples: int, generator: torch.Generator) -> Tensor:
    """log p(x, z) − log q(z | x) of `samples` latents for each verse: (B, L) → (B, K).

    The K passes are made one after the other, so that memory does not grow with K.
    """
    posterior: Posterior = model.encoder(ids)
    columns = []
    for _ in range(samples):
        z = posterior.sample(generator)
        likelihood = model.decoder.log_prob(ids, z).double().sum(-1)
        columns.append(likelihood + model.prior.log_prob(z) - posterior.log_prob(z))
    return torch.stack(columns, dim=1)


def importance_weighted(weights: Tensor) -> Tensor:
    """The IWAE bound −log (1/K) Σ p(x, z) / q(z | x) in nats a verse: (B, K) → (B,)."""
    return math.log(weights.shape[1]) - weights.logsumexp(dim=1)


def tightening(weights: Tensor) -> Tensor:
    """By how much the IWAE bound is below −ELBO, in nats a verse: (B, K) → (B,), none below 0.

    It varies far less from verse to verse than the bounds do, so that few verses tell its mean.
    """
    return -weights.mean(dim=1) - importance_weighted(weights)
