"""A language model of text in one file, and how it writes on.

Decides the file's facts and how characters are drawn; how the model is learnt is left to
`learning`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from model.networks.char_lstm import CharLSTM, Options, State
from model.networks.checkpoint import CheckpointError, load_with_facts, save_atomically
from model.poet.decoding import seeded
from model.vocabulary import Vocabulary

_COLDEST = 1e-3  # below it logits would overflow, and the likeliest character is drawn anyway


class UnknownPrompt(Exception):
    """The prompt has characters that the text had not; `str()` names them."""


@dataclass(frozen=True)
class Writer:
    """A trained model, the characters it knows and the text that it reads before it writes, so that
    it does not begin with an empty memory; `training` is what was measured, by name."""

    options: Options
    vocabulary: Vocabulary
    lead: str
    training: Mapping[str, Any]
    weights: Mapping[str, Tensor]

    @torch.inference_mode()
    def write(self, prompt: str, length: int, temperature: float, seed: int) -> str:
        """The prompt and so many characters more; at temperature 0 the likeliest ones.

        Raises UnknownPrompt.
        """
        if unknown := self.vocabulary.unknown(prompt):
            raise UnknownPrompt(
                "the text that was learnt has no "
                + ", ".join(map(repr, unknown))
                + ": leave it out of the prompt"
            )
        model = CharLSTM(self.options, self.vocabulary.size)
        model.load_state_dict(self.weights)
        model.eval()
        generator = seeded(seed, torch.device("cpu"))
        ids = torch.tensor([self.vocabulary.encode(self.lead + prompt)])
        state: State | None = None
        written: list[int] = []
        for _ in range(length):
            h, state = model(ids, state)
            logits = model.logits(h[0, -1])
            logits[0] = -torch.inf
            shares = (logits / max(temperature, _COLDEST)).softmax(-1)
            ids = torch.multinomial(shares, 1, generator=generator)[None]
            written.append(int(ids))
        return prompt + self.vocabulary.decode(written)

    def save(self, path: Path) -> None:
        """Writes the file at once or not at all."""
        facts = {
            "text": dict(self.training),
            "options": asdict(self.options),
            "characters": self.vocabulary.characters,
            "lead": self.lead,
        }
        save_atomically(dict(self.weights), facts, path)

    @classmethod
    def load(cls, path: Path) -> Writer:
        """Reads a file that `save` wrote. Raises CheckpointError if it is none."""
        weights, facts = load_with_facts(path)
        if "text" not in facts:
            raise CheckpointError(
                f"{path} is no model of a text; if it writes verse, QIBU_MODEL={path} makes "
                "`qibu compose` draw from it"
            )
        vocabulary = Vocabulary(facts["characters"])
        options = Options.of(facts["options"])
        return cls(options, vocabulary, facts["lead"], facts["text"], weights)
