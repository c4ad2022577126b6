"""The first seed: the gated-convolution VAE of five-character couplets, 随机成诗.

Decides layers, sizes and initial weights as their author describes them; loss, training and
sampling are those of every VAE here.

Source: Su Jianlin, "变分自编码器：随机成诗" (spaces.ac.cn, 2018), a Keras model; the gated
convolution is that of Gehring et al. 2017 (arXiv:1705.03122) with a residual connection.
Shapes: B batch, L characters a verse, H hidden size, V vocabulary, Z latent size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from model.networks.vae import VAE, Choose, Decoder, Encoder, Gaussian
from model.priors.normal import NormalPrior
from model.verse import Form


@dataclass(frozen=True)
class Options:
    """Sizes; the defaults are the author's."""

    form: Form = Form.COUPLET5
    hidden_size: int = 64
    latent_size: int = 64
    width: int = 3


class GatedConvolution(nn.Module):
    """x + a ⊙ σ(b), where a and b are the two halves of a convolution of x, without a bias."""

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(size, 2 * size, width, padding=width // 2, bias=False)
        nn.init.xavier_uniform_(self.convolution.weight)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.convolution(x.transpose(1, 2)).transpose(1, 2).chunk(2, dim=-1)
        gated: Tensor = x + value * gate.sigmoid()
        return gated  # (B, L, H)


class GCNNEncoder(Encoder):
    """Embedding, two gated convolutions, the average over positions, mean and log variance."""

    def __init__(self, options: Options, vocabulary_size: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, options.hidden_size)
        nn.init.uniform_(self.embedding.weight, -0.05, 0.05)
        self.convolutions = nn.Sequential(
            GatedConvolution(options.hidden_size, options.width),
            GatedConvolution(options.hidden_size, options.width),
        )
        self.mean = _dense(options.hidden_size, options.latent_size)
        self.log_variance = _dense(options.hidden_size, options.latent_size)

    def forward(self, ids: Tensor) -> Gaussian:
        h = self.convolutions(self.embedding(ids))  # (B, L, H)
        pooled = h.mean(dim=1)  # (B, H)
        return Gaussian(self.mean(pooled), self.log_variance(pooled))


class GCNNDecoder(Decoder):
    """One dense layer from the latent to all positions, a gated convolution, a softmax at each."""

    def __init__(self, options: Options, vocabulary_size: int) -> None:
        super().__init__()
        self.length = options.form.size
        self.hidden = _dense(options.latent_size, options.hidden_size * self.length)
        self.convolution = GatedConvolution(options.hidden_size, options.width)
        self.characters = _dense(options.hidden_size, vocabulary_size)

    def logits(self, z: Tensor) -> Tensor:
        """(B, Z) → (B, L, V); given z, the characters are independent of each other."""
        h = self.hidden(z).view(len(z), self.length, -1)  # (B, L, H)
        logits: Tensor = self.characters(self.convolution(h))
        return logits

    def log_prob(self, ids: Tensor, z: Tensor) -> Tensor:
        logits = self.logits(z).flatten(0, 1)  # (B·L, V)
        cost = nn.functional.cross_entropy(logits, ids.flatten(), reduction="none")
        return -cost.view_as(ids)  # (B, L)

    def write(self, z: Tensor, length: int, choose: Choose) -> Tensor:
        if length != self.length:
            raise ValueError(f"this decoder writes {self.length} characters, not {length}")
        logits = self.logits(z)
        return torch.stack([choose(i, logits[:, i]) for i in range(length)], dim=1)  # (B, L)


def build(options: Mapping[str, Any], vocabulary_size: int) -> VAE:
    """The whole model; `options` are the fields of `Options`."""
    chosen = Options(**{**options, "form": Form(options.get("form", Form.COUPLET5))})
    return VAE(
        GCNNEncoder(chosen, vocabulary_size),
        GCNNDecoder(chosen, vocabulary_size),
        NormalPrior(),
        {chosen.form: chosen.latent_size},
    )


def _dense(inputs: int, outputs: int) -> nn.Linear:
    """A dense layer with Keras' initial weights: Glorot uniform, no bias at the start."""
    layer = nn.Linear(inputs, outputs)
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
