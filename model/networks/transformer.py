"""The flagship: a transformer VAE whose decoder is told how noisy its latent is.

Decides layers, sizes, the noise and the loss, so that one set of weights gives a verse back (no
noise), varies it (some) and composes (nearly all noise); training, rules of writing and ranking
are those of every VAE here.

One latent stands for each line. Posterior means are standardised over a batch, and a latent of
noise t is √(1 − t²)·mean + t·ε: t = 0 keeps all, t = 1 is the prior N(0, I) and the decoder a
language model. The decoder writes one character after another and sees the latents as the first
tokens of its text, and in every layer as a scale and a shift of the line's characters.

Sources: Vaswani et al. 2017 (arXiv:1706.03762); Bae et al. 2023, multi-rate VAE
(arXiv:2212.03905); Kingma et al. 2021, variational diffusion (arXiv:2107.00630), for latents of a
known noise; Peebles & Xie 2023 (arXiv:2212.09748), adaptive normalisation; So et al. 2021
(arXiv:2109.08668), squared ReLU; Henry et al. 2020 (arXiv:2010.04245), normalised queries and keys.
Shapes: B batch, N lines, C characters a line, L = N·C characters, T = N + L tokens, H hidden size,
V vocabulary, Z numbers of a line's latent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.networks.layers import Attention, Block, Cache, Perceptron, Places, normalised
from model.networks.noise import (
    NARROWEST,
    NOISE_FEATURES,
    At,
    ToldDecoder,
    form_of,
    noise_features,
)
from model.networks.vae import VAE, Choose, Decoder, Encoder, Gaussian, Loss, Reading, Writing
from model.priors.normal import NormalPrior
from model.verse import Form

_LENGTHS = sorted({form.line_length for form in Form})


@dataclass(frozen=True)
class Options:
    """Sizes, and the shares of a training batch.

    `exact` of the verses are read without noise, `together` have one noise for all lines, the rest
    one for each; of those with one noise a share `pure` has noise alone. `dropped` is the share of
    earlier characters hidden from the decoder where the noise is small, so that it looks at the
    latent.
    """

    hidden_size: int = 256
    heads: int = 4
    encoder_layers: int = 2
    decoder_layers: int = 6
    line_latent_size: int = 96
    exact: float = 0.1
    together: float = 0.7
    pure: float = 0.4
    dropped: float = 0.05

    def __post_init__(self) -> None:
        if self.hidden_size % self.heads:
            raise ValueError(f"hidden_size {self.hidden_size} is no multiple of heads {self.heads}")


class ConditionedBlock(nn.Module):
    """A causal block whose normalised inputs are scaled and shifted as the line's latent says."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.attention = Attention(size, heads)
        self.perceptron = Perceptron(size)
        self.modulate = nn.Linear(size, 4 * size)
        nn.init.zeros_(self.modulate.weight)
        nn.init.zeros_(self.modulate.bias)

    def forward(self, x: Tensor, modulation: Tensor, cache: Cache | None = None) -> Tensor:
        """`modulation` is `self.modulate` of each token's condition, (B, T, 4H)."""
        scale, shift, wide_scale, wide_shift = modulation.chunk(4, dim=-1)
        h = normalised(x) * (1 + scale) + shift
        x = x + (self.attention(h, causal=True) if cache is None else self.attention.step(h, cache))
        h = normalised(x) * (1 + wide_scale) + wide_shift
        mixed: Tensor = x + self.perceptron(h)
        return mixed  # (B, T, H)


class TransformerEncoder(Encoder):
    """Characters, some of them unknown (id 0), to a latent for each line.

    The mean is standardised over the batch, apart for each length of line; there is next to no
    variance, for the noise is added by `TransformerVAE`.
    """

    reads_gaps = True

    def __init__(self, options: Options, embedding: nn.Embedding) -> None:
        super().__init__()
        size = options.hidden_size
        self._embedding = (embedding,)  # the decoder's: not a part of this module
        self.places = Places(size)
        self.blocks = nn.ModuleList(
            Block(size, options.heads) for _ in range(options.encoder_layers)
        )
        # Each place of a line has its own weights: an average would lose the order.
        self.latents = nn.Parameter(
            torch.randn(max(_LENGTHS) * size, options.line_latent_size) / math.sqrt(5 * size)
        )
        self.standardise = nn.ModuleDict(
            {
                str(length): nn.BatchNorm1d(options.line_latent_size, affine=False, momentum=0.1)
                for length in _LENGTHS
            }
        )

    def forward(self, ids: Tensor) -> Gaussian:
        form = form_of(ids)
        h = self._embedding[0](ids) + self.places(form)  # (B, L, H)
        for block in self.blocks:
            h = block(h)
        lines = normalised(h).view(len(ids) * form.line_count, -1)  # (B·N, C·H)
        raw = (lines @ self.latents[: lines.shape[1]]).float()  # (B·N, Z)
        mean = self.standardise[str(form.line_length)](raw).view(len(ids), -1)  # (B, N·Z)
        return Gaussian(mean, torch.full_like(mean, 2 * math.log(NARROWEST)))


