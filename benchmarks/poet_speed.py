"""How long people wait for a verse, beside a generator of GPT-2's size, and how fast batches go.

Decides which requests are timed and in which order; what a poet does for them is its own affair.
Poet and generator take turns in one run and compute in one precision, so that a busy machine slows
both: the ratio counts more than the seconds. Run as `python -m benchmarks.poet_speed`.
"""

from __future__ import annotations

import copy
import itertools
import math
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

import click
import numpy as np
import torch
from tqdm import tqdm

from benchmarks.gpt2 import GPT2
from benchmarks.markdown import table
from model.networks.vae import likeliest
from model.poet import FLAGSHIP, Near, Poet, load_poet
from model.poet.poet import CANDIDATES
from model.poet.precision import half_precision
from model.verse import Form, Pattern, Verse

GENERATOR = "GPT-2 class"
BATCHES = (1, 8, 32, 128)
DISTANCE = 0.5

VERSES = {
    Form.COUPLET5: (
        "白日依山尽，黄河入海流。",
        "明月松间照，清泉石上流。",
        "海内存知己，天涯若比邻。",
        "野火烧不尽，春风吹又生。",
    ),
    Form.COUPLET7: (
        "无边落木萧萧下，不尽长江滚滚来。",
        "两个黄鹂鸣翠柳，一行白鹭上青天。",
        "身无彩凤双飞翼，心有灵犀一点通。",
        "山重水复疑无路，柳暗花明又一村。",
    ),
    Form.JUEJU5: (
        "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。",
        "千山鸟飞绝，万径人踪灭。孤舟蓑笠翁，独钓寒江雪。",
        "红豆生南国，春来发几枝。愿君多采撷，此物最相思。",
        "移舟泊烟渚，日暮客愁新。野旷天低树，江清月近人。",
    ),
    Form.JUEJU7: (
        "朝辞白帝彩云间，千里江陵一日还。两岸猿声啼不住，轻舟已过万重山。",
        "月落乌啼霜满天，江枫渔火对愁眠。姑苏城外寒山寺，夜半钟声到客船。",
        "故人西辞黄鹤楼，烟花三月下扬州。孤帆远影碧空尽，唯见长江天际流。",
        "葡萄美酒夜光杯，欲饮琵琶马上催。醉卧沙场君莫笑，古来征战几人回。",
    ),
}
THEMES = ("明月", "秋", "江南", "故人")
HEADS = ("春夏秋冬", "梅兰竹菊", "风花雪月", "江山如画")

Request = Callable[[Poet, Form, int], object]
"""Asks a poet for one verse of a form; the number varies what is asked, and is the seed."""


def _verse(form: Form, number: int) -> Verse:
    return Verse.parse(VERSES[form][number % len(VERSES[form])])


def _theme(poet: Poet, form: Form, number: int) -> object:
    return poet.compose(form, seed=number, theme=THEMES[number % len(THEMES)])


def _acrostic(poet: Poet, form: Form, number: int) -> object:
    heads = HEADS[number % len(HEADS)][: form.line_count]
    return poet.compose(form, seed=number, acrostic=heads)


def _from_first_line(poet: Poet, form: Form, number: int) -> object:
    known = _verse(form, number).lines[0]
    open_cells = (None,) * (form.size - len(known))
    return poet.complete(Pattern(form, (*known, *open_cells)), seed=number)


def _variation(poet: Poet, form: Form, number: int) -> object:
    return poet.compose(form, seed=number, near=Near(_verse(form, number), distance=DISTANCE))


REQUESTS: dict[str, Request] = {
    "plain": lambda poet, form, number: poet.compose(form, seed=number),
    "theme": _theme,
    "acrostic": _acrostic,
    "from its first line": _from_first_line,
    "variation": _variation,
    "reconstruction": lambda poet, form, number: poet.reconstruct(_verse(form, number), seed=0),
}


def seconds(task: Callable[[], object], device: str) -> float:
    """How long a task takes, until the device has done all of it."""
    start = time.perf_counter()
    task()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def _generated(generator: GPT2, form: Form, _: int) -> object:
    return generator.write(1, form.size)


