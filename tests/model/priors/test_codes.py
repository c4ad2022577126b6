"""The prior over codes: a distribution, drawn as it is scored, and what near and between mean."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from model.priors.codebook import Codebook
from model.priors.codes import CodePrior

SIZE, WIDTH, LENGTH = 3, 2, 4
MANY = 20_000


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def prior() -> CodePrior:
    """A prior whose every weight does something."""
    torch.manual_seed(0)
    prior = CodePrior(Codebook(SIZE, WIDTH), LENGTH, 8)
    for weight in prior.parameters():
        weight.requires_grad_(False).normal_(std=0.7)
    return prior


@pytest.fixture(scope="module")
def every(prior: CodePrior) -> Tensor:
    """All latents there are, (C^K, Z), the last code changing fastest."""
    codes = torch.cartesian_prod(*[torch.arange(SIZE)] * LENGTH)
    latents: Tensor = prior.codebook(codes).flatten(1)
    return latents


def codes_of(prior: CodePrior, z: Tensor) -> Tensor:
    return prior.codebook.nearest(z.view(len(z), LENGTH, WIDTH))


def frequencies(prior: CodePrior, z: Tensor) -> Tensor:
    """Of all latents, in the order of `every`."""
    numbers = (codes_of(prior, z) * SIZE ** torch.arange(LENGTH).flip(0)).sum(-1)
    return numbers.bincount(minlength=SIZE**LENGTH) / len(z)


def test_probabilities_of_all_codes_sum_to_one(prior: CodePrior, every: Tensor) -> None:
    chances = prior.log_prob(every).exp()
    torch.testing.assert_close(chances.sum(), torch.tensor(1.0))
    assert float(chances.max() / chances.min()) > 100  # no trivial distribution


def test_draws_are_as_likely_as_they_are_scored(prior: CodePrior, every: Tensor) -> None:
    drawn = prior.sample(MANY, LENGTH * WIDTH, seeded())
    assert drawn.shape == (MANY, LENGTH * WIDTH)
    torch.testing.assert_close(
        frequencies(prior, drawn), prior.log_prob(every).exp(), atol=0.01, rtol=0
    )
    assert torch.equal(drawn, prior.sample(MANY, LENGTH * WIDTH, seeded()))


def test_a_latent_is_scored_by_the_codes_nearest_to_it(prior: CodePrior, every: Tensor) -> None:
    torch.testing.assert_close(prior.log_prob(every + 1e-3), prior.log_prob(every))
    torch.testing.assert_close(prior.log_prob(every), prior.score(codes_of(prior, every)))


def test_latents_of_another_size_are_refused(prior: CodePrior) -> None:
    with pytest.raises(ValueError, match="have 8 numbers"):
        prior.sample(1, 6, seeded())


def test_near_is_the_latent_itself_at_0_and_the_prior_at_1(prior: CodePrior, every: Tensor) -> None:
    z = every[7:8].expand(MANY, -1) + 0.01
    assert torch.equal(prior.near(z, 0.0, seeded()), z)
    torch.testing.assert_close(
        frequencies(prior, prior.near(z, 1.0, seeded())),
        prior.log_prob(every).exp(),
        atol=0.01,
        rtol=0,
    )


def test_farther_away_more_codes_are_drawn_anew(prior: CodePrior) -> None:
    z = torch.full((MANY, LENGTH * WIDTH), 50.0)  # no code's vector, so that a draw shows
    for distance in (0.2, 0.7):
        moved = (prior.near(z, distance, seeded()) != z).view(MANY, LENGTH, WIDTH)
        assert (moved.all(-1) == moved.any(-1)).all()  # whole codes
        assert moved.float().mean((0, 2)).tolist() == pytest.approx([distance] * 4, abs=0.02)


def test_each_line_may_have_its_own_distance_and_fits_to_what_stays(
    prior: CodePrior, every: Tensor
) -> None:
    z = every[40:41].expand(MANY, -1)
    moved = prior.near(z, torch.tensor([[0.0, 1.0]]).expand(MANY, -1), seeded())
    half = LENGTH // 2 * WIDTH
    assert torch.equal(moved[:, :half], z[:, :half])
    same = (every[:, :half] == z[:1, :half]).all(-1)
    chances = torch.where(same, prior.log_prob(every).exp(), 0.0)
    torch.testing.assert_close(
        frequencies(prior, moved), chances / chances.sum(), atol=0.02, rtol=0
    )


def test_between_goes_code_by_code_from_one_to_the_other(prior: CodePrior, every: Tensor) -> None:
    start, end = every[0], every[-1]
    walk = [prior.between(start, end, share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert torch.equal(walk[0], start)
    assert torch.equal(walk[-1], end)
    for changed, z in enumerate(walk):
        place = changed * WIDTH
        assert torch.equal(z, torch.cat([end[:place], start[place:]]))


def test_between_passes_over_what_both_have(prior: CodePrior, every: Tensor) -> None:
    start, end = every[0], every[4]  # the last two codes differ
    half = prior.between(start, end, 0.5)
    assert codes_of(prior, half[None]).tolist() == [[0, 0, 1, 0]]
    assert torch.equal(prior.between(start, start, 0.5), start)
