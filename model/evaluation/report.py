"""The report on a model: what was measured, as a table to read and as JSON.

Decides which figures stand in it and how they are shown; how they are come by is left to
`evaluate`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model.evaluation.samples import DISTINCT_OF, Measures
from model.verse import Form


@dataclass(frozen=True)
class Bounds:
    """What held-out verse costs; nats a character, but for the rate of a whole verse."""

    verses: int
    elbo: float
    distortion: float
    rate: float
    rate_of_verse: float
    active_units: int
    iwae: float
    iwae_samples: int
    iwae_verses: int
    """Of how many of the verses, drawn by the seed, `iwae` is the mean."""
    iwae_error: float
    """Its standard error."""
    ngram: float
    """The 4-gram's cost of all the verses."""


@dataclass(frozen=True)
class Row:
    """Verses of one source, what they are like, and the first of them, not selected."""

    source: str
    measures: Measures
    first: tuple[str, ...]


@dataclass(frozen=True)
class FormReport:
    """A model in one form.

    `known` is the share of TEST whose characters the model all knows; bounds and reconstruction are
    taken on that.
    """

    form: Form
    known: float
    bounds: Bounds
    characters_reconstructed: float
    verses_reconstructed: float
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Report:
    """A model in all its forms."""

    name: str
    network: str
    parameters: int
    latent_size: int
    vocabulary_size: int
    seed: int
    forms: tuple[FormReport, ...]

    def json(self) -> str:
        """All figures, by the names they have here."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=2)

    def markdown(self) -> str:
        """The report as people read it."""
        parts = [
            f"# {self.name}",
            f"{self.parameters:,} parameters, latent of {self.latent_size}, "
            f"{self.vocabulary_size:,} characters, network `{self.network}`, seed {self.seed}.",
        ]
        for form in self.forms:
            parts += _form(form, self.latent_size)
        return "\n\n".join(parts) + "\n"


def _form(report: FormReport, latent_size: int) -> list[str]:
    bounds = report.bounds
    subset = "" if bounds.iwae_verses == bounds.verses else f", on {bounds.iwae_verses:,} of them"
    figures = [
        ("−ELBO", f"{bounds.elbo:.3f}"),
        ("reconstruction (CE)", f"{bounds.distortion:.3f}"),
        ("KL", f"{bounds.rate:.3f}"),
        ("KL, nats a verse", f"{bounds.rate_of_verse:.1f}"),
        (
            f"IWAE bound, K = {bounds.iwae_samples}{subset}",
            f"{bounds.iwae:.3f} ± {bounds.iwae_error:.3f}",
        ),
        ("Kneser-Ney 4-gram", f"{bounds.ngram:.3f}"),
        ("active units", f"{bounds.active_units} of {latent_size}"),
        ("characters given back", f"{report.characters_reconstructed:.1%}"),
        ("whole verses given back", f"{report.verses_reconstructed:.1%}"),
    ]
    sources = [row.source for row in report.rows]
    measures = [row.measures for row in report.rows]
    return [
        f"## {report.form} {report.form.chinese}",
        f"Held-out verse: {bounds.verses:,} of TEST ({report.known:.1%}; the others hold "
        "characters the model does not know). Costs are nats a character; given back is the "
        "likeliest character at each place, from the posterior's mean.",
        _table([f"held-out {report.form}", ""], figures),
        _table(["samples", *sources], _samples(measures)),
        "Shuffled: each line dealt to another verse, its characters mixed. Not selected:",
        *(
            f"{row.source}\n\n" + "\n".join(f"- {verse}" for verse in row.first)
            for row in report.rows
        ),
    ]


def _samples(columns: Sequence[Measures]) -> Iterable[tuple[str, ...]]:
    """One line of the table for each measure."""

    def shown(form: str, values: Iterable[float | None]) -> list[str]:
        return ["–" if value is None else format(value, form) for value in values]

    def line(name: str, form: str, values: Iterable[float | None]) -> tuple[str, ...]:
        return (name, *shown(form, values))

    yield line("verses", ",", (m.verses for m in columns))
    yield line("4-gram, nats a character", ".2f", (m.nats for m in columns))
    yield line("adjacent pairs attested ≥ 5", ".1%", (m.attested for m in columns))
    yield line("lines that keep the tone rule", ".1%", (m.lines_kept for m in columns))
    yield line("couplets that keep it", ".1%", (m.couplets_kept for m in columns))
    if any(m.rhymed is not None for m in columns):
        yield line("quatrains that rhyme", ".1%", (m.rhymed for m in columns))
    yield line("parallelism, PMI in nats", ".2f", (m.parallelism for m in columns))
    yield line("lines verbatim in TRAIN", ".1%", (m.verbatim for m in columns))
    yield line("… within one substitution", ".1%", (m.nearly_verbatim for m in columns))
    yield line(f"distinct-1 of {DISTINCT_OF:,}", ".3f", (m.distinct_1 for m in columns))
    yield line(f"distinct-2 of {DISTINCT_OF:,}", ".3f", (m.distinct_2 for m in columns))
    yield line("duplicates", ",", (m.duplicates for m in columns))
    yield line("couplets with a character twice", ".1%", (m.repeating for m in columns))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    ruler = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ruler, *rows))
