"""The flow prior: exact both ways, a true density, and moves that begin and end where they say."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from model.priors.nice import AdditiveCoupling, NICEPrior
from model.priors.normal import NormalPrior

SIZE = 5


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def drawn(size: int, spread: float = 0.5) -> NICEPrior:
    """A prior whose every weight does something, in float64; a fresh one is the identity."""
    prior = NICEPrior(size, couplings=4, hidden_size=16).double().requires_grad_(False)
    generator = seeded()
    for weight in prior.parameters():
        weight.normal_(std=spread, generator=generator)
    return prior


@pytest.fixture
def prior() -> NICEPrior:
    return drawn(SIZE)


@pytest.fixture
def z() -> Tensor:
    return torch.randn(50, SIZE, generator=seeded(1), dtype=torch.float64)


def test_a_fresh_one_is_the_standard_normal() -> None:
    fresh, z = NICEPrior(SIZE), torch.randn(9, SIZE, generator=seeded())
    assert torch.equal(fresh.to_base(z), z)
    torch.testing.assert_close(fresh.log_prob(z), NormalPrior().log_prob(z))
    assert torch.equal(fresh.sample(9, SIZE, seeded()), NormalPrior().sample(9, SIZE, seeded()))


def test_there_is_a_way_back(prior: NICEPrior, z: Tensor) -> None:
    assert (prior.to_base(z) - z).abs().mean() > 1
    torch.testing.assert_close(prior.from_base(prior.to_base(z)), z)
    torch.testing.assert_close(prior.to_base(prior.from_base(z)), z)


def test_the_way_back_is_exact_enough_in_single_precision_under_autocast(
    prior: NICEPrior, z: Tensor
) -> None:
    single = prior.float()
    with torch.autocast("cpu", torch.bfloat16):
        back = single.from_base(single.to_base(z.float()))
        density = single.log_prob(z.float())
    torch.testing.assert_close(back, z.float(), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(density, single.log_prob(z.float()))


@pytest.mark.parametrize("keeps_even", [True, False])
def test_a_coupling_shifts_half_of_the_numbers_by_the_others(keeps_even: bool, z: Tensor) -> None:
    coupling = AdditiveCoupling(SIZE, 16, keeps_even).double()
    for weight in coupling.requires_grad_(False).parameters():
        weight.normal_(generator=seeded())
    moved = coupling(z).abs().sum(0) > 0
    assert moved.tolist() == [(i % 2 == 0) != keeps_even for i in range(SIZE)]
    jacobian = torch.autograd.functional.jacobian(lambda x: x + coupling(x), z[0])  # type: ignore[no-untyped-call]
    assert float(jacobian.det()) == pytest.approx(1)


def test_the_log_determinant_is_that_of_the_jacobian(prior: NICEPrior, z: Tensor) -> None:
    for one in z[:5]:
        jacobian = torch.autograd.functional.jacobian(prior.to_base, one)  # type: ignore[no-untyped-call]
        expected = NormalPrior().log_prob(prior.to_base(one)) + jacobian.slogdet().logabsdet
        torch.testing.assert_close(prior.log_prob(one[None])[0], expected)
        assert (jacobian != 0).all()  # every number has its say in every other


def test_the_density_integrates_to_one() -> None:
    prior, step = drawn(2, spread=0.4), 0.05
    line = torch.arange(-16, 16, step, dtype=torch.float64)
    density = prior.log_prob(torch.cartesian_prod(line, line)).exp().view(len(line), -1)
    assert float(density.sum()) * step**2 == pytest.approx(1, abs=1e-4)
    edges = torch.stack([density[0], density[-1], density[:, 0], density[:, -1]])
    assert float(edges.max()) < 1e-9  # nothing lies outside


def test_draws_follow_the_density_and_the_generator(prior: NICEPrior) -> None:
    single = prior.float()
    drawn = single.sample(50_000, SIZE, seeded())
    assert drawn.shape == (50_000, SIZE)
    assert torch.equal(drawn, single.sample(50_000, SIZE, seeded()))
    base = single.to_base(drawn)
    torch.testing.assert_close(base.mean(0), torch.zeros(SIZE), atol=0.02, rtol=0)
    torch.testing.assert_close(base.T.cov(), torch.eye(SIZE), atol=0.02, rtol=0)
    # Shifts change no entropy: it is the base's, less the volume that the scaling takes away.
    entropy = SIZE / 2 * (1 + math.log(2 * math.pi)) - float(single.log_scale.sum())
    assert float(-single.log_prob(drawn).mean()) == pytest.approx(entropy, abs=0.03)


def test_near_stays_at_no_distance_and_forgets_at_the_whole(prior: NICEPrior, z: Tensor) -> None:
    single, z = prior.float(), z.float()
    torch.testing.assert_close(single.near(z, 0.0, seeded()), z, atol=1e-4, rtol=1e-4)
    independent = single.sample(len(z), SIZE, seeded())
    torch.testing.assert_close(single.near(z, 1.0, seeded()), independent)


@pytest.mark.parametrize("distance", [0.3, 0.7])
def test_near_moves_in_the_base_and_keeps_the_distribution(
    prior: NICEPrior, distance: float
) -> None:
    single = prior.float()
    z = single.sample(50_000, SIZE, seeded(1))
    base = single.to_base(single.near(z, distance, seeded(2)))
    torch.testing.assert_close(base.T.cov(), torch.eye(SIZE), atol=0.02, rtol=0)
    likeness = float((base * single.to_base(z)).mean())  # their correlation: both are standard
    assert likeness == pytest.approx(math.sqrt(1 - distance**2), abs=0.02)


def test_each_part_of_the_base_may_have_its_own_distance() -> None:
    prior = drawn(6).float()
    z = prior.sample(2, 6, seeded(1))
    moved = prior.near(z, torch.tensor([[0.0, 0.8], [0.8, 0.0]]), seeded(2))
    change = (prior.to_base(moved) - prior.to_base(z)).abs()
    assert float(change[0, :3].max()) < 1e-3
    assert float(change[1, 3:].max()) < 1e-3
    assert float(change[0, 3:].min()) > 1e-3
    assert float(change[1, :3].min()) > 1e-3


def test_between_leads_from_one_to_the_other(prior: NICEPrior, z: Tensor) -> None:
    start, end = z[0], z[1]
    torch.testing.assert_close(prior.between(start, end, 0.0), start)
    torch.testing.assert_close(prior.between(start, end, 1.0), end)
    half = NormalPrior().between(prior.to_base(start), prior.to_base(end), 0.5)
    torch.testing.assert_close(prior.to_base(prior.between(start, end, 0.5)), half)


def test_it_learns_a_shape_that_no_normal_distribution_has() -> None:
    torch.manual_seed(0)
    prior = NICEPrior(2, couplings=2, hidden_size=32)
    optimiser = torch.optim.Adam(prior.parameters(), 2e-2)

    def arc(count: int) -> Tensor:
        """A normal number, and its square with little noise."""
        first, noise = torch.randn(2, count)
        return torch.stack([first, first.square() + 0.2 * noise], dim=1)

    for _ in range(200):
        optimiser.zero_grad()
        (-prior.log_prob(arc(256)).mean()).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    z = arc(10_000)
    entropy = 1 + math.log(2 * math.pi) + math.log(0.2)
    best_normal = 1 + math.log(2 * math.pi) + 0.5 * float(z.T.cov().logdet())
    cost = float(-prior.log_prob(z).mean().detach())
    assert entropy - 0.05 < cost < entropy + 0.2 < best_normal - 1
