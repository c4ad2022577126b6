"""Models whose dense layers multiply integers of eight bits, in the ways that torch has on a CPU.

Decides how weights and inputs are rounded; what that brings, and what it costs, is for `precision`
to measure. The tied table of characters, which makes the logits, counts as a dense layer here.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

from model.networks.layers import normalised
from model.networks.transformer import TransformerDecoder

_M = TypeVar("_M", bound=nn.Module)
Layer = Callable[[nn.Linear], nn.Module]
_LARGEST = 127.0


class RowScaled(nn.Module):
    """Weights have a scale for each output, inputs for each row: no row depends on another."""

    def __init__(self, dense: nn.Linear) -> None:
        super().__init__()
        scale = dense.weight.detach().abs().amax(1, keepdim=True) / _LARGEST  # (O, 1)
        self.weight = torch.round(dense.weight.detach() / scale).to(torch.int8).T  # (I, O)
        self.scale = scale.T.clone()
        self.bias = dense.bias

    def forward(self, x: Tensor) -> Tensor:
        rows = x.flatten(0, -2)
        scale = rows.abs().amax(-1, keepdim=True).clamp(min=1e-9) / _LARGEST
        whole = torch.round(rows / scale).to(torch.int8)
        product = torch._int_mm(whole, self.weight) * (scale * self.scale)
        if self.bias is not None:
            product = product + self.bias
        return product.view(*x.shape[:-1], -1)


def dynamic(dense: nn.Linear) -> nn.Module:
    """torch's own: one scale for the inputs of a whole batch, so that rows depend on each other."""
    from torch.ao.quantization import (  # noqa: PLC0415 (on its way out of torch)
        per_channel_dynamic_qconfig,
        quantize_dynamic,
    )

    given = nn.Sequential(dense)
    made: nn.Module = quantize_dynamic(given, {nn.Linear: per_channel_dynamic_qconfig})[0]
    return made


def in_int8(model: _M, layer: Layer) -> _M:
    """A copy with dense layers of that kind, and all else in float32."""
    made = copy.deepcopy(model)
    _replace(made, layer)
    decoder = getattr(made, "decoder", None)
    if isinstance(decoder, TransformerDecoder):
        table = nn.Linear(*decoder.embedding.weight.T.shape)
        table.weight, table.bias = decoder.embedding.weight, decoder.bias
        logits = layer(table)
        decoder._logits = lambda x: logits(normalised(x))  # type: ignore[method-assign]
    return made


def _replace(module: nn.Module, layer: Layer) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.Linear) and child.out_features > 1:
            setattr(module, name, layer(child))
        else:
            _replace(child, layer)
