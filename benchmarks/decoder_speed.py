"""How fast decoders write, alone: neither rules nor ranking nor chance.

Decides batches, turns and threads; how a decoder writes is the network's. Models take turns in an
order of chance, so that a busy machine slows all of them.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import numpy as np
import torch
from tqdm import tqdm

from benchmarks.poet_speed import seconds
from model.networks.vae import VAE, likeliest
from model.verse import Form

BATCHES = (1, 128)


@torch.inference_mode()
def verses_a_second(
    models: Mapping[str, VAE], form: Form, rounds: int
) -> tuple[dict[str, tuple[float, ...]], float]:
    """The median over rounds, for each of BATCHES, on one thread; and the share of a core that the
    run had."""
    tasks = {}
    for name, model in models.items():
        generator = torch.Generator(model.device).manual_seed(0)
        decoder = model.at(model.writing.noise).decoder
        for batch in BATCHES:
            z = model.prior.sample(batch, model.latent_sizes[form], generator)  # (B, Z)
            tasks[name, batch] = partial(decoder.write, z, form.size, likeliest)
    taken: dict[tuple[str, int], list[float]] = defaultdict(list)
    chance = random.Random(0)
    start, busy = time.perf_counter(), time.process_time()
    with _one_thread():
        for number in tqdm(range(rounds + 1), desc="speed", unit="round", leave=False):
            for name, batch in chance.sample(list(tasks), len(tasks)):
                one = seconds(tasks[name, batch], models[name].device.type)
                if number:  # the first round warms up
                    taken[name, batch].append(one)
    share = (time.process_time() - busy) / (time.perf_counter() - start)
    verses = {
        name: tuple(float(batch / np.median(taken[name, batch])) for batch in BATCHES)
        for name in models
    }
    return verses, share


@contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
