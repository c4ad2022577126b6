"""NICE: a prior of a learnt shape, additive coupling layers between latents and N(0, I).

Decides how latents become base numbers and back, exactly, and what that does to their density; what
near and between mean is left to the standard normal prior of the base numbers.

Source: Dinh, Krueger & Bengio 2015, NICE: Non-linear Independent Components Estimation
(arXiv:1410.8516).
Shapes: B batch, Z latent size, H hidden size.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from model.priors.normal import NormalPrior


class AdditiveCoupling(nn.Module):
    """Every other number is shifted by what a perceptron makes of the numbers between.

    Those between stay as they are, so that the shift is known on the way back too; no volume is
    gained or lost: the Jacobian is triangular with ones on its diagonal.
    """

    kept: Tensor

    def __init__(self, size: int, hidden_size: int, keeps_even: bool) -> None:
        super().__init__()
        kept = (torch.arange(size) % 2 == 0) == keeps_even
        self.register_buffer("kept", kept.float(), persistent=False)  # (Z,)
        last = nn.Linear(hidden_size, size)
        self.perceptron = nn.Sequential(
            nn.Linear(size, hidden_size),
            nn.ReLU(),
            nn.Linear(hidden_size, hidden_size),
            nn.ReLU(),
            last,
        )
        nn.init.zeros_(last.weight)  # the flow begins as the identity
        nn.init.zeros_(last.bias)

    def forward(self, z: Tensor) -> Tensor:
        """The shift, which is added on the way to the base and taken away on the way back, (…, Z);
        it is the same for a latent and for what it was shifted to."""
        shift: Tensor = (1 - self.kept) * self.perceptron(self.kept * z)
        return shift


class NICEPrior(nn.Module):
    """Latents of one size Z that are N(0, I) after couplings and a scaling of each number."""

    def __init__(self, size: int, couplings: int = 4, hidden_size: int = 256) -> None:
        super().__init__()
        self.base = NormalPrior()
        self.couplings = nn.ModuleList(
            AdditiveCoupling(size, hidden_size, keeps_even=i % 2 == 0) for i in range(couplings)
        )
        self.log_scale = nn.Parameter(torch.zeros(size))

    def to_base(self, z: Tensor) -> Tensor:
        """Base numbers of latents, (…, Z); they are as exact as float32 even under autocast, which
        would leave too few digits for a way back."""
        with torch.autocast(z.device.type, enabled=False):
            for coupling in self.couplings:
                z = z + coupling(z)
            return z * self.log_scale.exp()

    def from_base(self, base: Tensor) -> Tensor:
        """Latents of base numbers, (…, Z): the inverse of `to_base`."""
        with torch.autocast(base.device.type, enabled=False):
            z = base * torch.exp(-self.log_scale)
            for coupling in reversed(self.couplings):
                z = z - coupling(z)
            return z

    def sample(self, count: int, size: int, generator: torch.Generator) -> Tensor:
        return self.from_base(self.base.sample(count, size, generator))  # (B, Z)

    def log_prob(self, z: Tensor) -> Tensor:
        """The base's density times what the scaling does to volumes, in nats, (B,)."""
        return self.base.log_prob(self.to_base(z)) + self.log_scale.sum()

    def near(self, z: Tensor, distance: float | Tensor, generator: torch.Generator) -> Tensor:
        """Moves as the standard normal prior does, in the base; equal parts are the base's."""
        return self.from_base(self.base.near(self.to_base(z), distance, generator))  # (B, Z)

    def between(self, start: Tensor, end: Tensor, share: float) -> Tensor:
        """Spherical interpolation in the base."""
        ends = self.to_base(start), self.to_base(end)
        return self.from_base(self.base.between(*ends, share))  # (Z,)
