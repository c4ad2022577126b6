"""Blind pairs: a real verse and one of ours, for a reader who shall say which one is the poet's.

Decides which real verses may stand there and how answers are counted; the reader is not part of
it. Run as `python -m benchmarks.pairs`, give away the `.txt`, keep the `.key`, and count with
`python -m benchmarks.pairs --score ANSWERS`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import click
import numpy as np
import torch
from tqdm import tqdm

from benchmarks.markdown import table
from model.corpus.encode import COUPLETS, Corpus
from model.corpus.poems import Part
from model.evaluation.counts import KnownLines
from model.poet import FLAGSHIP, Poet, load_poet
from model.poet.poet import CANDIDATES
from model.prosody import mark
from model.verse import Form, Verse

LETTERS = "AB"
EARLIER = 2 / 3
"""The share of the corpus up to about Zhu Xi (1130-1200): the poets that readers know best."""
TASK = """\
In each pair one verse was written by a poet of Tang or Song and the other by a machine. Which is
the poet's? Answer each pair, even if you must guess, with a line of its name and that letter, such
as `{name} A`.
"""
_ANSWER = re.compile(r"^\W*([a-z]+[57]-\d+)[^\w\n]+([ABab])\b", re.MULTILINE)


def little_known(corpus: Corpus, poet: Poet, form: Form, *, regular: bool = False) -> list[Verse]:
    """Verses of TEST, in their order, that a reader is not likely to know; all of them, or those
    that keep the rules of tone and rhyme which ours always keep.

    The corpus stores no authors, but it keeps the order of its source, in which poets stand by age:
    only late ones are taken. Famous lines are quoted and varied by others, so verses with a line
    that TRAIN holds as well, even with one character replaced, are left out; and verses with a
    character that the poet does not know, which would tell the reader who wrote them.
    """
    test = corpus.verses[form, Part.TEST]
    test = test[int(len(test) * EARLIER) :]
    unknown = set(poet.vocabulary.unknown(corpus.characters))
    ids = [i for i, c in enumerate(corpus.characters, start=1) if c in unknown]
    test = test[~np.isin(test, ids).any(axis=1)]
    length = form.line_length
    (couplets,) = (each for each in COUPLETS if each.line_length == length)
    known = KnownLines(corpus.verses[couplets, Part.TRAIN].reshape(-1, length))
    echoed = known.nearly(test.reshape(-1, length)).reshape(len(test), -1).any(axis=1)
    verses = [corpus.text(form, row) for row in test[~echoed]]
    return [verse for verse in verses if mark(verse).regular] if regular else verses


def pairs(
    corpus: Corpus, poet: Poet, form: Form, count: int, seed: int, *, regular: bool = False
) -> list[tuple[str, Verse, Verse]]:
    """(letter of the real verse, A, B) of each pair; a seed gives the same pairs again."""
    chance = np.random.default_rng((seed, form.size))
    verses = little_known(corpus, poet, form, regular=regular)
    chosen = chance.permutation(len(verses))[:count]
    seeds = chance.integers(2**53, size=count)
    letters = chance.integers(2, size=count)
    made = []
    for row, one, letter in tqdm(
        zip(chosen, seeds, letters, strict=True), desc=form.value, total=count, leave=False
    ):
        (ours,) = poet.compose(form, seed=int(one))
        both = [verses[row], ours.verse]
        made.append((LETTERS[letter], both[letter], both[1 - letter]))
    return made


def write(directory: Path, form: Form, made: list[tuple[str, Verse, Verse]], source: str) -> None:
    """Writes FORM.txt, which a reader gets, and FORM.key."""
    names = [f"{form.value}-{number:02}" for number in range(1, len(made) + 1)]
    shown = [
        f"{name}\nA  {first.plain}\nB  {second.plain}\n"
        for name, (_, first, second) in zip(names, made, strict=True)
    ]
    text = "\n".join([TASK.format(name=names[0]), *shown])
    (directory / f"{form.value}.txt").write_text(text, encoding="utf-8")
    key = [f"{name} {letter}\n" for name, (letter, _, _) in zip(names, made, strict=True)]
    (directory / f"{form.value}.key").write_text(f"# {source}\n{''.join(key)}", encoding="utf-8")


def answers(text: str) -> dict[str, str]:
    """Name of the pair → letter, of a text with one answer a line; other lines say nothing."""
    return {name: letter.upper() for name, letter in _ANSWER.findall(text)}


def interval(right: int, total: int) -> tuple[float, float]:
    """The 95% interval of a share (Wilson 1927)."""
    z = 1.96
    centre = (right + z**2 / 2) / (total + z**2)
    half = z * (right * (total - right) / total + z**2 / 4) ** 0.5 / (total + z**2)
    return centre - half, centre + half


def counted(given: Mapping[str, str], key: Mapping[str, str]) -> str:
    """A table of how often the real verse was told, for each form; chance is 50%.

    Raises ClickException for answers to pairs that there are not.
    """
    if strange := sorted(given.keys() - key.keys()):
        raise click.ClickException("there are no pairs named " + ", ".join(strange))
    asked = Counter(name.split("-")[0] for name in key)
    answered = Counter(name.split("-")[0] for name in given)
    right = Counter(name.split("-")[0] for name in given if given[name] == key[name])
    rows = []
    for form, total in answered.items():
        low, high = interval(right[form], total)
        share = f"{right[form] / total:.0%}"
        rows.append(
            (form, f"{total} of {asked[form]}", str(right[form]), share, f"{low:.0%}–{high:.0%}")
        )
    return table(["form", "pairs answered", "real one told", "share", "95% interval"], rows)


@click.command()
@click.option("--model", default=FLAGSHIP, show_default=True, help="A name, or a .safetensors.")
@click.option("--candidates", type=click.IntRange(1), default=CANDIDATES, show_default=True)
@click.option("--corpus", type=click.Path(path_type=Path), default="data/corpus", show_default=True)
@click.option("--form", "forms", multiple=True, type=click.Choice([f.value for f in Form]))
@click.option("--count", type=click.IntRange(1), default=40, show_default=True, help="Pairs.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--regular", is_flag=True, help="Real verse by the same rules of tone and rhyme.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="cpu")
@click.option(
    "--directory", type=click.Path(path_type=Path), default="runs/pairs", show_default=True
)
@click.option("--score", type=click.File(encoding="utf-8"), help="Answers, to be counted.")
def main(
    *,
    model: str,
    candidates: int,
    corpus: Path,
    forms: tuple[str, ...],
    count: int,
    seed: int,
    regular: bool,
    device: str,
    directory: Path,
    score: TextIO | None,
) -> None:
    """Write pairs into a directory, or count the answers to those that are there."""
    if score:
        files = sorted(directory.glob("*.key"))
        key = {name: x for file in files for name, x in answers(file.read_text("utf-8")).items()}
        print(counted(answers(score.read()), key))
        return
    torch.set_num_threads(1)
    poet = load_poet(model, device, candidates=candidates)
    poems = Corpus.load(corpus)
    directory.mkdir(parents=True, exist_ok=True)
    for form in tuple(map(Form, forms)) or poet.forms:
        made = pairs(poems, poet, form, count, seed, regular=regular)
        write(directory, form, made, f"{poet.label}, seed {seed}")
        print(directory / f"{form.value}.txt")


if __name__ == "__main__":
    main()
