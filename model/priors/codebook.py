"""A codebook: vectors that stand for all vectors near them, and follow their average.

Decides which code a vector is given, how codes move in training, and when a code that nothing is
near to is put elsewhere; which codes follow each other is left to `codes`.

Sources: van den Oord et al. 2017 (arXiv:1711.00937), appendix A.1, moving averages; Dhariwal et
al. 2020 (arXiv:2005.00341), revival of dead codes.
Shapes: M vectors, C codes, D numbers a vector; `...` are any dimensions.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Codebook(nn.Module):
    """`size` codes of `width` numbers each; it is no weight of a gradient's.

    `counts` and `sums` are moving averages, of weight `decay` for the past, of how many vectors
    fall to a code and of their sum. A code that gets less than `least` of an even share is dead.
    """

    vectors: Tensor
    counts: Tensor
    sums: Tensor

    def __init__(self, size: int, width: int, decay: float = 0.99, least: float = 0.05) -> None:
        super().__init__()
        self.size = size
        self.width = width
        self.decay = decay
        self.least = least
        self.register_buffer("vectors", torch.randn(size, width))
        self.register_buffer("counts", torch.zeros(size))
        self.register_buffer("sums", torch.zeros(size, width))

    def forward(self, codes: Tensor) -> Tensor:
        """The vectors of codes: (...) → (..., D)."""
        return functional.embedding(codes, self.vectors)

    @torch.no_grad()
    def nearest(self, x: Tensor) -> Tensor:
        """The codes nearest to vectors: (..., D) → (...)."""
        distances = torch.cdist(x.float().flatten(0, -2), self.vectors.float())  # (M, C)
        return distances.argmin(-1).view(x.shape[:-1])

    @torch.no_grad()
    def follow(self, x: Tensor, codes: Tensor, generator: torch.Generator) -> None:
        """Moves codes towards vectors (M, D) that fell to them, (M,), and dead ones to some of the
        vectors, by chance. A fresh codebook is put among them whole."""
        x = x.detach().float()
        counts = functional.one_hot(codes, self.size).to(x.dtype).sum(0)  # (C,)
        sums = torch.zeros_like(self.sums).index_add_(0, codes, x)  # (C, D)
        self.counts.lerp_(counts, 1 - self.decay)
        self.sums.lerp_(sums, 1 - self.decay)
        share = self.counts.mean()
        dead = self.counts < self.least * share
        # As many are drawn where none is dead, so that a GPU need not be waited for.
        drawn = torch.randint(len(x), (self.size,), generator=generator, device=x.device)
        self.counts.copy_(torch.where(dead, share, self.counts))
        self.sums.copy_(torch.where(dead[:, None], share * x[drawn], self.sums))
        self.vectors.copy_(self.sums / self.counts[:, None])
