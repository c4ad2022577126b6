"""A recurrent encoder and decoder of verse, the body of the models from the reading list.

Decides how characters become one vector and how a vector is written out again; which latent lies
between, and which recurrent core runs, is left to one file for each model.

Sources: Hochreiter & Schmidhuber 1997, LSTM; Bowman et al. 2016 (arXiv:1511.06349), the latent at
every step and word dropout.
Shapes: B batch, L characters a verse, E embedding size, H hidden size, V vocabulary, Z latent size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.networks.vae import Choose, Decoder

Core = Callable[[int, int], nn.Module]
"""Makes a recurrent core of (input size, hidden size) that is called as a batch-first `nn.LSTM`."""


def lstm(inputs: int, size: int) -> nn.Module:
    """The usual core."""
    return nn.LSTM(inputs, size, batch_first=True)


@dataclass(frozen=True)
class Sizes:
    """Sizes of a recurrent model."""

    embedding_size: int = 256
    hidden_size: int = 512


class Summary(nn.Module):
    """Verses to one vector each: the last states of a core that reads forwards and of one that
    reads backwards."""

    def __init__(self, sizes: Sizes, vocabulary_size: int, core: Core = lstm) -> None:
        super().__init__()
        self.size = 2 * sizes.hidden_size
        self.embedding = nn.Embedding(vocabulary_size, sizes.embedding_size)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.forwards = core(sizes.embedding_size, sizes.hidden_size)
        self.backwards = core(sizes.embedding_size, sizes.hidden_size)

    def forward(self, ids: Tensor) -> Tensor:
        """(B, L) → (B, 2H)"""
        x = self.embedding(ids)  # (B, L, E)
        forwards, _ = self.forwards(x)
        backwards, _ = self.backwards(x.flip(1))
        return torch.cat([forwards[:, -1], backwards[:, -1]], dim=-1)


class RecurrentDecoder(Decoder):
    """Writes one character after another and sees the latent at every step, and at the start.

    In training a share `dropped` of the earlier characters is hidden, so that it looks at the
    latent.
    """

    def __init__(
        self,
        sizes: Sizes,
        latent_size: int,
        vocabulary_size: int,
        core: Core = lstm,
        dropped: float = 0.0,
    ) -> None:
        super().__init__()
        self.dropped = dropped
        self.embedding = nn.Embedding(vocabulary_size, sizes.embedding_size)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.core = core(sizes.embedding_size + latent_size, sizes.hidden_size)
        self.start = nn.Linear(latent_size, 2 * sizes.hidden_size)
        self.narrow = nn.Linear(sizes.hidden_size, sizes.embedding_size)
        self.bias = nn.Parameter(torch.zeros(vocabulary_size))

    def log_prob(self, ids: Tensor, z: Tensor) -> Tensor:
        previous = functional.pad(ids[:, :-1], (1, 0))  # (B, L); id 0 stands before the first
        if self.training and self.dropped:
            hidden = torch.rand(previous.shape, device=z.device) < self.dropped
            previous = previous.masked_fill(hidden, 0)
        h, _ = self._run(previous, z, self._state(z))  # (B, L, H)
        logits = self._logits(h).flatten(0, 1)  # (B·L, V)
        cost = functional.cross_entropy(logits, ids.flatten(), reduction="none")
        return -cost.view_as(ids)  # (B, L)

    def write(self, z: Tensor, length: int, choose: Choose) -> Tensor:
        state = self._state(z)
        ids = torch.zeros(len(z), 1, dtype=torch.long, device=z.device)
        written: list[Tensor] = []
        for position in range(length):
            h, state = self._run(ids, z, state)  # (B, 1, H)
            ids = choose(position, self._logits(h[:, 0]))[:, None]
            written.append(ids)
        return torch.cat(written, dim=1)  # (B, L)

    def _state(self, z: Tensor) -> tuple[Tensor, Tensor]:
        hidden, cell = self.start(z).chunk(2, dim=-1)
        return hidden.tanh()[None].contiguous(), cell[None].contiguous()  # (1, B, H) each

    def _run(
        self, previous: Tensor, z: Tensor, state: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        h: Tensor
        h, state = self.core(self._inputs(previous, z), state)
        return h, state

    def _inputs(self, previous: Tensor, z: Tensor) -> Tensor:
        told = z[:, None].expand(-1, previous.shape[1], -1)  # (B, L, Z)
        return torch.cat([self.embedding(previous), told], dim=-1)  # (B, L, E + Z)

    def _logits(self, h: Tensor) -> Tensor:
        return functional.linear(self.narrow(h), self.embedding.weight, self.bias)
