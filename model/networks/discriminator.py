"""A discriminator: how much likelier a verse is a person's than the poet's own.

Decides how a verse is read to find that out: on top of the states of the poet's language model, in
both directions. What it learns from is left to `model.refinement`, what its answer weighs to the
poet.

Source: Deng et al. 2020, residual energy-based models (arXiv:2004.11714): the log odds of a
classifier that tells real text from a language model's are what the language model misses.
Shapes: B batch, L characters, S size of the states, H hidden size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from model.networks.layers import Block, Places, normalised
from model.networks.noise import form_of
from model.networks.vae import Reading

_USUAL_COST = 5.0  # nats of a character


@dataclass(frozen=True)
class Sizes:
    """Sizes of a discriminator; `state_size` is S of the states it reads."""

    state_size: int
    hidden_size: int = 256
    heads: int = 4
    layers: int = 3

    def as_options(self) -> Mapping[str, Any]:
        """The fields by their names, to be kept beside the weights."""
        return asdict(self)


class Discriminator(nn.Module):
    """Readings of verses to log odds."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        size = sizes.hidden_size
        self.places = Places(size)
        self.project = nn.Linear(sizes.state_size + 1, size)
        self.blocks = nn.ModuleList(Block(size, sizes.heads) for _ in range(sizes.layers))
        self.odds = nn.Linear(size, 1)
        nn.init.zeros_(self.odds.weight)

    def forward(self, ids: Tensor, reading: Reading) -> Tensor:
        """Log odds, in nats, that verses (B, L) are real rather than composed, (B,)."""
        surprise = (
            reading.log_prob[..., None].to(reading.states.dtype) / 5
        )  # of the size of a state
        h = self.project(torch.cat([reading.states, surprise], dim=-1)) + self.places(form_of(ids))
        for block in self.blocks:
            h = block(h)
        odds: Tensor = self.odds(normalised(h).mean(1)).squeeze(-1)
        return odds
