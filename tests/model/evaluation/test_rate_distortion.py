"""The line, where theory says how it runs."""

from __future__ import annotations

import pytest
import torch

from model.evaluation.rate_distortion import NOISES, Point, at, rate_distortion, working_point
from model.networks.vae import VAE, build
from tests.model.evaluation.networks import SIZE, VOCABULARY

IDS = torch.randint(1, VOCABULARY, (24, SIZE), generator=torch.Generator().manual_seed(0))


def line(model: VAE) -> tuple[Point, ...]:
    return rate_distortion(model, IDS, torch.Generator().manual_seed(0), "toy")


def told() -> VAE:
    torch.manual_seed(0)
    options = {"hidden_size": 16, "heads": 2, "encoder_layers": 1, "decoder_layers": 1}
    model = build("transformer", options | {"line_latent_size": 4}, VOCABULARY)
    model.encoder(IDS)  # so that means are standardised by these verses
    return model.eval()


def test_a_model_that_cannot_be_told_noise_has_one_point() -> None:
    torch.manual_seed(0)
    model = build("gcnn", {"latent_size": 2, "hidden_size": 8}, VOCABULARY).eval()
    [point] = line(model)
    assert point.noise is None
    assert at(model, point.noise) is model
    assert point.bound == point.distortion + point.rate


def test_the_rate_falls_with_the_noise_to_nothing() -> None:
    points = line(told())
    assert [point.noise for point in points] == list(NOISES)
    rates = [point.rate for point in points]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == pytest.approx(0, abs=1e-6)
    assert rates[0] > 1


def test_the_working_point_has_the_lowest_bound() -> None:
    points = (Point(0.1, 1.0, 9.0), Point(0.9, 5.0, 1.0), Point(1.0, 6.5, 0.0))
    assert working_point(points).noise == 0.9
