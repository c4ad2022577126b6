"""A generator of GPT-2's smallest size, with random weights: what the poet's speed is held against.

Decides the layers, which are those of the published model, and keeps keys and values of what is
written; what it writes means nothing, and how it is timed is left to `poet_speed`.

Source: Radford et al. 2019, Language Models are Unsupervised Multitask Learners (gelu after
Hendrycks & Gimpel 2016, arXiv:1606.08415).
Shapes: B batch, T tokens, H hidden size, V vocabulary.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.networks.layers import Cache

LAYERS = 12
HIDDEN_SIZE = 768
HEADS = 12


class Block(nn.Module):
    """x + attention, + perceptron, each of the normalised x."""

    def __init__(self) -> None:
        super().__init__()
        self.before_attention = nn.LayerNorm(HIDDEN_SIZE)
        self.project = nn.Linear(HIDDEN_SIZE, 3 * HIDDEN_SIZE)
        self.merge = nn.Linear(HIDDEN_SIZE, HIDDEN_SIZE)
        self.before_perceptron = nn.LayerNorm(HIDDEN_SIZE)
        self.widen = nn.Linear(HIDDEN_SIZE, 4 * HIDDEN_SIZE)
        self.narrow = nn.Linear(4 * HIDDEN_SIZE, HIDDEN_SIZE)

    def forward(self, x: Tensor, cache: Cache) -> Tensor:
        """The tokens that follow those in the cache, (B, T, H) → (B, T, H); all of a text at once
        with an empty cache, or one token after another."""
        query, key, value = (
            part.unflatten(-1, (HEADS, -1)).transpose(1, 2)  # (B, heads, T, H / heads)
            for part in self.project(self.before_attention(x)).chunk(3, dim=-1)
        )
        key, value = cache.append(key, value)
        h = functional.scaled_dot_product_attention(query, key, value, is_causal=x.shape[1] > 1)
        x = x + self.merge(h.transpose(1, 2).flatten(2))
        h = functional.gelu(self.widen(self.before_perceptron(x)), approximate="tanh")
        return x + cast(Tensor, self.narrow(h))


class GPT2(nn.Module):
    """The decoder: tokens to logits, the table of tokens at both ends."""

    def __init__(self, vocabulary_size: int, longest: int = 1024) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocabulary_size, HIDDEN_SIZE)
        self.places = nn.Embedding(longest, HIDDEN_SIZE)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.last = nn.LayerNorm(HIDDEN_SIZE)

    def forward(self, ids: Tensor, caches: list[Cache], written: int = 0) -> Tensor:
        """Logits of what follows each of the tokens (B, T), of which `written` came before:
        (B, T, V)."""
        places = torch.arange(written, written + ids.shape[1], device=ids.device)
        x = self.tokens(ids) + self.places(places)  # (B, T, H)
        for block, cache in zip(self.blocks, caches, strict=True):
            x = block(x, cache)
        return functional.linear(self.last(x), self.tokens.weight)

    @property
    def dtype(self) -> torch.dtype:
        """In which it computes."""
        return self.tokens.weight.dtype

    @torch.inference_mode()
    def write(self, count: int, length: int) -> Tensor:
        """`count` texts of the likeliest tokens after token 0, (count, length)."""
        caches = [Cache() for _ in self.blocks]
        ids = torch.zeros(count, 1, dtype=torch.long, device=self.tokens.weight.device)
        texts = []
        for written in range(length):
            ids = self(ids, caches, written)[:, -1:].argmax(-1)  # (B, 1)
            texts.append(ids)
        return torch.cat(texts, dim=1)
