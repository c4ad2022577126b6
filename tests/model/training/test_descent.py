"""Which optimiser moves which weight, and the learning rate of each step."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from model.networks.vae import build
from model.training.config import Optimisation
from model.training.descent import learning_rate, optimisers
from tests.model.training.runs import TRANSFORMER, config


def optimisation(**changes: object) -> Optimisation:
    return config(**changes).optimisation


def flagship() -> nn.Module:
    chosen = config(**TRANSFORMER)
    return build(chosen.network, chosen.options, 30)


def test_muon_moves_the_matrices_between_layers_and_adam_all_else() -> None:
    model = flagship()
    muon, adam = optimisers(model, optimisation(optimiser="muon", weight_decay=0.1))
    assert isinstance(muon, torch.optim.Muon)
    assert isinstance(adam, torch.optim.AdamW)
    names = {id(weight): name for name, weight in model.named_parameters()}
    by_muon, by_adam = (
        [names[id(weight)] for group in one.param_groups for weight in group["params"]]
        for one in (muon, adam)
    )
    assert sorted(by_muon + by_adam) == sorted(names.values())
    assert "encoder.latents" in by_muon
    assert "decoder.blocks.0.attention.project.weight" in by_muon
    assert "decoder.latent.weight" in by_muon
    tables = [
        f"{name}.weight" for name, one in model.named_modules() if isinstance(one, nn.Embedding)
    ]
    assert tables
    vectors = [name for name, weight in model.named_parameters() if weight.dim() != 2]
    assert sorted(by_adam) == sorted(tables + vectors)


def test_weight_decay_leaves_tables_and_biases_alone() -> None:
    decays = [
        group["weight_decay"]
        for one in optimisers(flagship(), optimisation(optimiser="muon", weight_decay=0.1))
        for group in one.param_groups
    ]
    assert decays == [0.1, 0.0]


def test_adam_alone_moves_every_weight() -> None:
    model = flagship()
    (adam,) = optimisers(model, optimisation())
    assert isinstance(adam, torch.optim.Adam)
    moved = {id(weight) for group in adam.param_groups for weight in group["params"]}
    assert moved == {id(weight) for weight in model.parameters()}


def test_weights_that_are_held_fast_are_moved_by_none() -> None:
    model = flagship()
    fast = next(weight for weight in model.parameters() if weight.dim() == 2)
    fast.requires_grad_(False)
    for name in ("adam", "muon"):
        for one in optimisers(model, optimisation(optimiser=name)):
            assert all(weight is not fast for g in one.param_groups for weight in g["params"])


def test_a_trapezoid_rises_stays_and_falls_to_nothing() -> None:
    chosen = optimisation(
        schedule="trapezoid", learning_rate=2.0, warm_up=10, cool_down=0.3, decay=0.1
    )
    rates = [learning_rate(chosen, step, 100, decays=7) for step in range(101)]
    assert rates[:10] == pytest.approx([0.2 * step for step in range(1, 11)])
    assert rates[9:71] == [2.0] * 62
    assert rates[70:] == pytest.approx([2.0 * (100 - step) / 30 for step in range(70, 101)])
    assert rates[99] > 0  # the last step still moves something
    assert learning_rate(chosen, 150, 100, decays=0) == 0  # a run made shorter when it goes on


def test_a_trapezoid_may_have_neither_rise_nor_fall() -> None:
    flat = optimisation(schedule="trapezoid", learning_rate=2.0, warm_up=0, cool_down=0)
    assert [learning_rate(flat, step, 5, decays=0) for step in range(5)] == [2.0] * 5


def test_a_triangle_is_a_trapezoid_too() -> None:
    fall = optimisation(schedule="trapezoid", learning_rate=1.0, warm_up=0, cool_down=1)
    rates = [learning_rate(fall, step, 4, decays=0) for step in range(4)]
    assert rates == pytest.approx([1.0, 0.75, 0.5, 0.25])


def test_on_a_plateau_the_rate_falls_by_a_factor_each_time() -> None:
    chosen = optimisation(learning_rate=1.0, decay=0.5, warm_up=10)
    rates = [learning_rate(chosen, step, 10, decays) for step, decays in ((0, 0), (5, 1), (9, 3))]
    assert rates == [1.0, 0.5, 0.125]
