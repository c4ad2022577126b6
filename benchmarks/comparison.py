"""All models of the bench beside each other, as people read them, and where that stands in a page.

Decides the tables and how figures are worded and rounded; which there are is left to `results`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.decoder_speed import BATCHES
from benchmarks.markdown import table
from benchmarks.results import Measured, Speeds
from model.evaluation.report import Row
from model.evaluation.samples import DISTINCT_OF

START, END = "<!-- bench -->", "<!-- end of bench -->"
SHOWN = 5
_NONE = "–"


def replaced(page: str, text: str, start: str = START, end: str = END) -> str:
    """A page with a text between two marks, and all else as it was.

    Raises ValueError if the marks do not stand there once each, in their order.
    """
    before, *rest = page.split(start)
    between_and_after = rest[0].split(end) if len(rest) == 1 else []
    if len(between_and_after) != 2 or end in before:
        raise ValueError(f"the page must hold {start} and, further down, {end}, each once")
    return f"{before}{start}\n\n{text.strip()}\n\n{end}{between_and_after[1]}"


def comparison(found: Sequence[Measured], speeds: Speeds, missing: Sequence[str]) -> str:
    """The tables, the pictures and the samples; at least one model has been measured."""
    extent, candidates = found[0].facts.extent, found[0].facts.candidates
    bounds = found[0].form.bounds
    distinct = f"distinct-2 of {min(extent.samples, DISTINCT_OF):,}"
    parts = [
        f"All on {found[0].form.form}, the best bound first. Bounds are nats a character, of "
        f"{bounds.verses:,} verses of TEST; IWAE with K = {bounds.iwae_samples}, by "
        f"{bounds.iwae_verses:,} of them. Given back is the likeliest character at each place, "
        "from the posterior's mean. Training is what it took of one core, all threads together; "
        "two cores need little more than half of that; – stands where what ships was measured.",
        table(["model", *_BOUNDS], _bounds(found)),
        *_at_a_noise(found),
        "![Training](plots/models_training.png)",
        "![Reconstruction against KL](plots/models_rate.png)",
        f"{extent.samples:,} verses of each model, composed as people get them: under the rules, "
        f"the best of {candidates} candidates. The 4-gram had no part in writing or choosing.",
        table(["composed", *_SAMPLES, distinct], _composed(found)),
        f"{extent.samples:,} verses of each from its prior, the likeliest character at each place, "
        "under no rule and unranked.",
        table(["from the prior", *_SAMPLES], _from_prior(found)),
        "Verses a second that the decoders write, under no rule and unranked, in float32 on one "
        f"thread: the median of {speeds.rounds} rounds in which all took turns. The run had "
        f"{speeds.share:.0%} of a core.",
        table(["model", *(f"batch {b}" for b in BATCHES)], _speeds(found, speeds)),
        f"The first {SHOWN} of each, not selected.",
        table(["model", "composed", "from the prior"], _shown(found), words=3),
    ]
    if missing:
        parts.append("Not measured yet: " + ", ".join(missing) + ".")
    return "\n\n".join(parts) + "\n"


_BOUNDS = (
    "weights",
    "training, core minutes",
    "−ELBO",
    "IWAE",
    "distortion (CE)",
    "KL, nats a verse",
    "active units",
    "characters given back",
    "whole verses",
)


def _bounds(found: Sequence[Measured]) -> Iterator[Sequence[str]]:
    for one in found:
        bounds, given = one.form.bounds, one.form.given_back
        yield (
            one.name,
            f"{one.report.parameters:,}",
            _NONE if one.seconds is None else f"{one.seconds / 60:.0f}",
            f"{bounds.elbo:.3f} ± {bounds.elbo_error:.3f}",
            f"{bounds.iwae:.3f}",
            f"{bounds.distortion:.3f}",
            f"{bounds.rate_of_verse:.1f}",
            f"{bounds.active_units} of {one.form.latent_size}",
            f"{given.characters:.1%}",
            f"{given.whole:.1%}",
        )
    # Of a model without a latent the three are one. It stands for all, if all know the same verses.
    ngram = " / ".join(dict.fromkeys(f"{one.form.bounds.ngram:.3f}" for one in found))
    yield ("Kneser-Ney 4-gram", _NONE, _NONE, ngram, ngram, ngram, *[_NONE] * 4)


def _at_a_noise(found: Sequence[Measured]) -> Iterator[str]:
    for one in found:
        noise, least = one.form.bounds.noise, one.form.line[0].noise
        if noise is not None:
            yield (
                f"`{one.name}` is told how noisy its latents are. Its bounds are those of noise "
                f"{noise:g}, where VALIDATION costs least; it gives back without noise, and the "
                f"picture has that at the rate of noise {least:g}."
            )


_SAMPLES = (
    "4-gram, nats a character",
    "pairs attested ≥ 5",
    "parallelism",
    "tone rule kept",
    "lines verbatim",
    "duplicates",
    "a character twice",
    "told from real verse",
)


def _composed(found: Sequence[Measured]) -> Iterator[Sequence[str]]:
    """The first row of each report; then real and shuffled verse."""
    rows = [(one.name, one, one.form.rows[0]) for one in found]
    rows += [(row.source, found[0], row) for row in found[0].form.rows[2:4]]
    for name, one, row in rows:
        yield (*_sample(name, row), f"{one.distinct_2[row.source]:.3f}")


def _from_prior(found: Sequence[Measured]) -> Iterator[Sequence[str]]:
    """The second row of each report."""
    for one in found:
        yield _sample(one.name, one.form.rows[1])


def _sample(name: str, row: Row) -> Sequence[str]:
    measures, told = row.measures, row.separation
    return (
        name,
        f"{measures.nats:.2f}",
        f"{measures.attested:.1%}",
        f"{measures.parallelism:.2f}",
        f"{measures.couplets_kept:.1%}",
        f"{measures.verbatim:.1%}",
        f"{measures.duplicates:,}",
        f"{measures.repeating:.1%}",
        _NONE if told is None else f"{told.features:.2f}, {told.characters:.2f}",
    )


def _speeds(found: Sequence[Measured], speeds: Speeds) -> Iterator[Sequence[str]]:
    for one in found:
        yield (one.name, *(f"{verses:,.0f}" for verses in speeds.verses[one.name]))


def _shown(found: Sequence[Measured]) -> Iterator[Sequence[str]]:
    for one in found:
        yield (one.name, *("<br>".join(row.first[:SHOWN]) for row in one.form.rows[:2]))
