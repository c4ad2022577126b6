"""A character LSTM: a language model of verse, and with `model.text` of any text.

Decides layers and sizes, and how a language model stands as a VAE: its latent has no numbers, so
that the rate is 0 and −ELBO is what verse costs it, exactly. There is nothing to give verse back
from; where places are open the characters after them are not looked at.

Sources: Hochreiter & Schmidhuber 1997, LSTM; Sutskever, Martens & Hinton 2011 and Karpathy 2015
(karpathy.github.io/2015/05/21/rnn-effectiveness), characters; Press & Wolf 2017
(arXiv:1608.05859), one table of characters for reading and writing.
Shapes: B batch, L characters, E embedding size, H hidden size, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.corpus.encode import Corpus
from model.networks.vae import VAE, Choose, Decoder, Encoder, Gaussian, Reading, Writing
from model.priors.normal import NormalPrior
from model.verse import Form
from model.vocabulary import Vocabulary

State = tuple[Tensor, Tensor]
"""What an LSTM remembers: hidden and cell, (layers, B, H) each."""


@dataclass(frozen=True)
class Options:
    """Sizes, and the forms it is trained on."""

    forms: tuple[Form, ...] = (Form.COUPLET5,)
    embedding_size: int = 256
    hidden_size: int = 512
    layers: int = 1

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Options:
        """From the fields by their names. Raises TypeError or ValueError."""
        forms = tuple(Form(form) for form in options.get("forms", (Form.COUPLET5,)))
        return cls(**{**options, "forms": forms})


class CharLSTM(nn.Module):
    """Characters to what comes next: an embedding, an LSTM, a softmax over the same embedding.

    `starts` more ids after the vocabulary's may stand before a first character and are never
    written. In training a share `dropped` of the numbers between layers is zero.
    """

    def __init__(
        self, options: Options, vocabulary_size: int, starts: int = 0, dropped: float = 0.0
    ) -> None:
        super().__init__()
        self.vocabulary_size = vocabulary_size
        self.embedding = nn.Embedding(vocabulary_size + starts, options.embedding_size)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.core = nn.LSTM(
            options.embedding_size,
            options.hidden_size,
            options.layers,
            batch_first=True,
            dropout=dropped if options.layers > 1 else 0.0,
        )
        self.drop = nn.Dropout(dropped)
        self.narrow = nn.Linear(options.hidden_size, options.embedding_size)
        self.bias = nn.Parameter(torch.zeros(vocabulary_size))

    @torch.no_grad()
    def expect(self, counts: Tensor) -> None:
        """Begins with how often each id occurs, (V,), which would take a thousand steps to learn:
        a step moves a weight by the learning rate at most."""
        shares = counts.to(self.bias) + 0.5
        self.bias.copy_(torch.log(shares / shares.sum()))

    def forward(self, previous: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """What is known after each of the characters (B, L), (B, L, H), and the last state."""
        h, after = self.core(self.drop(self.embedding(previous)), state)
        return self.drop(h), after

    def logits(self, h: Tensor) -> Tensor:
        """(…, H) → (…, V)"""
        return functional.linear(
            self.narrow(h), self.embedding.weight[: self.vocabulary_size], self.bias
        )

    def cost(self, h: Tensor, ids: Tensor) -> Tensor:
        """−log p in nats of the characters that come next, (B, L, H), (B, L) → (B, L)."""
        logits = self.logits(h).flatten(0, 1)  # (B·L, V)
        cost = functional.cross_entropy(logits, ids.flatten(), reduction="none")
        return cost.view_as(ids)


class NothingEncoder(Encoder):
    """Verses to latents of no numbers, whole ones and such with open places alike."""

    reads_gaps = True

    def forward(self, ids: Tensor) -> Gaussian:
        nothing = torch.zeros(len(ids), 0, device=ids.device)
        return Gaussian(nothing, nothing)


class CharLSTMDecoder(Decoder):
    """Writes one character after another, told the form alone, by an id that stands before the
    first."""

    def __init__(self, options: Options, vocabulary_size: int) -> None:
        super().__init__()
        self.model = CharLSTM(options, vocabulary_size, starts=len(Form))
        self._start = {form.size: vocabulary_size + at for at, form in enumerate(Form)}

    def read(self, ids: Tensor) -> Reading:
        """Verses (B, L) as a language model reads them; a state is what is known before a
        character, and the character's vector, (B, L, H + E)."""
        start = torch.full_like(ids[:, :1], self._start[ids.shape[1]])
        h, _ = self.model(torch.cat([start, ids[:, :-1]], dim=1))  # (B, L, H)
        states = torch.cat([h, self.model.embedding(ids)], dim=-1)
        return Reading(-self.model.cost(h, ids), states)

    def log_prob(self, ids: Tensor, z: Tensor) -> Tensor:
        del z  # (B, 0)
        return self.read(ids).log_prob

    def write(self, z: Tensor, length: int, choose: Choose) -> Tensor:
        ids = torch.full((len(z), 1), self._start[length], device=z.device)
        state: State | None = None
        written: list[Tensor] = []
        for position in range(length):
            h, state = self.model(ids, state)  # (B, 1, H)
            ids = choose(position, self.model.logits(h[:, 0]))[:, None]
            written.append(ids)
        return torch.cat(written, dim=1)  # (B, L)


class CharLSTMVAE(VAE):
    """The language model, with the interface of a VAE."""

    decoder: CharLSTMDecoder

    def __init__(self, options: Options, vocabulary_size: int) -> None:
        super().__init__(
            NothingEncoder(),
            CharLSTMDecoder(options, vocabulary_size),
            NormalPrior(),
            dict.fromkeys(options.forms, 0),
        )
        self.writing = Writing(temperature=0.9, least=0.02)

    def read(self, ids: Tensor) -> Reading:
        return self.decoder.read(ids)

    def prepare(self, corpus: Corpus, vocabulary: Vocabulary) -> None:
        counts = corpus.counts[: len(vocabulary.characters)]
        self.decoder.model.expect(torch.tensor([0, *counts]))


def build(options: Mapping[str, Any], vocabulary_size: int) -> VAE:
    """The whole model; `options` are the fields of `Options`."""
    return CharLSTMVAE(Options.of(options), vocabulary_size)
