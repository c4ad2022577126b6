"""A text read window after window, in pieces side by side, each with its memory.

Decides how a text is cut and what is remembered from one window to the next; when it is read is
left to `learning`.

Shapes: S pieces of the text, W characters of a window, H hidden size.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.networks.char_lstm import CharLSTM


class Pieces:
    """A text cut into pieces of one length, each of which goes on where the one before it ends;
    the last is filled up with 0."""

    def __init__(self, ids: Tensor, before: int, count: int, window: int) -> None:
        length = math.ceil(len(ids) / count)
        padded = functional.pad(ids, (1, count * length - len(ids)))
        padded[0] = before
        self._previous = padded[:-1].view(count, length)
        self._ids = padded[1:].view(count, length)
        self._window = window

    @property
    def windows(self) -> int:
        """Windows of a piece; the last may be shorter."""
        return math.ceil(self._ids.shape[1] / self._window)

    def at(self, window: int) -> tuple[Tensor, Tensor]:
        """Characters that are read and those that follow each, (S, W) both."""
        span = slice(window * self._window, (window + 1) * self._window)
        return self._previous[:, span], self._ids[:, span]


class Reader(nn.Module):
    """A model and what it remembers of each piece, which is kept with the weights."""

    hidden: Tensor
    cell: Tensor

    def __init__(self, model: CharLSTM, pieces: int) -> None:
        super().__init__()
        self.model = model
        core = model.core
        nothing = torch.zeros(core.num_layers, pieces, core.hidden_size)
        self.register_buffer("hidden", nothing.clone())
        self.register_buffer("cell", nothing.clone())

    def forget(self) -> None:
        """Before the first window."""
        self.hidden.zero_()
        self.cell.zero_()

    def forward(self, previous: Tensor, ids: Tensor) -> Tensor:
        """Nats of each known character of the next window, those of unknown ones 0, (S, W)."""
        # Copied, for the memory is written over before gradients are taken.
        h, (hidden, cell) = self.model(previous, (self.hidden.clone(), self.cell.clone()))
        self.hidden.copy_(hidden.detach())
        self.cell.copy_(cell.detach())
        return self.model.cost(h, ids) * (ids > 0)
