"""How well a small classifier tells verses from real ones: the area under its ROC curve.

Decides what the classifier sees. .5 is what real verse against real verse gives, 1 means that every
verse gives itself away. Tone and rhyme are not among what it sees: a poet keeps rules that much
real verse breaks on purpose, and that is no fault to be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline

from model.evaluation.samples import COMMON, Judge
from model.verse import Verse

Floats = npt.NDArray[np.float64]

FEATURES = (
    "4-gram, nats a character",
    "4-gram, the dearest character",
    "4-gram, spread over characters",
    "4-gram, difference of the lines",
    "adjacent pairs attested",
    "parallelism",
    "places that are parallel",
    "characters that stand earlier in their couplet",
    "neighbours that are the same",
    "characters among the 100 commonest",
    "log frequency of a character",
    "lines within one substitution of the corpus",
)
_FOLDS = 5


@dataclass(frozen=True)
class Separation:
    """Areas under the ROC curve, cross-validated."""

    features: float
    """By gradient boosting on `FEATURES`."""
    characters: float
    """By logistic regression on which characters and which adjacent pairs a verse has."""


def separation(judge: Judge, verses: Sequence[Verse], real: Sequence[Verse]) -> Separation | None:
    """How well verses are told from real ones of the same form; None of fewer than five of each."""
    if min(len(verses), len(real)) < _FOLDS:
        return None
    answers = np.repeat([1, 0], [len(verses), len(real)])
    table = np.concatenate([features(judge, verses), features(judge, real)])
    # Lines are apart, so that no pair reaches from one to the next.
    texts = [" ".join(verse.lines) for verse in [*verses, *real]]
    return Separation(
        _area(HistGradientBoostingClassifier(max_leaf_nodes=8, random_state=0), table, answers),
        _area(
            make_pipeline(
                TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 2), sublinear_tf=True),
                LogisticRegression(C=10, max_iter=1000),
            ),
            texts,
            answers,
        ),
    )


def features(judge: Judge, verses: Sequence[Verse]) -> Floats:
    """What the classifier sees of verses of one form, (verses, features)."""
    form, count = verses[0].form, len(verses)
    ids = judge.read(verses)  # (verses, L)
    lines = ids.reshape(-1, form.line_length)
    couplets = ids.reshape(-1, 2 * form.line_length)
    costs = judge.language_model.cost(couplets).reshape(count, form.line_count, -1)
    information = judge.parallelism.information(couplets).reshape(count, -1)
    columns = (
        costs.mean(axis=(1, 2)),
        costs.max(axis=(1, 2)),
        costs.std(axis=(1, 2)),
        np.ptp(costs.mean(axis=2), axis=1),
        judge.pairs.attested(lines).reshape(count, -1).mean(axis=1),
        information.mean(axis=1),
        (information > 0).mean(axis=1),
        np.array([len(row) - len(set(row)) for row in couplets.tolist()])
        .reshape(count, -1)
        .mean(axis=1),
        (lines[:, 1:] == lines[:, :-1]).reshape(count, -1).sum(axis=1),
        ((ids > 0) & (ids <= COMMON)).mean(axis=1),
        np.log1p(judge.frequency[ids]).mean(axis=1),
        judge.nearly_known(lines).reshape(count, -1).mean(axis=1),
    )
    return np.stack(columns, axis=1).astype(np.float64)


def _area(classifier: Any, examples: Any, answers: npt.NDArray[np.int64]) -> float:
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    told = cross_val_predict(classifier, examples, answers, cv=folds, method="predict_proba")
    return float(roc_auc_score(answers, told[:, 1]))
