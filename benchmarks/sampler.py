"""What drawing a character costs under all rules, beside drawing with `torch.multinomial`.

Decides what is timed; how characters are drawn is left to the poet's `decoding`. Both write the
same forms by turns in one run, and what is timed is processor time, so that a busy machine changes
little. Run as `python -m benchmarks.sampler`.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict

import click
import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from benchmarks.markdown import table
from model.networks.vae import likeliest
from model.poet import FLAGSHIP
from model.poet.decoding import Choice, Rules, Sounds, chances, free, seeded
from model.poet.poet import CANDIDATES
from model.poet.precision import half_precision
from model.poet.shipped import load_poet
from model.verse import Form

_CPU = torch.device("cpu")
OURS, MULTINOMIAL, NONE = "sums of blocks", "torch.multinomial", "none: the likeliest character"


class Multinomial(Choice):
    """The same rules; torch draws, with a random number for every character there is."""

    def _draw(self, position: int) -> Tensor:  # noqa: ARG002
        weights = torch.softmax(self._logits / self._heat, -1)
        least = self._least * weights.amax(-1, keepdim=True)
        weights.masked_fill_(weights < least, 0)
        return torch.multinomial(weights, 1).squeeze(1)


@click.command()
@click.option("--model", default=FLAGSHIP, show_default=True, help="A name, or a .safetensors.")
@click.option("--rounds", type=click.IntRange(1), default=10, show_default=True)
@click.option("--form", "forms", multiple=True, type=click.Choice([form.value for form in Form]))
@torch.inference_mode()
def main(model: str, rounds: int, forms: tuple[str, ...]) -> None:
    """Print milliseconds of a core for a character of 128 candidates."""
    torch.set_num_threads(1)
    poet = load_poet(model, "cpu")
    precision = half_precision(_CPU) or torch.float32
    writer = poet.model.to(precision).at(poet.model.writing.noise)
    sounds = Sounds(poet.vocabulary, _CPU)
    chosen = [Form(name) for name in forms or (Form.COUPLET5.value, Form.JUEJU7.value)]
    taken: dict[tuple[Form, str], list[float]] = defaultdict(list)
    chance = random.Random(0)
    for number in tqdm(range(rounds + 1), desc="rounds", leave=False):
        for form in chosen:
            rules = Rules(form, sounds)
            for name in chance.sample([OURS, MULTINOMIAL, NONE], 3):
                generator = seeded(number, _CPU)
                size = poet.latent_sizes[form]
                z = writer.prior.sample(CANDIDATES, size, generator).to(precision)
                nothing = free(CANDIDATES, form.size, _CPU)
                patterns = rules.assign(nothing, generator)
                numbers = chances(CANDIDATES, form.size, generator)
                kind = Multinomial if name == MULTINOMIAL else Choice
                by_rules = kind(rules, nothing, patterns, 1.0, numbers, least=writer.writing.least)
                begun = time.thread_time()
                writer.decoder.write(z, form.size, likeliest if name == NONE else by_rules)
                if number:  # the first round warms up
                    taken[form, name].append(1000 * (time.thread_time() - begun) / form.size)
    rows = []
    for form in chosen:
        bare = float(np.median(taken[form, NONE]))
        for name in (NONE, OURS, MULTINOMIAL):
            whole = float(np.median(taken[form, name]))
            rows.append((form.value, name, f"{whole:.1f}", f"{whole - bare:.1f}"))
    print(
        f"{poet.label}, {precision}, {CANDIDATES} candidates; milliseconds of one core for one "
        f"character of each, medians of {rounds} rounds.\n"
    )
    print(table(["form", "how it is drawn", "network and draw", "draw"], rows, words=2))


if __name__ == "__main__":
    main()