class TransformerDecoder(Decoder):
    """Writes from left to right, told the latents and how noisy they are."""

    def __init__(self, options: Options, embedding: nn.Embedding) -> None:
        super().__init__()
        size = options.hidden_size
        self.embedding = embedding
        self.dropped = options.dropped
        self.latent_size = options.line_latent_size
        self.places = Places(size)
        self.latent = nn.Linear(options.line_latent_size + NOISE_FEATURES, size)
        self.condition = nn.Linear(size, size)
        self.blocks = nn.ModuleList(
            ConditionedBlock(size, options.heads) for _ in range(options.decoder_layers)
        )
        self.bias = nn.Parameter(torch.zeros(embedding.num_embeddings))

    def forward(self, ids: Tensor, z: Tensor, noise: Tensor) -> Tensor:
        """Log probabilities in nats of verses (B, L) given latents (B, N·Z) of noise (B, N)."""
        return self._score(self.states(ids, z, noise), ids)  # (B, L)

    def states(self, ids: Tensor, z: Tensor, noise: Tensor) -> Tensor:
        """What is known before each character of verses, (B, L, H)."""
        form = form_of(ids)
        memory, condition = self._read(z, noise, form)
        previous = functional.pad(ids[:, :-1], (1, 0))  # (B, L); id 0 stands before the first
        if self.training and self.dropped:
            # Only where the latent can replace them: a language model needs its context.
            told = (noise < 0.5).repeat_interleave(form.line_length, dim=1)
            hidden = torch.rand(previous.shape, device=z.device) < self.dropped
            previous = previous.masked_fill(hidden & told, 0)
        x = torch.cat([memory, self.embedding(previous) + self.places(form)], dim=1)  # (B, T, H)
        for block in self._layers:
            modulation = block.modulate(condition)  # (B, N, 4H)
            of_characters = modulation.repeat_interleave(form.line_length, dim=1)  # (B, L, 4H)
            x = block(x, torch.cat([modulation, of_characters], dim=1))
        return x[:, form.line_count :]

    def _score(self, states: Tensor, ids: Tensor) -> Tensor:
        logits = self._logits(states).flatten(0, 1)  # (B·L, V)
        cost = functional.cross_entropy(logits, ids.flatten(), reduction="none")
        return -cost.view_as(ids)  # (B, L)

    def read_as_language(self, ids: Tensor) -> Reading:
        """Verses (B, L) read without any latent; a state is what is known before a character, and
        the character's vector, (B, L, 2H)."""
        form = form_of(ids)
        nothing = torch.zeros(len(ids), form.line_count * self.latent_size, device=ids.device)
        noise = torch.ones(len(ids), form.line_count, device=ids.device)
        states = self.states(ids, nothing.to(self.bias.dtype), noise)
        vectors = torch.cat([normalised(states), normalised(self.embedding(ids))], dim=-1)
        return Reading(self._score(states, ids), vectors)

    def read(self, ids: Tensor, z: Tensor, noise: Tensor) -> Tensor:
        """Calls `forward`, which may be compiled."""
        scores: Tensor = self(ids, z, noise)
        return scores

    def log_prob(self, ids: Tensor, z: Tensor) -> Tensor:
        return self.told(0.0).log_prob(ids, z)

    def write(self, z: Tensor, length: int, choose: Choose) -> Tensor:
        return self.told(0.0).write(z, length, choose)

    @property
    def _layers(self) -> list[ConditionedBlock]:
        return [block for block in self.blocks if isinstance(block, ConditionedBlock)]

    def told(self, noise: float | Tensor) -> ToldDecoder:
        """This decoder, told the noise of all latents or of each line, (B, N)."""
        return ToldDecoder(self, noise)

    def write_told(self, z: Tensor, noise: Tensor, form: Form, choose: Choose) -> Tensor:
        """A verse for each latent (B, N·Z) of noise (B, N), as `Decoder.write` does."""
        memory, condition = self._read(z, noise, form)
        modulations = [block.modulate(condition) for block in self._layers]  # (B, N, 4H) each
        caches = [Cache() for _ in self.blocks]
        places = self.places(form)
        x = memory
        for block, modulation, cache in zip(self._layers, modulations, caches, strict=True):
            x = block(x, modulation, cache)
        ids = torch.zeros(len(z), 1, dtype=torch.long, device=z.device)
        written: list[Tensor] = []
        for position in range(form.size):
            line = position // form.line_length
            x = self.embedding(ids) + places[position]  # (B, 1, H)
            for block, modulation, cache in zip(self._layers, modulations, caches, strict=True):
                x = block(x, modulation[:, line : line + 1], cache)
            ids = choose(position, self._logits(x[:, 0]))[:, None]
            written.append(ids)
        return torch.cat(written, dim=1)  # (B, L)

    def _read(self, z: Tensor, noise: Tensor, form: Form) -> tuple[Tensor, Tensor]:
        """The latents as tokens and as conditions, (B, N, H) each."""
        lines = z.view(len(z), form.line_count, -1)  # (B, N, Z)
        told = noise_features(noise.float()).to(z.dtype)
        read = self.latent(torch.cat([lines, told], dim=-1))
        memory = read + self.places.lines(form)  # (B, N, H)
        return memory, functional.relu(self.condition(memory)).square()

    def _logits(self, x: Tensor) -> Tensor:
        return functional.linear(normalised(x), self.embedding.weight, self.bias)


