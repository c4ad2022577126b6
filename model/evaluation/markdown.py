"""The report on a model as people read it: one table for all forms, then a section for each form.

Decides how figures are worded and rounded; which there are is left to `report`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from model.evaluation.report import FormReport, Report, Row
from model.evaluation.samples import COMMON, DISTINCT_OF, Measures
from model.evaluation.separation import FEATURES

_Cells = Sequence[str]


def markdown(report: Report) -> str:
    """The whole report."""
    parts = [
        f"# {report.name}",
        f"{report.parameters:,} parameters, {report.vocabulary_size:,} characters, network "
        f"`{report.network}`, seed {report.seed}.",
        _table(["", *(form.form for form in report.forms)], _summary(report.forms)),
        "After a bar: real held-out verse / the same shuffled. Told from real verse: the area "
        f"under the ROC curve of a classifier on {len(FEATURES)} features, .5 if it cannot tell, "
        "and of one on characters and pairs.",
    ]
    for form in report.forms:
        parts += _form(form)
    return "\n\n".join(parts) + "\n"


def _summary(forms: Sequence[FormReport]) -> Iterable[_Cells]:
    """One line for each aim, one column for each form; samples are those of the first row."""

    def line(name: str, cell: Callable[[FormReport], str]) -> _Cells:
        return (name, *(cell(form) for form in forms))

    def compared(name: str, shown: Callable[[Measures], str]) -> _Cells:
        """The samples beside real and shuffled verse."""

        def cell(form: FormReport) -> str:
            ours, real, shuffled = (
                shown(row.measures) for row in (form.rows[0], *_real_and_shuffled(form))
            )
            return f"{ours} \\| {real} / {shuffled}"

        return line(name, cell)

    yield line(
        "characters given back (whole verses)",
        lambda f: f"{f.given_back.characters:.1%} ({f.given_back.whole:.1%})",
    )
    yield line(
        "IWAE bound, nats a character (4-gram)",
        lambda f: f"{f.bounds.iwae:.3f} ({f.bounds.ngram:.3f})",
    )
    yield line("samples", lambda f: f"{f.rows[0].measures.verses:,} {f.rows[0].source}")
    yield compared("4-gram, nats a character", lambda m: f"{m.nats:.2f}")
    yield line(
        "… beside real verse",
        lambda f: f"{f.rows[0].measures.nats / _real_and_shuffled(f)[0].measures.nats - 1:+.1%}",
    )
    yield compared("adjacent pairs attested ≥ 5", lambda m: f"{m.attested:.1%}")
    yield compared(
        "tone rule kept, whole verse",
        lambda m: f"{m.couplets_kept if m.quatrains_kept is None else m.quatrains_kept:.1%}",
    )
    yield compared("rhyme kept", lambda m: "–" if m.rhymed is None else f"{m.rhymed:.1%}")
    yield compared("parallelism", lambda m: f"{m.parallelism:.2f}")
    yield line(
        "lines verbatim in the corpus / duplicates",
        lambda f: f"{_lines_verbatim(f.rows[0].measures)} / {f.rows[0].measures.duplicates:,}",
    )
    yield compared(
        f"distinct-2 of {DISTINCT_OF:,}",
        lambda m: "–" if m.distinct_2 is None else f"{m.distinct_2:.3f}",
    )
    if any(form.forced for form in forms):
        yield line("forced characters present", _forced_in_all)
    yield line("told from real verse", lambda f: _separated(f.rows[0]))


def _real_and_shuffled(form: FormReport) -> tuple[Row, Row]:
    """The two rows that stand in every report."""
    by_source = {row.source: row for row in form.rows}
    return by_source["real held-out verse"], by_source["shuffled held-out verse"]


def _lines_verbatim(measures: Measures) -> str:
    held_out = measures.verbatim_held_out or 0.0
    return f"{measures.verbatim:.2%} (of TEST alone {held_out:.2%})"


def _forced_in_all(form: FormReport) -> str:
    asked = sum(kind.asked for kind in form.forced)
    met = sum(kind.asked * kind.met for kind in form.forced)
    return f"{met / asked:.1%} of {asked:,}" if asked else "–"


def _separated(row: Row) -> str:
    if row.separation is None:
        return "–"
    return f"{row.separation.features:.2f}, {row.separation.characters:.2f}"


def _form(report: FormReport) -> list[str]:
    given = report.given_back
    parts = [
        f"## {report.form} {report.form.chinese}",
        f"Costs are nats a character, of {report.bounds.verses:,} verses of TEST whose characters "
        f"the model all knows. Given back is the likeliest character at each place, from the "
        f"posterior's mean, of {given.verses:,} verses; {given.unknown:.1%} of them have a "
        "character that it does not know, which never is.",
        _table([f"held-out {report.form}", ""], _held_out(report)),
    ]
    if len(report.line) > 1:
        head = ["noise, on VALIDATION", *(f"{point.noise:g}" for point in report.line)]
        figures = [
            ("distortion (CE)", *(f"{point.distortion:.2f}" for point in report.line)),
            ("rate (KL)", *(f"{point.rate:.2f}" for point in report.line)),
            ("−ELBO", *(f"{point.bound:.2f}" for point in report.line)),
        ]
        parts.append(_table(head, figures))
    parts.append(_table(["samples", *(row.source for row in report.rows)], _samples(report.rows)))
    if report.forced:
        parts.append(_forced(report))
    parts.append("Shuffled: each line dealt to another verse, its characters mixed. Not selected:")
    parts += (
        f"{row.source}\n\n" + "\n".join(f"- {verse}" for verse in row.first) for row in report.rows
    )
    return parts


def _held_out(report: FormReport) -> Iterable[_Cells]:
    bounds, given = report.bounds, report.given_back
    if bounds.noise is not None:
        yield "working point, noise", f"{bounds.noise:g}"
    yield "−ELBO", f"{bounds.elbo:.3f} ± {bounds.elbo_error:.3f}"
    yield "reconstruction (CE)", f"{bounds.distortion:.3f}"
    yield "KL", f"{bounds.rate:.3f}"
    yield "KL, nats a verse", f"{bounds.rate_of_verse:.1f}"
    subset = "" if bounds.iwae_verses == bounds.verses else f", by {bounds.iwae_verses:,} of them"
    yield (
        f"IWAE bound, K = {bounds.iwae_samples}{subset}",
        f"{bounds.iwae:.3f} ± {bounds.iwae_error:.3f}",
    )
    yield "Kneser-Ney 4-gram", f"{bounds.ngram:.3f}"
    yield "active units", f"{bounds.active_units} of {report.latent_size}"
    yield "characters given back", f"{given.characters:.1%}"
    yield "whole verses given back", f"{given.whole:.1%}"


def _samples(rows: Sequence[Row]) -> Iterable[_Cells]:
    """One line of the table for each measure."""
    columns = [row.measures for row in rows]

    def line(name: str, form: str, values: Iterable[float | None]) -> _Cells:
        return (name, *("–" if value is None else format(value, form) for value in values))

    quatrains = any(m.rhymed is not None for m in columns)
    yield line("verses", ",", (m.verses for m in columns))
    yield line("4-gram, nats a character", ".2f", (m.nats for m in columns))
    yield line("adjacent pairs attested ≥ 5", ".1%", (m.attested for m in columns))
    yield line("lines that keep the tone rule", ".1%", (m.lines_kept for m in columns))
    yield line("couplets that keep it", ".1%", (m.couplets_kept for m in columns))
    if quatrains:
        yield line("quatrains in a regulated order", ".1%", (m.quatrains_kept for m in columns))
        yield line("quatrains that rhyme", ".1%", (m.rhymed for m in columns))
    yield line("parallelism, PMI in nats", ".2f", (m.parallelism for m in columns))
    yield line("lines verbatim in the corpus", ".1%", (m.verbatim for m in columns))
    yield line("… in TEST alone", ".2%", (m.verbatim_held_out for m in columns))
    yield line("… within one substitution", ".1%", (m.nearly_verbatim for m in columns))
    yield line(f"distinct-1 of {DISTINCT_OF:,}", ".3f", (m.distinct_1 for m in columns))
    yield line(f"distinct-2 of {DISTINCT_OF:,}", ".3f", (m.distinct_2 for m in columns))
    yield line("duplicates", ",", (m.duplicates for m in columns))
    yield line("couplets with a character twice", ".1%", (m.repeating for m in columns))
    if quatrains:
        yield line("verses with a character twice", ".1%", (m.repeating_verses for m in columns))
    yield line(f"the {COMMON} commonest characters", ".1%", (m.common for m in columns))
    told = [row.separation for row in rows]
    yield line(
        f"told from real verse, {len(FEATURES)} features",
        ".2f",
        (t.features if t else None for t in told),
    )
    yield line("… by characters and pairs", ".2f", (t.characters if t else None for t in told))


def _forced(report: FormReport) -> str:
    return _table(
        ["forced characters", "asked", "present", "refused", "all rules kept"],
        (
            (
                kind.kind,
                f"{kind.asked:,}",
                f"{kind.met:.1%}",
                f"{kind.refused:.1%}",
                f"{kind.regular:.1%}",
            )
            for kind in report.forced
        ),
    )


def _table(head: _Cells, rows: Iterable[_Cells]) -> str:
    ruler = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ruler, *rows))
