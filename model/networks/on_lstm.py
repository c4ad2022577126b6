"""A VAE of verse whose encoder and decoder are LSTMs with ordered neurons.

Decides what they read and where a line's syntactic distances come from; the neurons themselves are
those of `ordered_neurons`, all around them that of `recurrent`.

Sources: Shen et al. 2019 (arXiv:1810.09536); Bowman et al. 2016 (arXiv:1511.06349).
Shapes: B batch, L characters a verse, V vocabulary, Z latent size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from model.networks.annealed import AnnealedVAE
from model.networks.ordered_neurons import OrderedNeurons
from model.networks.recurrent import Core, RecurrentDecoder, Sizes, Summary
from model.networks.vae import VAE, Encoder, Gaussian, Writing
from model.priors.normal import NormalPrior
from model.verse import Form


@dataclass(frozen=True)
class Options:
    """Form and sizes; levels of neurons; the share of characters hidden from the decoder while it
    is trained, and in how many steps the rate comes to weigh in full."""

    form: Form = Form.COUPLET5
    embedding_size: int = 128
    hidden_size: int = 256
    levels: int = 32
    latent_size: int = 64
    dropped: float = 0.4
    annealing: int = 2000


class OrderedEncoder(Encoder):
    """Ordered neurons in each direction; then mean and log variance."""

    def __init__(self, options: Options, vocabulary_size: int) -> None:
        super().__init__()
        self.summary = Summary(_sizes(options), vocabulary_size, _core(options))
        self.mean = nn.Linear(self.summary.size, options.latent_size)
        self.log_variance = nn.Linear(self.summary.size, options.latent_size)

    def forward(self, ids: Tensor) -> Gaussian:
        summary = self.summary(ids)  # (B, 2H)
        return Gaussian(self.mean(summary), self.log_variance(summary))


class OrderedDecoder(RecurrentDecoder):
    """A recurrent decoder that can say where phrases end."""

    core: OrderedNeurons

    def distances(self, ids: Tensor, z: Tensor) -> Tensor:
        """How much is forgotten as each character is read: (B, L), (B, Z) → (B, L)."""
        read = functional.pad(ids, (1, 0))  # (B, 1 + L); as when it writes, id 0 comes first
        return self.core.distances(self._inputs(read, z), self._state(z))[:, 1:]


def syntactic_distances(model: VAE, ids: Tensor) -> Tensor:
    """How far each character of verses is from the next, from 0 to 1: the greater, the larger the
    phrases are that end with it. (B, L) → (B, L)

    It is how much the decoder forgets as it reads the character. Shen et al. put the border before
    that character, for from prose it cannot be known earlier that a phrase has ended. In a verse
    it can: this decoder forgets at the ends of lines, not at the beginnings.

    Raises TypeError if the model is of another network.
    """
    if not isinstance(model.decoder, OrderedDecoder):
        raise TypeError("this model has no ordered neurons")
    return model.decoder.distances(ids, model.encoder(ids).mean)


def build(options: Mapping[str, Any], vocabulary_size: int) -> VAE:
    """The whole model; `options` are the fields of `Options`."""
    chosen = Options(**options)
    model = AnnealedVAE(
        OrderedEncoder(chosen, vocabulary_size),
        OrderedDecoder(
            _sizes(chosen), chosen.latent_size, vocabulary_size, _core(chosen), chosen.dropped
        ),
        NormalPrior(),
        {Form(chosen.form): chosen.latent_size},
        chosen.annealing,
    )
    model.writing = Writing(temperature=0.9, least=0.02)
    return model


def _sizes(options: Options) -> Sizes:
    return Sizes(options.embedding_size, options.hidden_size)


def _core(options: Options) -> Core:
    return partial(OrderedNeurons, levels=options.levels)
