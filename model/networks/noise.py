"""Views of a model at a noise: with them a decoder told of noise is part of a plain VAE.

Decides what latents of a noise t are, N(√(1 − t²)·mean, t²), from t = 0 (a verse itself) to t = 1
(the prior N(0, I)), for all lines or for each; how a decoder uses what it is told is its own.

Source: Kingma et al. 2021, variational diffusion (arXiv:2107.00630), for latents of a known noise.
Shapes: B batch, N lines, L characters, Z latent size.
"""

from __future__ import annotations

import math
from typing import Protocol

import torch
from torch import Tensor

from model.networks.vae import VAE, Choose, Decoder, Encoder, Gaussian, Reading
from model.verse import Form

NARROWEST = 1e-3
"""The noise of a posterior said to have none: densities must stay finite."""

_FORM_OF_SIZE = {form.size: form for form in Form}


def form_of(ids: Tensor) -> Form:
    """The form of verses (B, L), by their size."""
    return _FORM_OF_SIZE[ids.shape[1]]


class NoiseReader(Protocol):
    """A decoder that is told the noise (B, N) of its latents (B, Z)."""

    def read(self, ids: Tensor, z: Tensor, noise: Tensor) -> Tensor:
        """Log probabilities of verses (B, L) in nats, (B, L)."""
        ...

    def write_told(self, z: Tensor, noise: Tensor, form: Form, choose: Choose) -> Tensor:
        """A verse for each latent, as `Decoder.write` does."""
        ...


class ToldDecoder(Decoder):
    """A decoder told how noisy the latents are that it reads."""

    def __init__(self, decoder: NoiseReader, noise: float | Tensor) -> None:
        super().__init__()
        self._decoder = (decoder,)  # not a part of this module: it has its own place
        self._noise = noise

    def log_prob(self, ids: Tensor, z: Tensor) -> Tensor:
        return self._decoder[0].read(ids, z, self._of_lines(z, form_of(ids)))

    def write(self, z: Tensor, length: int, choose: Choose) -> Tensor:
        form = _FORM_OF_SIZE[length]
        return self._decoder[0].write_told(z, self._of_lines(z, form), form, choose)

    def _of_lines(self, z: Tensor, form: Form) -> Tensor:
        noise = torch.as_tensor(self._noise, dtype=torch.float32, device=z.device)
        return noise.expand(len(z), form.line_count)


class NoisyEncoder(Encoder):
    """An encoder whose latents have a noise: q = N(√(1 − t²)·mean, t²)."""

    reads_gaps = True

    def __init__(self, encoder: Encoder, noise: float | Tensor) -> None:
        super().__init__()
        self._encoder = (encoder,)
        self._noise = noise

    def forward(self, ids: Tensor) -> Gaussian:
        mean = self._encoder[0](ids).mean
        noise = torch.as_tensor(self._noise, dtype=mean.dtype, device=mean.device)
        if noise.dim():
            noise = noise.repeat_interleave(mean.shape[1] // noise.shape[-1], dim=-1)
        noise = noise.expand(mean.shape)
        log_variance = 2 * torch.log(noise.clamp(min=NARROWEST))
        return Gaussian(mean * torch.sqrt(1 - noise.square()), log_variance)


class At(VAE):
    """A view of a model at one noise: with it, encoder, decoder and prior are a plain VAE."""

    def __init__(self, model: VAE, decoder: NoiseReader, noise: float | Tensor) -> None:
        super().__init__(
            NoisyEncoder(model.encoder, noise),
            ToldDecoder(decoder, noise),
            model.prior_module,
            model.latent_sizes,
        )
        self._model = (model,)
        self.writing = model.writing

    def at(self, noise: float | Tensor) -> VAE:
        return self._model[0].at(noise)

    def read(self, ids: Tensor) -> Reading | None:
        return self._model[0].read(ids)

    @property
    def device(self) -> torch.device:
        return self._model[0].device


NOISE_FEATURES = 3


def noise_features(noise: Tensor) -> Tensor:
    """The noise t, its angle and what is left of the signal: (B, N) → (B, N, 3)."""
    angle = torch.asin(noise.clamp(0, 1)) * (2 / math.pi)
    return torch.stack([noise, angle, torch.sqrt(1 - noise.square())], dim=-1)
