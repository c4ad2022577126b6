"""The autoregressive prior of vector-quantised VAEs: codes of a codebook, each after those before.

Decides how likely codes are and how they are drawn, alone or near others; the codes themselves are
the codebook's, and which verse has which the network's.

Sources: van den Oord et al. 2017 (arXiv:1711.00937), a prior over codes; Cho et al. 2014
(arXiv:1406.1078), the gated recurrent unit it is made of here.
Shapes: B batch, K codes a latent, C codes in the codebook, D numbers a code, H hidden size;
latents are (B, K·D), the vectors of their codes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.priors.codebook import Codebook
from model.priors.parts import between, redrawn


class CodePrior(nn.Module):
    """`length` codes of a codebook, one after another."""

    def __init__(self, codebook: Codebook, length: int, hidden_size: int) -> None:
        super().__init__()
        self.codebook = codebook
        self.length = length
        self.embedding = nn.Embedding(codebook.size + 1, hidden_size)  # the last: none before
        self.places = nn.Parameter(torch.zeros(length, hidden_size))
        self.core = nn.GRU(hidden_size, hidden_size, batch_first=True)
        self.logits = nn.Linear(hidden_size, codebook.size)

    def score(self, codes: Tensor) -> Tensor:
        """log p in nats of codes: (B, K) → (B,)."""
        previous = functional.pad(codes[:, :-1], (1, 0), value=self.codebook.size)  # (B, K)
        h, _ = self.core(self.embedding(previous) + self.places)  # (B, K, H)
        logits = self.logits(h).flatten(0, 1)  # (B·K, C)
        cost = functional.cross_entropy(logits, codes.flatten(), reduction="none")
        return -cost.view_as(codes).sum(-1)

    def sample(self, count: int, size: int, generator: torch.Generator) -> Tensor:
        if size != self.length * self.codebook.width:
            raise ValueError(f"latents have {self.length * self.codebook.width} numbers here")
        shape = (count, self.length)
        nothing = torch.zeros(shape, dtype=torch.long, device=generator.device)
        codes = self._redraw(nothing, nothing == 0, generator)
        return self._vectors(codes).flatten(1)  # (B, Z)

    def log_prob(self, z: Tensor) -> Tensor:
        """log p in nats of the codes nearest to latents, (B,)."""
        return self.score(self.codebook.nearest(self._parts(z)))

    def near(self, z: Tensor, distance: float | Tensor, generator: torch.Generator) -> Tensor:
        """Each code drawn anew, given those before it, with a chance that is the distance."""
        parts = self._parts(z)  # (B, K, D)
        chosen = redrawn(len(z), self.length, distance, generator)  # (B, K)
        codes = self._redraw(self.codebook.nearest(parts), chosen, generator)
        return torch.where(chosen[..., None], self._vectors(codes), parts).flatten(1)

    def between(self, start: Tensor, end: Tensor, share: float) -> Tensor:
        """Code by code from one to the other, (Z,)."""
        shape = (-1, self.codebook.width)
        return between(start.view(shape), end.view(shape), share).flatten()

    @torch.no_grad()
    def _redraw(self, codes: Tensor, chosen: Tensor, generator: torch.Generator) -> Tensor:
        """Codes (B, K) where those chosen are drawn, each given all before it."""
        previous = torch.full_like(codes[:, 0], self.codebook.size)  # (B,)
        state: Tensor | None = None
        drawn: list[Tensor] = []
        for place in range(self.length):
            x = self.embedding(previous) + self.places[place]  # (B, H)
            h, state = self.core(x[:, None], state)
            chances = self.logits(h[:, 0]).softmax(-1)  # (B, C)
            fresh = torch.multinomial(chances, 1, generator=generator).squeeze(-1)
            previous = torch.where(chosen[:, place], fresh, codes[:, place])
            drawn.append(previous)
        return torch.stack(drawn, dim=1)

    def _vectors(self, codes: Tensor) -> Tensor:
        vectors: Tensor = self.codebook(codes)
        return vectors  # (B, K, D)

    def _parts(self, z: Tensor) -> Tensor:
        return z.view(len(z), self.length, self.codebook.width)  # (B, K, D)
