"""A VAE whose rate weighs little at first, so that its decoder learns to look at the latent.

Decides how the weight rises while it is trained; the bound by which the best model is chosen is
left as it is.

Source: Bowman et al. 2016 (arXiv:1511.06349), section 3.1.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from model.networks.vae import VAE, Decoder, Encoder, Loss
from model.verse import Form

_STEEPNESS = 12.0  # the weight goes from .0025 to .9975


class AnnealedVAE(VAE):
    """A VAE that descends distortion + w · rate, where w rises from 0 to 1 along a logistic curve
    in about `annealing` steps of training."""

    steps: Tensor

    def __init__(
        self,
        encoder: Encoder,
        decoder: Decoder,
        prior: nn.Module,
        latent_sizes: Mapping[Form, int],
        annealing: int,
    ) -> None:
        super().__init__(encoder, decoder, prior, latent_sizes)
        self.annealing = annealing
        # Kept with the weights, so that a run that was killed goes on with the weight it had.
        self.register_buffer("steps", torch.zeros((), dtype=torch.long))

    @property
    def weight(self) -> Tensor:
        """Of the rate in the next step of training, from 0 to 1."""
        return torch.sigmoid(_STEEPNESS * (self.steps / self.annealing - 0.5))

    def loss(self, ids: Tensor, generator: torch.Generator) -> Loss:
        loss = super().loss(ids, generator)
        if not self.training:
            return loss
        weighted = loss.figures["distortion"] + self.weight * loss.figures["rate"]
        self.steps += 1
        return Loss(weighted, loss.figures)
