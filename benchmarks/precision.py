"""What float32, bfloat16 and int8 cost on a CPU, and what becomes of verse in them.

Decides what is timed and by what quality is told; how a model is rounded is left to `int8`. All
take turns in one run, with the same seeds, and what is timed is processor time, so that a busy
machine changes little. Run as `python -m benchmarks.precision`.
"""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from benchmarks.int8 import RowScaled, dynamic, in_int8
from benchmarks.markdown import table
from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.evaluation.held_out import HeldOut
from model.networks.checkpoint import Checkpoint
from model.networks.discriminator import Discriminator
from model.networks.vae import VAE, likeliest
from model.poet import FLAGSHIP
from model.poet.decoding import seeded
from model.poet.drafting import Drafter, Wish
from model.poet.poet import CANDIDATES
from model.poet.reading import Reader
from model.poet.shipped import load_tables, model_path
from model.poet.tables import Tables
from model.poet.writing import Writer
from model.verse import Form, Pattern

_REFERENCE = "float32"


@dataclass
class Composed:
    """What was composed of some seeds, and what it cost."""

    milliseconds: list[tuple[float, float]] = field(default_factory=list)
    """Of writing and of reading."""
    candidates: list[Tensor] = field(default_factory=list)  # (B, L) each
    best: list[Tensor] = field(default_factory=list)  # (L,) each


class Rounded:
    """A model in one precision, with what writes and reads in it."""

    def __init__(self, name: str, checkpoint: Checkpoint, tables: Tables) -> None:
        model, judge = checkpoint.build(), checkpoint.build_discriminator()
        assert judge is not None
        self.name = name
        self._model = model
        self.writer, self.judge = _rounded(name, model, judge)
        self.drafter = Drafter(model, checkpoint.vocabulary, self.writer)
        self.reader = Reader(self.writer, checkpoint.vocabulary, tables.ranking, self.judge)
        composer = Writer(self.drafter, self.reader, checkpoint.vocabulary, tables.known_lines)
        self.shares = composer.warm_up()[0].shares

    @torch.inference_mode()
    def compose(self, form: Form, seed: int, into: Composed) -> None:
        """Writes and reads the candidates of a seed."""
        chance = seeded(seed, torch.device("cpu"))
        draft = self.drafter.draft(Wish(Pattern.open(form)), CANDIDATES, chance)
        begun = time.thread_time()
        ids = self.drafter.write([draft])
        written = time.thread_time()
        scores = self.reader.scores(form, ids)
        read = time.thread_time()
        into.milliseconds.append((1000 * (written - begun), 1000 * (read - written)))
        into.candidates.append(ids)
        into.best.append(ids[int(np.argmax(scores))])

    @torch.inference_mode()
    def given_back(self, ids: Tensor) -> float:
        """The share of the characters of verses (B, L) that come back from their latents, which
        are always computed in float32."""
        mean = self._model.encoder(ids).mean.to(next(self.writer.parameters()).dtype)
        back = self.writer.at(0.0).decoder.write(mean, ids.shape[1], likeliest)
        return float((back == ids).float().mean())

    @torch.inference_mode()
    def nats(self, ids: Tensor) -> float:
        """A character of verses (B, L), read as language."""
        reading = self.writer.read(ids)
        assert reading is not None
        return -float(reading.log_prob.float().mean())


def _rounded(name: str, model: VAE, judge: Discriminator) -> tuple[VAE, Discriminator]:
    match name:
        case "float32":
            return model, judge
        case "bfloat16":
            return copy.deepcopy(model).bfloat16(), judge.bfloat16()
        case "int8, torch.ao":
            return in_int8(model, dynamic), in_int8(judge, dynamic)
        case _:
            return in_int8(model, RowScaled), in_int8(judge, RowScaled)


NAMES = ("float32", "bfloat16", "int8, torch.ao", "int8, scaled by rows")


