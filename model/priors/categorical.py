"""Independent categorical variables, all classes as likely: the prior of Gumbel-softmax VAEs.

Decides how one-hot latents are drawn, and what near and between mean for them; how posteriors are
relaxed in training is left to the network.

Source: Jang, Gu & Poole 2017 (arXiv:1611.01144).
Shapes: B batch, K variables, C classes; latents are (B, K·C), one-hot variable after variable.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.priors.parts import between, redrawn


class CategoricalPrior(nn.Module):
    """Variables of `classes` classes, any number of them; it has no parameters."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.classes = classes

    def sample(self, count: int, size: int, generator: torch.Generator) -> Tensor:
        drawn = torch.randint(
            self.classes,
            (count, size // self.classes),
            generator=generator,
            device=generator.device,
        )
        return functional.one_hot(drawn, self.classes).float().flatten(1)  # (B, K·C)

    def log_prob(self, z: Tensor) -> Tensor:
        variables = z.shape[1] // self.classes
        return torch.full((len(z),), -variables * math.log(self.classes), device=z.device)  # (B,)

    def near(self, z: Tensor, distance: float | Tensor, generator: torch.Generator) -> Tensor:
        """Each variable drawn anew with a chance that is the distance, (B, Z)."""
        fresh = self.sample(len(z), z.shape[1], generator)
        chosen = redrawn(len(z), z.shape[1] // self.classes, distance, generator)
        return torch.where(chosen.repeat_interleave(self.classes, dim=1), fresh, z)

    def between(self, start: Tensor, end: Tensor, share: float) -> Tensor:
        """Variable by variable from one to the other, (Z,)."""
        shape = (-1, self.classes)
        return between(start.view(shape), end.view(shape), share).flatten()
