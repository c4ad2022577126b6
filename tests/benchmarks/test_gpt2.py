"""The generator beside the poet is GPT-2's smallest, and its cache changes nothing."""

from __future__ import annotations

import pytest
import torch

from benchmarks import gpt2
from benchmarks.gpt2 import GPT2
from model.networks.layers import Cache


def test_it_has_as_many_weights_as_the_published_model() -> None:
    with torch.device("meta"):
        model = GPT2(vocabulary_size=50_257)
    assert sum(parameter.numel() for parameter in model.parameters()) == 124_439_808


@torch.inference_mode()
def test_what_it_writes_is_what_it_finds_likeliest_reading_all_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gpt2, "LAYERS", 2)
    monkeypatch.setattr(gpt2, "HIDDEN_SIZE", 24)
    torch.manual_seed(0)
    model = GPT2(vocabulary_size=50, longest=10).eval()
    written = model.write(3, 10)
    assert written.shape == (3, 10)
    read = torch.cat([torch.zeros(3, 1, dtype=torch.long), written[:, :-1]], dim=1)
    logits = model(read, [Cache() for _ in model.blocks])
    assert (logits.argmax(-1) == written).all()
    assert len(set(written.flatten().tolist())) > 1