def costs(form: Form, composed: dict[str, Composed]) -> list[Sequence[str]]:
    """Milliseconds of a core for a verse, in the median."""
    usual = np.median(composed["bfloat16"].milliseconds, axis=0).sum()
    rows = []
    for name, one in composed.items():
        written, read = np.median(one.milliseconds, axis=0)
        ratio = usual / (written + read)
        rows.append((form.value, name, f"{written:.0f}", f"{read:.0f}", f"{ratio:.2f} ×"))
    return rows


def qualities(
    form: Form, composed: dict[str, Composed], rounded: list[Rounded], ids: Tensor | None
) -> list[Sequence[str]]:
    """What becomes of verse; scores are those of float32."""
    reader = rounded[0].reader
    reference = composed[_REFERENCE]
    rows = []
    for one in rounded:
        found = composed[one.name]
        pairs = zip(found.candidates, reference.candidates, strict=True)
        same = np.mean([float((a == b).all(-1).float().mean()) for a, b in pairs])
        chosen = [bool((a == b).all()) for a, b in zip(found.best, reference.best, strict=True)]
        with torch.inference_mode():
            scores = reader.scores(form, torch.stack(found.best))
        rows.append(
            (
                form.value,
                one.name,
                f"{same:.0%}",
                f"{sum(chosen)} of {len(chosen)}",
                f"{scores.mean():.3f} ± {scores.std(ddof=1) / len(scores) ** 0.5:.3f}",
                "–" if ids is None else f"{one.given_back(ids):.2%}",
                "–" if ids is None else f"{one.nats(ids):.4f}",
                "yes" if one.shares else "no",
            )
        )
    return rows


def _held_out(path: Path, form: Form, checkpoint: Checkpoint, count: int) -> Tensor | None:
    if not path.exists():
        return None
    held_out = HeldOut(Corpus.load(path), form, 0)
    known = held_out.known(held_out.ids(Part.TEST), checkpoint.vocabulary)
    return held_out.encoded(known[:count], checkpoint.vocabulary)


@click.command()
@click.option("--model", default=FLAGSHIP, show_default=True, help="A name, or a .safetensors.")
@click.option("--corpus", type=click.Path(path_type=Path), default="data/corpus", show_default=True)
@click.option("--verses", type=click.IntRange(2), default=16, show_default=True)
@click.option("--held-out", type=click.IntRange(1), default=256, show_default=True)
@click.option("--form", "forms", multiple=True, type=click.Choice([form.value for form in Form]))
def main(model: str, corpus: Path, verses: int, held_out: int, forms: tuple[str, ...]) -> None:
    """Print two tables; all of it computes on one core."""
    torch.set_num_threads(1)
    checkpoint, tables = Checkpoint.load(model_path(model)), load_tables()
    rounded = [Rounded(name, checkpoint, tables) for name in NAMES]
    chance = random.Random(0)
    cost: list[Sequence[str]] = []
    quality: list[Sequence[str]] = []
    for form in map(Form, forms or (Form.COUPLET5.value, Form.JUEJU7.value)):
        composed = {name: Composed() for name in NAMES}
        for seed in tqdm(range(verses), desc=form.value, leave=False):
            for one in chance.sample(rounded, len(rounded)):
                one.compose(form, seed, composed[one.name])
        cost += costs(form, composed)
        quality += qualities(form, composed, rounded, _held_out(corpus, form, checkpoint, held_out))
    print(
        f"{checkpoint.name}, the best of {CANDIDATES} candidates, {verses} seeds and {held_out} "
        "held-out verses of a form; milliseconds of one core, scores as float32 has them.\n"
    )
    head = ["form", "precision", "writing, ms", "reading, ms", "as fast as bfloat16"]
    print(table(head, cost, words=2))
    head = ["form", "precision", "candidates as in float32", "verses as in float32", "score"]
    head += ["given back", "nats a character", "the same in company"]
    print("\n" + table(head, quality, words=2))


if __name__ == "__main__":
    main()
