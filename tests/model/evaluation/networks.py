"""VAEs of which everything is known, to evaluate."""

from __future__ import annotations

import torch
from torch import Tensor

from model.networks.vae import VAE, Choose, Decoder, Encoder, Gaussian
from model.priors.normal import NormalPrior
from model.verse import Form

VOCABULARY = 12
SIZE = Form.COUPLET5.size


class OneHotEncoder(Encoder):
    """Keeps every character: the mean is the verse, one-hot; the variance is very small."""

    def forward(self, ids: Tensor) -> Gaussian:
        mean = torch.nn.functional.one_hot(ids, VOCABULARY).float().flatten(1)
        return Gaussian(mean, torch.full_like(mean, -20.0))


class OneHotDecoder(Decoder):
    """Gives the verse back, but for the last `wrong` characters."""

    def __init__(self, wrong: int = 0) -> None:
        super().__init__()
        self.wrong = wrong
        self.anything = torch.nn.Parameter(torch.zeros(1))  # tells the device

    def logits(self, z: Tensor) -> Tensor:
        logits = 100 * z.view(-1, SIZE, VOCABULARY)
        if self.wrong:
            shifted = logits[:, -self.wrong :].roll(1, dims=-1)
            logits = torch.cat([logits[:, : -self.wrong], shifted], dim=1)
        return logits

    def log_prob(self, ids: Tensor, z: Tensor) -> Tensor:
        every = self.logits(z).log_softmax(-1)
        return every.gather(-1, ids[..., None]).squeeze(-1)

    def write(self, z: Tensor, length: int, choose: Choose) -> Tensor:
        logits = self.logits(z)
        return torch.stack([choose(i, logits[:, i]) for i in range(length)], dim=1)


class DeafEncoder(Encoder):
    """The same posterior for all verses, that of the prior."""

    def forward(self, ids: Tensor) -> Gaussian:
        return Gaussian(torch.zeros(len(ids), 2), torch.zeros(len(ids), 2))


class FirstCharacterEncoder(Encoder):
    """One latent tells the first character, the other nothing."""

    def forward(self, ids: Tensor) -> Gaussian:
        mean = torch.stack([ids[:, 0] / VOCABULARY, torch.ones(len(ids))], dim=1)
        return Gaussian(mean, torch.zeros_like(mean))


class UniformDecoder(Decoder):
    """Every character is as likely as any other, whatever the latent."""

    def __init__(self) -> None:
        super().__init__()
        self.anything = torch.nn.Parameter(torch.zeros(1))

    def log_prob(self, ids: Tensor, z: Tensor) -> Tensor:
        return torch.full(ids.shape, 1 / VOCABULARY).log()

    def write(self, z: Tensor, length: int, choose: Choose) -> Tensor:
        logits = torch.zeros(len(z), VOCABULARY)
        return torch.stack([choose(i, logits) for i in range(length)], dim=1)


def vae(encoder: Encoder, decoder: Decoder, latent_size: int) -> VAE:
    """Such parts beside the standard normal prior."""
    return VAE(encoder, decoder, NormalPrior(), {Form.COUPLET5: latent_size})
