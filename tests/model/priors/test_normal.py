"""The standard normal prior: its draws, its density, and what near and between mean."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from model.priors.normal import NormalPrior


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def prior() -> NormalPrior:
    return NormalPrior()


@pytest.fixture
def z() -> Tensor:
    return torch.randn(50_000, 3, generator=seeded(1))


def test_draws_are_of_any_size_standard_normal_and_follow_the_generator(prior: NormalPrior) -> None:
    drawn = prior.sample(50_000, 3, seeded())
    assert drawn.shape == (50_000, 3)
    torch.testing.assert_close(drawn.mean(0), torch.zeros(3), atol=0.02, rtol=0)
    torch.testing.assert_close(drawn.T.cov(), torch.eye(3), atol=0.02, rtol=0)
    assert torch.equal(drawn, prior.sample(50_000, 3, seeded()))
    assert prior.sample(2, 192, seeded()).shape == (2, 192)


def test_the_density_is_torchs(prior: NormalPrior, z: Tensor) -> None:
    normal = torch.distributions.Normal(0.0, 1.0)
    expected = normal.log_prob(z[:9]).sum(-1)  # type: ignore[no-untyped-call]
    torch.testing.assert_close(prior.log_prob(z[:9]), expected)


@pytest.mark.parametrize("distance", [0.0, 0.3, 0.7, 1.0])
def test_near_keeps_the_distribution_and_the_asked_likeness(
    prior: NormalPrior, z: Tensor, distance: float
) -> None:
    moved = prior.near(z, distance, seeded(2))
    torch.testing.assert_close(moved.T.cov(), torch.eye(3), atol=0.02, rtol=0)
    likeness = (moved * z).mean()  # their correlation, as both are standard
    assert likeness == pytest.approx(math.sqrt(1 - distance**2), abs=0.02)
    if distance == 0:
        assert torch.equal(moved, z)


def test_each_line_may_have_its_own_distance(prior: NormalPrior) -> None:
    z = torch.randn(2, 6, generator=seeded(1))
    distances = torch.tensor([[0.0, 1.0], [0.5, 0.0]])
    moved = prior.near(z, distances, seeded(2))
    for row, line in ((0, 0), (0, 1), (1, 0), (1, 1)):
        place = (row, slice(3 * line, 3 * line + 3))
        alone = prior.near(z, float(distances[row, line]), seeded(2))
        torch.testing.assert_close(moved[place], alone[place])
    assert torch.equal(moved[0, :3], z[0, :3])


def test_between_leads_from_one_to_the_other_and_keeps_the_norm(prior: NormalPrior) -> None:
    start, end = torch.tensor([2.0, 0.0, 0.0]), torch.tensor([0.0, 2.0, 0.0])
    torch.testing.assert_close(prior.between(start, end, 0.0), start)
    torch.testing.assert_close(prior.between(start, end, 1.0), end)
    half = prior.between(start, end, 0.5)
    torch.testing.assert_close(half, torch.tensor([math.sqrt(2), math.sqrt(2), 0.0]))


def test_between_one_and_the_same_stays_there(prior: NormalPrior, z: Tensor) -> None:
    torch.testing.assert_close(prior.between(z[0], z[0], 0.4), z[0])
