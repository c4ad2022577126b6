"""What a candidate costs in batches of several sizes, and what a batch of many requests brings.

Decides which batches are timed and in which order; what is computed is the poet's. Sizes take turns
in one run, and on a CPU what is timed is processor time, so that a busy machine changes little. Run
as `python -m benchmarks.batches`.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable

import click
import numpy as np
import torch

from benchmarks.markdown import table
from model.poet import FLAGSHIP, Piece, Poet, load_poet
from model.poet.drafting import Place, Wish
from model.verse import Form, Pattern

ROWS = (8, 32, 128, 512)
_ALONE = 32


def _clock(device: str) -> Callable[[], float]:
    if device == "cuda":

        def done() -> float:
            torch.cuda.synchronize()
            return time.perf_counter()

        return done
    return time.thread_time


def milliseconds(poet: Poet, form: Form, rounds: int) -> dict[tuple[int, bool], float]:
    """Of a candidate, by the size of the batch and whether it is of one request or of several with
    32 candidates each, as variations are."""
    clock = _clock(poet.device)
    wish = Wish(Pattern.open(form), place=Place(torch.zeros(1, poet.latent_sizes[form]), 0.5))
    tasks = {
        (rows, several): [Piece(wish, seed, rows // count) for seed in range(count)]
        for rows in ROWS
        for several in (False, True)
        for count in [rows // _ALONE if several else 1]
        if count and (count > 1 or not several)
    }
    taken: dict[tuple[int, bool], list[float]] = defaultdict(list)
    chance = random.Random(0)
    for number in range(rounds + 1):
        for key in chance.sample(list(tasks), len(tasks)):
            begun = clock()
            poet.write(tasks[key])
            if number:  # the first round warms up
                taken[key].append((clock() - begun) / key[0])
    return {key: float(np.median(some)) * 1000 for key, some in taken.items()}


@click.command()
@click.option("--model", default=FLAGSHIP, show_default=True, help="A name, or a .safetensors.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="cpu")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--form", "forms", multiple=True, type=click.Choice([form.value for form in Form]))
def main(model: str, device: str, rounds: int, forms: tuple[str, ...]) -> None:
    """Print milliseconds a candidate; on a CPU all of it computes on one core."""
    torch.set_num_threads(1)
    poet = load_poet(model, device)
    shares = poet.warm_up().shares
    rows = []
    for form in tuple(map(Form, forms)) or poet.forms:
        cost = milliseconds(poet, form, rounds)
        for several in (False, True):
            name = f"of several requests, {_ALONE} each" if several else "of one request"
            cells = [cost.get((size, several)) for size in ROWS]
            rows.append((form.value, name, *("" if c is None else f"{c:.2f}" for c in cells)))
    print(
        f"{poet.label}, {poet.device}; batches of at most {poet.rows} candidates. A piece alone "
        f"and in company is {'the same' if shares else 'NOT the same'} here.\n"
    )
    print(table(["form", "batch", *(f"{size} candidates" for size in ROWS)], rows, words=2))


if __name__ == "__main__":
    main()
