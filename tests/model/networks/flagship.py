"""Small flagships whose every weight does something, and verses for them."""

from __future__ import annotations

import torch
from torch import Tensor

from model.networks.vae import VAE, build
from model.verse import Form

VOCABULARY = 30
LINE_LATENT = 6
OPTIONS = {
    "hidden_size": 16,
    "heads": 2,
    "encoder_layers": 1,
    "decoder_layers": 2,
    "line_latent_size": LINE_LATENT,
}


def flagship(**options: object) -> VAE:
    """A small model to evaluate. Fresh weights are zero in places, and what they would break stays
    hidden: here all are drawn by chance, and the encoder has seen some verses."""
    torch.manual_seed(0)
    model = build("transformer", OPTIONS | options, VOCABULARY)
    with torch.no_grad():
        for weight in model.parameters():
            weight.normal_(std=0.3)
        for seed in range(20):
            for form in Form:
                model.encoder(verses(form, 16, seed))
    return model.eval()


def verses(form: Form, count: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(1, VOCABULARY, (count, form.size), generator=generator)


def latents(form: Form, count: int, seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, form.line_count * LINE_LATENT, generator=generator)


def noises(form: Form, count: int) -> Tensor:
    """A noise for each line, (B, N), from none to all."""
    every = torch.linspace(0, 1, count * form.line_count)
    return every.view(form.line_count, count).T


def other(ids: Tensor) -> Tensor:
    """Another character than each of these."""
    return ids % (VOCABULARY - 1) + 1
