"""The standard normal prior N(0, I) of the first VAEs (Kingma & Welling 2014, arXiv:1312.6114).

Decides how latents are drawn, and what near and between mean; whether posteriors really fill this
prior is a matter of training.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class NormalPrior(nn.Module):
    """N(0, I) over latents of any size; it has no parameters."""

    def sample(self, count: int, size: int, generator: torch.Generator) -> Tensor:
        return torch.randn(count, size, generator=generator, device=generator.device)  # (B, Z)

    def log_prob(self, z: Tensor) -> Tensor:
        return -0.5 * (z.square() + math.log(2 * math.pi)).sum(-1)  # (B,)

    def near(self, z: Tensor, distance: float | Tensor, generator: torch.Generator) -> Tensor:
        """√(1 − s²)·z + s·ε, which keeps the distribution of z where that is the prior."""
        share = torch.as_tensor(distance, dtype=z.dtype, device=z.device)
        if share.dim():
            share = share.repeat_interleave(z.shape[1] // share.shape[1], dim=1)
        noise = self.sample(len(z), z.shape[1], generator)
        return torch.sqrt(1 - share.square()) * z + share * noise  # (B, Z)

    def between(self, start: Tensor, end: Tensor, share: float) -> Tensor:
        """Spherical interpolation (Shoemake 1985): the walk keeps to the norms of its ends."""
        cosine = torch.nn.functional.cosine_similarity(start, end, dim=0).clamp(-1, 1)
        angle = torch.arccos(cosine)
        if angle < 1e-4:
            return torch.lerp(start, end, share)
        left = torch.sin((1 - share) * angle) / torch.sin(angle)
        right = torch.sin(share * angle) / torch.sin(angle)
        return left * start + right * end  # (Z,)