def waits(poet: Poet, forms: Sequence[Form], generator: GPT2, rounds: int) -> str:
    """A table of what one verse takes by form and request."""
    tasks: dict[tuple[Form, str], Callable[[int], object]] = {}
    for form in forms:
        for name, request in REQUESTS.items():
            tasks[form, name] = partial(request, poet, form)
        tasks[form, GENERATOR] = partial(_generated, generator, form)
    taken: dict[tuple[Form, str], list[float]] = defaultdict(list)
    chance = random.Random(0)
    with tqdm(desc="waits", total=(rounds + 1) * len(tasks), leave=False) as bar:
        for number in range(rounds + 1):
            for key in chance.sample(list(tasks), len(tasks)):
                one = seconds(partial(tasks[key], number), poet.device)
                bar.update()
                if number:  # the first round warms up
                    taken[key].append(one)
    rows = []
    for form in forms:
        other = float(np.median(taken[form, GENERATOR]))
        for name in (*REQUESTS, GENERATOR):
            median, slow = np.quantile(taken[form, name], [0.5, 0.9])
            rows.append(
                (form.value, name, f"{median:.3f}", f"{slow:.3f}", f"{other / median:.2f} ×")
            )
    head = ["form", "request", "median, s", "p90, s", f"as fast as the {GENERATOR} generator"]
    return table(head, rows, words=2)


@torch.inference_mode()
def throughput(poet: Poet, forms: Sequence[Form], generator: GPT2, rounds: int) -> str:
    """A table of verses a second by form and batch, of the likeliest characters alone: neither
    rules nor ranking nor chance."""
    model = copy.deepcopy(poet.model).to(generator.dtype).at(1.0)
    random_numbers = torch.Generator(model.device).manual_seed(0)
    taken: dict[tuple[Form, str, int], list[float]] = defaultdict(list)
    steps = list(itertools.product(range(rounds + 1), BATCHES, forms))
    for number, batch, form in tqdm(steps, desc="throughput", leave=False):
        z = model.prior.sample(batch, poet.latent_sizes[form], random_numbers)  # (B, Z)
        ours = partial(model.decoder.write, z.to(generator.dtype), form.size, likeliest)
        theirs = partial(generator.write, batch, form.size)
        for name, task in ((poet.name, ours), (GENERATOR, theirs)):
            one = seconds(task, poet.device)
            if number:  # the first round warms up
                taken[form, name, batch].append(one)
    rows = [
        (form.value, name, *(f"{b / np.median(taken[form, name, b]):,.1f}" for b in BATCHES))
        for form in forms
        for name in (poet.name, GENERATOR)
    ]
    return table(["form", "decoder", *(f"batch {b}" for b in BATCHES)], rows, words=2)


@click.command()
@click.option("--model", default=FLAGSHIP, show_default=True, help="A name, or a .safetensors.")
@click.option("--candidates", type=click.IntRange(1), default=CANDIDATES, show_default=True)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="cpu")
@click.option("--rounds", type=click.IntRange(1), default=20, show_default=True)
@click.option("--form", "forms", multiple=True, type=click.Choice([form.value for form in Form]))
def main(model: str, candidates: int, device: str, rounds: int, forms: tuple[str, ...]) -> None:
    """Print both tables. On a CPU all of it computes on one core."""
    torch.set_num_threads(1)
    poet = load_poet(model, device, candidates=candidates)
    torch.manual_seed(0)
    # The precision in which the poet writes.
    precision = half_precision(poet.model.device) or torch.float32
    generator = GPT2(poet.vocabulary.size).to(poet.model.device, precision).eval()
    weights = sum(parameter.numel() for parameter in generator.parameters())
    start, busy = time.perf_counter(), time.process_time()
    chosen = tuple(map(Form, forms)) or poet.forms
    tables = [
        waits(poet, chosen, generator, rounds),
        throughput(poet, chosen, generator, math.ceil(rounds / 5)),
    ]
    share = (time.process_time() - busy) / (time.perf_counter() - start)
    print(
        f"{poet.label}, {poet.parameters:,} parameters and {candidates} candidates, beside "
        f"{weights:,} of the {GENERATOR} generator; {poet.device}, {precision}, one thread, "
        f"{rounds} rounds. The run had {share:.0%} of a core: much less than 100% means that the "
        "machine was busy with something else.\n\n"
        "One verse, under all rules and ranked; the generator writes as many characters, once, "
        "under none.\n"
    )
    print("\n\nThe likeliest characters alone, verses a second.\n\n".join(tables))


if __name__ == "__main__":
    main()
