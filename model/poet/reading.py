"""How the poet reads what it has written: the score of a verse, higher where it is better.

Decides what counts and how much: the odds that a person wrote it, and how likely the poet's own
language model finds it beyond what its characters bring by being common; what the rules forbid has
been sorted out before.

Sources: Deng et al. 2020 (arXiv:2004.11714), for the odds; Li et al. 2016 (arXiv:1510.03055),
mutual information against verse that fits everywhere.
Shapes: B verses, L characters a verse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from torch import Tensor

from model.networks.discriminator import Discriminator
from model.networks.vae import VAE
from model.poet.ranking import Ranking
from model.verse import Form, Verse
from model.vocabulary import Vocabulary

_Floats = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Weights:
    """What each reading weighs, all in nats a character.

    By the odds alone composed verse is as varied as real verse, but less of a piece; what is
    likelier than its characters are common is more so, and too much of it is always alike.
    """

    odds: float
    language: float
    commonness: float


# Couplets have less room for the unexpected than quatrains: at the weights of these they come out
# likelier than real ones, and more alike.
_WEIGHTS = {
    Form.COUPLET5: Weights(odds=1.0, language=0.15, commonness=0.15),
    Form.COUPLET7: Weights(odds=1.0, language=0.05, commonness=0.08),
    Form.JUEJU5: Weights(odds=1.0, language=0.2, commonness=0.2),
    Form.JUEJU7: Weights(odds=1.0, language=0.2, commonness=0.2),
}


class Reader:
    """Reads verses of a model's vocabulary.

    Models that are no language models are read by the tables alone, those that have learnt no
    judgement without its odds.
    """

    def __init__(
        self,
        model: VAE,
        vocabulary: Vocabulary,
        ranking: Ranking,
        discriminator: Discriminator | None = None,
    ) -> None:
        self._model = model
        self._vocabulary = vocabulary
        self._ranking = ranking
        self._discriminator = discriminator

    def scores(self, form: Form, ids: Tensor) -> _Floats:
        """Scores of verses (B, L), (B,)."""
        verses = [Verse.of_characters(form, self._vocabulary.decode(row)) for row in ids.tolist()]
        reading = self._model.read(ids)
        if reading is None:
            return self._ranking.score(verses)
        weights = _WEIGHTS[form]
        likelihood = reading.log_prob.float().mean(-1).cpu().numpy()
        commonness = self._ranking.commonness(verses)
        scores: _Floats = weights.language * likelihood - weights.commonness * commonness
        if self._discriminator is not None:
            odds: Tensor = self._discriminator(ids, reading)
            scores = scores + weights.odds * odds.float().cpu().numpy() / form.size
        return scores
