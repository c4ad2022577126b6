"""The report on a model: what was measured, by name.

Decides which figures stand in it; how they are come by is left to `evaluate`, and how people read
them to `markdown`.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass

from model.evaluation.composing import Forced
from model.evaluation.rate_distortion import Point
from model.evaluation.samples import Measures
from model.evaluation.separation import Separation
from model.verse import Form


@dataclass(frozen=True)
class Bounds:
    """What held-out verse costs; nats a character, but for the rate of a whole verse."""

    verses: int
    noise: float | None
    """The working point: of the lowest −ELBO on VALIDATION; None if the model knows no noise."""
    elbo: float
    elbo_error: float
    """Its standard error."""
    distortion: float
    rate: float
    rate_of_verse: float
    active_units: int
    iwae: float
    """−ELBO of all the verses less the mean difference of the two bounds on some of them."""
    iwae_error: float
    iwae_samples: int
    iwae_verses: int
    """Of how many of the verses the difference was taken."""
    ngram: float
    """The 4-gram's cost of all the verses."""


@dataclass(frozen=True)
class GivenBack:
    """What comes back from the posterior's mean, without noise, each character the likeliest.

    Shares are of all `verses`. A share of `unknown` has a character outside the vocabulary: an open
    place to the model, which is never given back.
    """

    verses: int
    unknown: float
    characters: float
    whole: float


@dataclass(frozen=True)
class Row:
    """Verses of one source, what they are like, how well they are told from real ones, and the
    first of them, not selected."""

    source: str
    measures: Measures
    separation: Separation | None
    first: tuple[str, ...]


@dataclass(frozen=True)
class FormReport:
    """A model in one form.

    Bounds are taken on verses all of whose characters the model knows. `line` is taken on
    VALIDATION, all else on TEST. The first row is what the poet composed, if it was asked.
    """

    form: Form
    latent_size: int
    line: tuple[Point, ...]
    bounds: Bounds
    given_back: GivenBack
    rows: tuple[Row, ...]
    forced: tuple[Forced, ...]


@dataclass(frozen=True)
class Report:
    """A model in all its forms."""

    name: str
    network: str
    parameters: int
    vocabulary_size: int
    seed: int
    forms: tuple[FormReport, ...]

    def json(self) -> str:
        """All figures, by the names they have here."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=2)
