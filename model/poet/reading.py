"""How the poet reads what it has written: the score of a verse, higher where it is better.

Decides what counts and how much: how likely the poet's own language model finds the verse, beyond
what its characters bring by being common, and whether its halves belong together; what the rules
forbid has been sorted out before.

Sources: Li et al. 2016 (arXiv:1510.03055), mutual information against verse that fits everywhere;
van den Oord et al. 2018 (arXiv:1807.03748), its estimate against other contexts.
Shapes: B verses, L characters a verse, K contexts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from model.networks.vae import VAE
from model.poet.ranking import Ranking
from model.verse import Form, Verse
from model.vocabulary import Vocabulary

_Floats = npt.NDArray[np.floating]
_READ_CLOSELY = 24  # how many of the best candidates are read for their unity too


@dataclass(frozen=True)
class Weights:
    """What each reading weighs, all in nats a character."""

    language: float = 1.0
    commonness: float = 1.0
    unity: float = 1.0


class Reader:
    """Reads verses of a model's vocabulary.

    `contexts` gives a few verses of a form, (K, L), whose first halves stand for any context.
    Models that are no language models are read by the tables alone.
    """

    def __init__(
        self,
        model: VAE,
        vocabulary: Vocabulary,
        ranking: Ranking,
        contexts: Callable[[Form], Tensor],
        weights: Weights | None = None,
    ) -> None:
        self._model = model
        self._vocabulary = vocabulary
        self._ranking = ranking
        self._contexts = contexts
        self._weights = weights or Weights()
        self._kept: dict[Form, Tensor] = {}

    def scores(self, form: Form, ids: Tensor) -> _Floats:
        """Scores of verses (B, L), (B,); where there are many, only the best are read for their
        unity, and the others stand below them."""
        verses = [Verse.of_characters(form, self._vocabulary.decode(row)) for row in ids.tolist()]
        language = self._model.language_log_prob(ids)  # (B, L)
        if language is None:
            return self._ranking.score(verses)
        weights = self._weights
        commonness = self._ranking.commonness(verses)
        likelihood = language.float().mean(-1).cpu().numpy()
        first: _Floats = weights.language * likelihood - weights.commonness * commonness
        best = np.argsort(-first, kind="stable")[:_READ_CLOSELY]
        chosen = torch.from_numpy(best.copy()).to(ids.device)
        unity = self.unity(form, ids[chosen], language[chosen])
        scores = np.full(len(ids), -math.inf)
        scores[best] = first[best] + weights.unity * unity
        rest = np.isinf(scores)
        scores[rest] = first[rest] + scores[best].min() - first[best].max()
        return scores

    def unity(self, form: Form, ids: Tensor, language: Tensor) -> _Floats:
        """What the first half tells of the second, in nats a character of it: log p(second | first)
        against the mean over other first halves, (B, L), (B, L) → (B,)."""
        half = form.size // 2
        own = language[:, half:].float().sum(-1)  # (B,)
        contexts = self._context(form)[:, :half]  # (K, L / 2)
        first = contexts.repeat_interleave(len(ids), dim=0)
        second = ids[:, half:].repeat(len(contexts), 1)
        read = self._model.language_log_prob(torch.cat([first, second], dim=1))  # (K·B, L)
        assert read is not None
        others = read[:, half:].float().sum(-1).view(len(contexts), -1)  # (K, B)
        usual = others.logsumexp(0) - math.log(len(others))
        information: _Floats = ((own - usual) / half).cpu().numpy()
        return information

    def _context(self, form: Form) -> Tensor:
        if form not in self._kept:
            self._kept[form] = self._contexts(form)
        return self._kept[form]
