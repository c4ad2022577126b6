"""A codebook: nearest codes, moving averages against a plain loop, and dead codes revived."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from model.priors.codebook import Codebook


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def vectors(count: int, width: int, seed: int = 0) -> Tensor:
    return torch.randn(count, width, generator=seeded(seed))


@pytest.fixture
def codebook() -> Codebook:
    torch.manual_seed(0)
    return Codebook(size=6, width=3)


def test_the_nearest_code_is_that_of_the_least_distance(codebook: Codebook) -> None:
    x = vectors(40, 3).view(4, 10, 3)
    codes = codebook.nearest(x)
    assert codes.shape == (4, 10)
    for row in range(4):
        for place in range(10):
            distances = [float((x[row, place] - code).norm()) for code in codebook.vectors]
            assert int(codes[row, place]) == distances.index(min(distances))
    assert torch.equal(codebook.nearest(codebook.vectors), torch.arange(6))
    assert torch.equal(codebook(codes)[1, 2], codebook.vectors[codes[1, 2]])


def test_codes_follow_the_moving_average_of_what_falls_to_them() -> None:
    torch.manual_seed(0)
    codebook = Codebook(size=4, width=3, decay=0.9, least=0.0)
    counts, sums = [0.0] * 4, [[0.0] * 3 for _ in range(4)]
    for step in range(5):
        x = vectors(50, 3, step)
        codes = torch.arange(50) % 4 if step == 0 else codebook.nearest(x)
        codebook.follow(x, codes, seeded())
        for code in range(4):
            mine = [x[i] for i in range(50) if int(codes[i]) == code]
            counts[code] = 0.9 * counts[code] + 0.1 * len(mine)
            for number in range(3):
                total = sum(float(one[number]) for one in mine)
                sums[code][number] = 0.9 * sums[code][number] + 0.1 * total
    expected = torch.tensor(sums) / torch.tensor(counts)[:, None]
    torch.testing.assert_close(codebook.vectors, expected)
    torch.testing.assert_close(codebook.counts, torch.tensor(counts))


def test_a_dead_code_is_put_where_vectors_are() -> None:
    torch.manual_seed(0)
    codebook, x = Codebook(size=6, width=3, decay=0.9), vectors(60, 3)
    codebook.follow(x, torch.arange(60) % 6, seeded())
    last = codebook.vectors[5].clone()
    steps = 0
    while torch.allclose(codebook.vectors[5], last):
        codebook.follow(x, torch.arange(60) % 5, seeded())  # nothing falls to the last code
        steps += 1
    assert 5 < steps < 30
    assert (x - codebook.vectors[5]).abs().sum(-1).min() < 1e-4  # now one of them
    assert float(codebook.counts[5]) == pytest.approx(float(codebook.counts.mean()), rel=0.2)
    for code in range(5):  # the others are where they belong
        mine = x[torch.arange(60) % 5 == code].mean(0)
        torch.testing.assert_close(codebook.vectors[code], mine, atol=0.1, rtol=0)


def test_a_fresh_codebook_is_put_among_the_vectors() -> None:
    torch.manual_seed(0)
    codebook = Codebook(size=6, width=3)
    x = 100 + vectors(50, 3)
    codes = codebook.nearest(x)
    assert len(set(codes.tolist())) == 1  # a single code is nearest to all of them
    codebook.follow(x, codes, seeded())
    assert len(set(codebook.nearest(x).tolist())) == 6
    assert (codebook.vectors - 100).abs().max() < 10


def test_what_is_revived_follows_the_generator(codebook: Codebook) -> None:
    others = []
    for seed in (1, 1, 2):
        torch.manual_seed(0)
        other = Codebook(size=6, width=3)
        other.follow(vectors(50, 3), torch.zeros(50, dtype=torch.long), seeded(seed))
        others.append(other.vectors)
    assert torch.equal(others[0], others[1])
    assert not torch.equal(others[0], others[2])


def test_no_gradient_comes_to_a_codebook(codebook: Codebook) -> None:
    assert list(codebook.parameters()) == []
    x = vectors(50, 3).requires_grad_()
    codebook.follow(x, codebook.nearest(x), seeded())
    assert not codebook.vectors.requires_grad
