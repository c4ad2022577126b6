"""The second seed: an LSTM VAE of five-character quatrains, and of couplets.

Decides the layers between characters, states and latent; how the rate's weight rises is left to
`annealed`, the vectors that training begins with to `character_vectors`.

Sources: Bowman et al. 2016 (arXiv:1511.06349), the latent at every step, word dropout, annealing;
Srivastava et al. 2015 (arXiv:1505.00387), highway layers; Mikolov et al. 2013 (arXiv:1310.4546).
Shapes: B batch, L characters a verse, E embedding size, H hidden size, V vocabulary, Z latent size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from model.corpus.encode import Corpus
from model.networks.annealed import AnnealedVAE
from model.networks.character_vectors import character_vectors
from model.networks.recurrent import RecurrentDecoder, Sizes, Summary, lstm
from model.networks.vae import VAE, Choose, Decoder, Encoder, Gaussian, Writing
from model.priors.normal import NormalPrior
from model.verse import Form
from model.vocabulary import Vocabulary

_PLACE_OF_SIZE = {form.size: place for place, form in enumerate(Form)}


@dataclass(frozen=True)
class Options:
    """Forms and sizes; the share of characters hidden from the decoder while it is trained, and in
    how many steps the rate comes to weigh in full."""

    forms: tuple[Form, ...] = (Form.COUPLET5, Form.JUEJU5)
    embedding_size: int = 128
    hidden_size: int = 256
    latent_size: int = 64
    highways: int = 2
    dropped: float = 0.4
    annealing: int = 2000


class Highway(nn.Module):
    """Layers each of which mixes a dense layer of its input with the input, g ⊙ h + (1 − g) ⊙ x,
    and at first lets nearly all of it through."""

    def __init__(self, size: int, layers: int) -> None:
        super().__init__()
        dense = [nn.Linear(size, 2 * size) for _ in range(layers)]
        for layer in dense:
            nn.init.constant_(layer.bias[size:], -2.0)  # the authors' range is -1 to -3
        self.layers = nn.ModuleList(dense)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            h, gate = layer(x).chunk(2, dim=-1)
            x = x + gate.sigmoid() * (h.relu() - x)
        return x


class HighwayEncoder(Encoder):
    """Highway layers and an LSTM in each direction; then mean and log variance."""

    def __init__(self, options: Options, vocabulary_size: int) -> None:
        super().__init__()

        def core(inputs: int, size: int) -> nn.Module:
            return nn.Sequential(Highway(inputs, options.highways), lstm(inputs, size))

        sizes = Sizes(options.embedding_size, options.hidden_size)
        self.summary = Summary(sizes, vocabulary_size, core)
        self.mean = nn.Linear(self.summary.size, options.latent_size)
        self.log_variance = nn.Linear(self.summary.size, options.latent_size)

    def forward(self, ids: Tensor) -> Gaussian:
        summary = self.summary(ids)  # (B, 2H)
        return Gaussian(self.mean(summary), self.log_variance(summary))


class HighwayDecoder(Decoder):
    """The latent, and a vector of the form, through highway layers to every step of an LSTM.

    A verse of two lines and the first half of one of four look alike to an LSTM: what the form is,
    it must be told.
    """

    def __init__(self, options: Options, vocabulary_size: int) -> None:
        super().__init__()
        self.forms = nn.Embedding(len(Form), options.latent_size)
        nn.init.zeros_(self.forms.weight)
        self.highway = Highway(options.latent_size, options.highways)
        self.recurrent = RecurrentDecoder(
            Sizes(options.embedding_size, options.hidden_size),
            options.latent_size,
            vocabulary_size,
            dropped=options.dropped,
        )

    def log_prob(self, ids: Tensor, z: Tensor) -> Tensor:
        return self.recurrent.log_prob(ids, self._told(z, ids.shape[1]))

    def write(self, z: Tensor, length: int, choose: Choose) -> Tensor:
        return self.recurrent.write(self._told(z, length), length, choose)

    def _told(self, z: Tensor, length: int) -> Tensor:
        form = self.forms.weight[_PLACE_OF_SIZE[length]]  # (Z,)
        told: Tensor = self.highway(z + form)
        return told  # (B, Z)


class LSTMVAE(AnnealedVAE):
    """The whole model, whose characters begin as vectors learnt from the corpus."""

    encoder: HighwayEncoder
    decoder: HighwayDecoder

    @torch.no_grad()
    def prepare(self, corpus: Corpus, vocabulary: Vocabulary) -> None:
        tables = (self.encoder.summary.embedding, self.decoder.recurrent.embedding)
        vectors = character_vectors(corpus, vocabulary, tables[0].embedding_dim)
        for table in tables:
            table.weight.copy_(vectors)


def build(options: Mapping[str, Any], vocabulary_size: int) -> VAE:
    """The whole model; `options` are the fields of `Options`."""
    chosen = Options(**options)
    forms = tuple(Form(form) for form in chosen.forms)
    model = LSTMVAE(
        HighwayEncoder(chosen, vocabulary_size),
        HighwayDecoder(chosen, vocabulary_size),
        NormalPrior(),
        dict.fromkeys(forms, chosen.latent_size),
        chosen.annealing,
    )
    model.writing = Writing(temperature=0.9, least=0.02)
    return model
