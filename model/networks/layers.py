"""Layers of transformers for verse: attention with a cache, a perceptron, vectors of places.

Decides how tokens are mixed, fast on CPUs too; which tokens there are is left to the networks.

Sources: Vaswani et al. 2017 (arXiv:1706.03762); So et al. 2021 (arXiv:2109.08668), squared ReLU;
Henry et al. 2020 (arXiv:2010.04245), normalised queries and keys; Zhang & Sennrich 2019
(arXiv:1910.07467), normalisation by the root mean square.
Shapes: B batch, N lines, C characters a line, L = N·C characters, T tokens, H hidden size.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.verse import Form

_FORMS = tuple(Form)
_LINES = max(form.line_count for form in _FORMS)
_LENGTHS = sorted({form.line_length for form in _FORMS})
_LINE_LENGTH = max(_LENGTHS)


class Cache:
    """Keys and values of the tokens so far of one layer, (B, heads, T, H / heads)."""

    def __init__(self) -> None:
        self._kept: tuple[Tensor, Tensor] | None = None

    def append(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Adds those of new tokens, and gives all."""
        if self._kept is not None:
            key = torch.cat([self._kept[0], key], dim=2)
            value = torch.cat([self._kept[1], value], dim=2)
        self._kept = key, value
        return self._kept


class Attention(nn.Module):
    """Attention of several heads with normalised queries and keys; causal if asked."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.project = nn.Linear(size, 3 * size, bias=False)
        self.merge = nn.Linear(size, size, bias=False)
        nn.init.zeros_(self.merge.weight)

    def forward(self, x: Tensor, causal: bool) -> Tensor:
        query, key, value = self.split(x)
        h = _attend(query, key, value, causal)
        merged: Tensor = self.merge(h.transpose(1, 2).flatten(2))
        return merged  # (B, T, H)

    def split(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, T, H) → queries, keys and values (B, heads, T, H / heads)."""
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in self.project(x).chunk(3, dim=-1)
        )
        return normalised(query), normalised(key), value

    def step(self, x: Tensor, cache: Cache) -> Tensor:
        """The last tokens' attention to all so far: (B, t, H) → (B, t, H)."""
        query, key, value = self.split(x)
        key, value = cache.append(key, value)
        h = _attend(query, key, value, causal=x.shape[1] > 1)
        merged: Tensor = self.merge(h.transpose(1, 2).flatten(2))
        return merged


class Perceptron(nn.Module):
    """Two dense layers with a squared ReLU between."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.widen = nn.Linear(size, 4 * size, bias=False)
        self.narrow = nn.Linear(4 * size, size, bias=False)
        nn.init.zeros_(self.narrow.weight)

    def forward(self, x: Tensor) -> Tensor:
        narrowed: Tensor = self.narrow(functional.relu(self.widen(x)).square())
        return narrowed


class Block(nn.Module):
    """x + attention, + perceptron, each of the normalised x."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.attention = Attention(size, heads)
        self.perceptron = Perceptron(size)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(normalised(x), causal=False)
        mixed: Tensor = x + self.perceptron(normalised(x))
        return mixed  # (B, L, H)


class Places(nn.Module):
    """Learnt vectors of the places of a form: its line, the character in the line, the form."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.form = nn.Embedding(len(_FORMS), size)
        self.line = nn.Embedding(_LINES, size)
        self.character = nn.Embedding(len(_LENGTHS) * _LINE_LENGTH, size)
        for table in (self.form, self.line, self.character):
            nn.init.normal_(table.weight, std=0.02)

    def forward(self, form: Form) -> Tensor:
        """(L, H)"""
        first = _LENGTHS.index(form.line_length) * _LINE_LENGTH
        characters = self.character.weight[first : first + form.line_length]  # (C, H)
        return (self.lines(form)[:, None] + characters).flatten(0, 1)

    def lines(self, form: Form) -> Tensor:
        """(N, H)"""
        return self.line.weight[: form.line_count] + self.form.weight[_FORMS.index(form)]


def normalised(x: Tensor) -> Tensor:
    """x over its root mean square (Zhang & Sennrich 2019, arXiv:1910.07467), without weights."""
    return functional.rms_norm(x, (x.shape[-1],))


def _attend(query: Tensor, key: Tensor, value: Tensor, causal: bool) -> Tensor:
    """Scaled dot products; for texts this short it is faster on CPUs than torch's fused kernel,
    whose backward pass takes seven times as long."""
    scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
    if causal:
        length = scores.shape[-1]
        future = torch.ones(length, length, dtype=torch.bool, device=scores.device).triu(1)
        scores = scores.masked_fill(future, -1e4)
    mixed: Tensor = scores.softmax(-1).to(value.dtype) @ value
    return mixed
