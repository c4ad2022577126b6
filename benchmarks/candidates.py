"""What more candidates bring: the same seeds, of which a ranking chooses among 1, 8, … 512.

Decides how many verses are measured and beside what they stand; the figures are the evaluation's,
whose 4-gram never ranks, and which number is worth its seconds is for a reader of the verses to
say. Run as `python -m benchmarks.candidates`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch
from tqdm import tqdm

from benchmarks.markdown import table
from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.evaluation.samples import Judge, Measures
from model.poet import FLAGSHIP, Poet, load_poet
from model.verse import Form, Verse

CANDIDATES = (1, 8, 32, 128, 512)


@dataclass(frozen=True)
class Column:
    """Verses of one source, and how many seconds one of them took in the median."""

    source: str
    verses: list[Verse]
    seconds: float | None = None


def compose(poet: Poet, form: Form, count: int, seed: int, source: str) -> Column:
    """Verses of the seeds that follow `seed`, asked for one by one, as people ask."""
    verses, taken = [], []
    for one in tqdm(range(seed, seed + count), desc=f"{form}, {source}", leave=False):
        start = time.perf_counter()
        verses += [written.verse for written in poet.compose(form, seed=one)]
        taken.append(time.perf_counter() - start)
    return Column(source, verses, float(np.median(taken)))


def real(corpus: Corpus, form: Form, count: int, seed: int) -> Column:
    """Held-out verse, by chance."""
    test = corpus.verses[form, Part.TEST]
    chosen = np.random.default_rng((seed, form.size)).permutation(test)[:count]
    return Column("real", [corpus.text(form, ids) for ids in chosen])


def distinct_2(verses: Sequence[Verse]) -> float:
    """Kinds of adjacent pairs by all adjacent pairs; falls with the number of verses."""
    lines = [line for verse in verses for line in verse.lines]
    pairs = [line[i : i + 2] for line in lines for i in range(len(line) - 1)]
    return len(set(pairs)) / len(pairs)


def standard_error(judge: Judge, corpus: Corpus, verses: Sequence[Verse]) -> float:
    """Of the 4-gram's mean cost of a character, taken over verses."""
    ids = {character: i for i, character in enumerate(corpus.characters, start=1)}
    rows = np.array([[ids.get(c, 0) for c in verse.characters] for verse in verses])
    couplets = rows.reshape(-1, 2 * verses[0].form.line_length)
    costs = judge.language_model.cost(couplets).reshape(len(verses), -1).mean(axis=1)
    return float(costs.std(ddof=1) / np.sqrt(len(verses)))


ROWS: dict[str, Callable[[Measures], str]] = {
    "adjacent pairs attested ≥ 5": lambda m: f"{m.attested:.1%}",
    "parallelism, PMI in nats": lambda m: f"{m.parallelism:.2f}",
    "lines that keep the tone rule": lambda m: f"{m.lines_kept:.1%}",
    "couplets that keep it": lambda m: f"{m.couplets_kept:.1%}",
    "quatrains that rhyme": lambda m: "–" if m.rhymed is None else f"{m.rhymed:.1%}",
    "couplets with a character twice": lambda m: f"{m.repeating:.1%}",
    "lines verbatim in TRAIN": lambda m: f"{m.verbatim:.1%}",
    "duplicates": lambda m: str(m.duplicates),
}


def compared(judge: Judge, corpus: Corpus, columns: Sequence[Column]) -> str:
    """A table with a column for each source."""
    measures = [judge.measure(column.verses) for column in columns]
    nats = [
        f"{m.nats:.2f} ± {standard_error(judge, corpus, column.verses):.2f}"
        for m, column in zip(measures, columns, strict=True)
    ]
    rows = [
        ["4-gram, nats a character", *nats],
        *([name, *map(shown, measures)] for name, shown in ROWS.items()),
        ["distinct-2 of these", *(f"{distinct_2(column.verses):.3f}" for column in columns)],
        ["seconds a verse", *("–" if c.seconds is None else f"{c.seconds:.2f}" for c in columns)],
    ]
    return table(["", *(column.source for column in columns)], rows)


@click.command()
@click.option("--model", default=FLAGSHIP, show_default=True, help="A name, or a .safetensors.")
@click.option("--corpus", type=click.Path(path_type=Path), default="data/corpus", show_default=True)
@click.option("--form", "forms", multiple=True, type=click.Choice([f.value for f in Form]))
@click.option("--count", type=click.IntRange(2), default=48, show_default=True, help="Verses.")
@click.option("--most", type=click.IntRange(1), default=512, help="No more candidates than this.")
@click.option("--show", type=click.IntRange(0), default=5, show_default=True, help="Of these.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="cpu")
def main(
    *,
    model: str,
    corpus: Path,
    forms: tuple[str, ...],
    count: int,
    most: int,
    show: int,
    seed: int,
    device: str,
) -> None:
    """Print, for each form, a table and the verses of the first seeds."""
    torch.set_num_threads(1)
    poems = Corpus.load(corpus)
    judge = Judge(poems)
    poets = {
        number: load_poet(model, device, candidates=number)
        for number in CANDIDATES
        if number <= most
    }
    first = next(iter(poets.values()))
    print(f"{first.label}, {first.device}; {count} verses a column, the same seeds; nats ± s.e.")
    for form in tuple(map(Form, forms)) or first.forms:
        columns = [
            *(compose(poet, form, count, seed, str(number)) for number, poet in poets.items()),
            real(poems, form, count, seed),
        ]
        print(f"\n### {form.value} {form.chinese}\n\n{compared(judge, poems, columns)}")
        for column in columns:
            shown = "\n".join(f"- {verse.plain}" for verse in column.verses[:show])
            print(f"\n{column.source}\n\n{shown}")


if __name__ == "__main__":
    main()
