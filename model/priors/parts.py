"""Latents made of discrete parts: which of them a neighbour changes, and the way between two.

Decides what near and between mean where nothing lies between one value of a part and the next; what
the values are, and how they are drawn, is left to the priors.
Shapes: B batch, K parts, D numbers a part.
"""

from __future__ import annotations

import torch
from torch import Tensor


def redrawn(count: int, parts: int, distance: float | Tensor, generator: torch.Generator) -> Tensor:
    """Which parts are drawn anew, (B, K): each with a chance that is the distance. Distances
    (B, lines) are those of equal runs of parts."""
    chance = torch.as_tensor(distance, dtype=torch.float32, device=generator.device)
    if chance.dim():
        chance = chance.repeat_interleave(parts // chance.shape[1], dim=1)
    # Numbers in [0, 1): none is below 0, all are below 1.
    return torch.rand(count, parts, generator=generator, device=generator.device) < chance


def between(start: Tensor, end: Tensor, share: float) -> Tensor:
    """The latent at `share` of the way: the parts that differ change from the first to the last,
    (K, D), (K, D) → (K, D)."""
    different = (start != end).any(-1).nonzero().flatten()
    changed = different[: round(share * len(different))]
    latent = start.clone()
    latent[changed] = end[changed]
    return latent
