"""The uniform categorical prior: its draws, its chances, and what near and between mean."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from model.priors.categorical import CategoricalPrior

CLASSES, VARIABLES = 5, 4
SIZE = CLASSES * VARIABLES
MANY = 20_000


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def one_hot(*classes: int) -> Tensor:
    return functional.one_hot(torch.tensor(classes), CLASSES).float().flatten()


@pytest.fixture
def prior() -> CategoricalPrior:
    return CategoricalPrior(CLASSES)


@pytest.fixture
def z(prior: CategoricalPrior) -> Tensor:
    return prior.sample(MANY, SIZE, seeded(1))


def test_draws_are_one_hot_and_every_class_is_as_likely(prior: CategoricalPrior, z: Tensor) -> None:
    assert z.shape == (MANY, SIZE)
    assert torch.equal(z.view(-1, CLASSES).sum(-1), torch.ones(MANY * VARIABLES))
    assert set(z.flatten().tolist()) == {0.0, 1.0}
    assert z.mean(0).tolist() == pytest.approx([1 / CLASSES] * SIZE, abs=0.01)
    assert torch.equal(z, prior.sample(MANY, SIZE, seeded(1)))
    assert prior.sample(2, 3 * CLASSES, seeded()).shape == (2, 3 * CLASSES)


def test_every_latent_has_its_share_of_the_whole(prior: CategoricalPrior, z: Tensor) -> None:
    every = -VARIABLES * math.log(CLASSES)
    assert prior.log_prob(z[:3]).tolist() == pytest.approx([every] * 3)


@pytest.mark.parametrize("distance", [0.0, 0.3, 0.7, 1.0])
def test_near_draws_a_share_of_the_variables_anew(
    prior: CategoricalPrior, z: Tensor, distance: float
) -> None:
    moved = prior.near(z, distance, seeded(2))
    assert moved.mean(0).tolist() == pytest.approx([1 / CLASSES] * SIZE, abs=0.01)
    assert torch.equal(moved.view(-1, CLASSES).sum(-1), torch.ones(MANY * VARIABLES))
    same = (moved * z).view(MANY, VARIABLES, CLASSES).sum(-1).mean(0)
    expected = 1 - distance * (1 - 1 / CLASSES)  # a draw may be the class that was there
    assert same.tolist() == pytest.approx([expected] * VARIABLES, abs=0.01)
    if distance == 0:
        assert torch.equal(moved, z)


def test_each_line_may_have_its_own_distance(prior: CategoricalPrior, z: Tensor) -> None:
    moved = prior.near(z, torch.tensor([[0.0, 1.0]]).expand(MANY, -1), seeded(2))
    assert torch.equal(moved[:, : SIZE // 2], z[:, : SIZE // 2])
    same = (moved * z)[:, SIZE // 2 :].sum() / (MANY * VARIABLES / 2)
    assert float(same) == pytest.approx(1 / CLASSES, abs=0.01)


def test_between_goes_variable_by_variable_where_two_differ(prior: CategoricalPrior) -> None:
    start, end = one_hot(0, 1, 2, 3), one_hot(4, 1, 0, 3)
    assert torch.equal(prior.between(start, end, 0.0), start)
    assert torch.equal(prior.between(start, end, 0.5), one_hot(4, 1, 2, 3))
    assert torch.equal(prior.between(start, end, 1.0), end)
    assert torch.equal(prior.between(start, start, 0.5), start)
