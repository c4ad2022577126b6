"""How much of a verse a model gives back from its latent.

Decides that the latent is the posterior's mean and that each character is the likeliest; how a
poet writes for people is left to the poet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from model.networks.vae import VAE, Posterior, likeliest


@dataclass(frozen=True)
class Matched:
    """The shares of characters given back in their place, and of verses given back whole."""

    characters: float
    verses: float


@torch.no_grad()
def reconstruct(model: VAE, batches: Iterable[Tensor]) -> Matched:
    """What is given back of batches (B, L) of verses; id 0, an open place, never is."""
    characters = verses = total = size = 0
    for ids in batches:
        posterior: Posterior = model.encoder(ids)
        equal = write(model, posterior.mean, ids.shape[1]) == ids  # (B, L)
        characters += int(equal.sum())
        verses += int(equal.all(dim=1).sum())
        total += len(ids)
        size += ids.numel()
    return Matched(characters / size, verses / total)


@torch.no_grad()
def write(model: VAE, z: Tensor, length: int) -> Tensor:
    """Verses of the likeliest character at each place: (B, Z) → (B, L)."""
    return model.decoder.write(z, length, likeliest)
