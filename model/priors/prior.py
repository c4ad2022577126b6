"""What a prior p(z) must be able to do.

Decides the interface alone; the distributions are in the files beside it.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor


class Prior(Protocol):
    """A distribution of latents; B batch, Z latent size."""

    def sample(self, count: int, size: int, generator: torch.Generator) -> Tensor:
        """Draws latents, (count, size), on the generator's device."""
        ...

    def log_prob(self, z: Tensor) -> Tensor:
        """Log density in nats: (B, Z) → (B,)."""
        ...

    def near(self, z: Tensor, distance: float | Tensor, generator: torch.Generator) -> Tensor:
        """A draw for each latent, which stays put at distance 0 and is independent at 1; distances
        (B, lines) are those of a latent's equal parts."""
        ...

    def between(self, start: Tensor, end: Tensor, share: float) -> Tensor:
        """The latent at `share` (0 to 1) of the way between two: (Z,), (Z,) → (Z,)."""
        ...
