"""An LSTM whose neurons are ordered: where one forgets, all those before it forget too.

Decides the gates and how they are computed fast; what is read with it, and what its distances are
shown for, is left to the networks.

Sources: Shen et al. 2019 (arXiv:1810.09536), the master gates and the syntactic distance; Su
Jianlin, "ON-LSTM：用有序神经元表达层次结构" (spaces.ac.cn, 2019), the master input gate as a sum
from the other end: by the paper's 1 − cumax the last neurons are never written to.
Shapes: B batch, T steps, H hidden size, D levels of neurons (H / D neurons each).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

State = tuple[Tensor, Tensor]
"""The last states and cells, (1, B, H) each, as those of `nn.LSTM`."""


class OrderedNeurons(nn.Module):
    """Called like a batch-first `nn.LSTM` of one layer."""

    def __init__(self, inputs: int, size: int, levels: int) -> None:
        super().__init__()
        if size % levels:
            raise ValueError(f"{size} neurons are not to be divided among {levels} levels")
        self.size = size
        self.levels = levels
        # The four gates of an LSTM in torch's order, then the two master gates.
        self.parts = [4 * size, levels, levels]
        self.project = nn.Linear(inputs, sum(self.parts))
        self.recur = nn.Linear(size, sum(self.parts), bias=False)

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """(B, T, inputs) → states (B, T, H), and the last state and cell."""
        h, _, last = self._read(x, state)
        return h, last

    def distances(self, x: Tensor, state: State | None = None) -> Tensor:
        """How much of what was known each step forgets, 1 − the mean of the master forget gate,
        from 0 to 1: (B, T, inputs) → (B, T)."""
        _, kept, _ = self._read(x, state)
        return 1 - kept.mean(-1)

    def _read(self, x: Tensor, state: State | None) -> tuple[Tensor, Tensor, State]:
        """States (B, T, H), master forget gates (B, T, D), the last state and cell."""
        if state is None:
            zeros = x.new_zeros(1, len(x), self.size)
            state = zeros, zeros
        h, c = state[0][0], state[1][0]  # (B, H)
        states, kept = [], []
        for projected in self.project(x).unbind(1):  # of all steps at once
            gates, keep, write = (projected + self.recur(h)).split(self.parts, dim=-1)
            keep = keep.softmax(-1).cumsum(-1)  # (B, D), rises to 1
            write = write.softmax(-1).flip(-1).cumsum(-1).flip(-1)  # (B, D), falls from 1
            c, h = self._step(gates, keep, write, c)
            states.append(h)
            kept.append(keep)
        return torch.stack(states, 1), torch.stack(kept, 1), (h[None], c[None])

    def _step(self, gates: Tensor, keep: Tensor, write: Tensor, c: Tensor) -> State:
        """The next cell and state: the LSTM's gates rule where the master gates overlap, the
        master gates alone elsewhere."""
        i, f, new, o = (part.view(len(c), self.levels, -1) for part in gates.chunk(4, dim=-1))
        both = (keep * write)[..., None]  # (B, D, 1)
        only_kept, only_written = keep[..., None] - both, write[..., None] - both
        forget = f.sigmoid() * both + only_kept  # (B, D, H / D)
        enter = i.sigmoid() * both + only_written
        cell = forget * c.view_as(forget) + enter * new.tanh()
        return cell.flatten(1), (o.sigmoid() * cell.tanh()).flatten(1)