class TransformerVAE(VAE):
    """Encoder and decoder over one table of characters; the loss draws a noise for each line."""

    decoder: TransformerDecoder

    def __init__(self, options: Options, vocabulary_size: int) -> None:
        embedding = nn.Embedding(vocabulary_size, options.hidden_size)
        nn.init.normal_(embedding.weight, std=0.02)
        super().__init__(
            TransformerEncoder(options, embedding),
            TransformerDecoder(options, embedding),
            NormalPrior(),
            {form: form.line_count * options.line_latent_size for form in Form},
        )
        self._options = options
        self.writing = Writing(noise=0.98, temperature=1.0, least=0.02)

    def at(self, noise: float | Tensor) -> VAE:
        return At(self, self.decoder, noise)

    def read(self, ids: Tensor) -> Reading:
        return self.decoder.read_as_language(ids)

    def loss(self, ids: Tensor, generator: torch.Generator) -> Loss:
        """Nats a character, averaged over the noises: each is the distortion of a bound whose rate
        the noise fixes, so that nothing remains to be weighed."""
        form = form_of(ids)
        noise = self._noise(len(ids), form, generator)  # (B, N)
        hidden = self._hidden(ids, noise, generator)
        mean = self.encoder(ids.masked_fill(hidden, 0)).mean  # (B, N·Z)
        spread = noise.repeat_interleave(mean.shape[1] // form.line_count, dim=1)
        drawn = torch.randn(mean.shape, generator=generator, device=mean.device)
        z = torch.sqrt(1 - spread.square()) * mean + spread * drawn
        costs = -self.decoder(ids, z, noise).mean(-1)  # (B,)
        figures = {"bound": costs.mean()}
        figures["exact"] = _average(costs, (noise == 0).all(-1) & ~hidden.any(-1))
        figures["language"] = _average(costs, (noise == 1).all(-1))
        return Loss(costs.mean(), figures)

    def _noise(self, count: int, form: Form, generator: torch.Generator) -> Tensor:
        """Noises (B, N): a part of the verses has none, a part one, a part one for each line."""
        shape = (count, form.line_count)
        options, device = self._options, generator.device
        kind = torch.rand(count, 1, generator=generator, device=device)
        apart = _angles(shape, generator)
        none = torch.rand(shape, generator=generator, device=device) < 0.3
        apart = torch.where(none, 0.0, apart)
        noise = torch.where(kind < options.exact + options.together, apart[:, :1] * 0, apart)
        one = _angles((count, 1), generator)
        pure = torch.rand(count, 1, generator=generator, device=device) < options.pure
        one = torch.where(pure, 1.0, one).expand(shape)
        is_one = (kind >= options.exact) & (kind < options.exact + options.together)
        return torch.where(is_one, one, noise)

    def _hidden(self, ids: Tensor, noise: Tensor, generator: torch.Generator) -> Tensor:
        """Which characters the encoder may not see, (B, L); all, where nothing says there is no
        noise."""
        device = generator.device
        seen = torch.rand(len(ids), 1, generator=generator, device=device) < 0.5
        share = torch.rand(len(ids), 1, generator=generator, device=device).square()
        hidden = torch.rand(ids.shape, generator=generator, device=device) < share
        return hidden & ~seen & ~(noise == 0).all(-1, keepdim=True)


def build(options: Mapping[str, Any], vocabulary_size: int) -> VAE:
    """The whole model; `options` are the fields of `Options`."""
    return TransformerVAE(Options(**options), vocabulary_size)


def _angles(shape: tuple[int, int], generator: torch.Generator) -> Tensor:
    """Noises whose angle is uniform, so that most are near 1, where verse is composed."""
    uniform = torch.rand(shape, generator=generator, device=generator.device)
    return torch.sin(uniform * (math.pi / 2))


def _average(costs: Tensor, chosen: Tensor) -> Tensor:
    return (costs * chosen).sum() / chosen.sum().clamp(min=1)
