"""How a discriminator is learnt for a trained poet, and put into the poet's file.

Decides how many verses are composed for it, in which order they are seen, and what is measured; the
layers are the discriminator's own, the verses come from `specimens`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, optim
from torch.nn import functional
from tqdm import tqdm

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.corpus.source import SourceError
from model.networks.checkpoint import Checkpoint, CheckpointError
from model.networks.discriminator import Discriminator, Sizes
from model.networks.vae import VAE
from model.poet.drafting import Drafter
from model.refinement.specimens import Specimens, composed, real
from model.verse import Form

_HELD_OUT = 2000
_TO_EACH_REAL = 3  # composed verses: more, and the few real ones would be learnt by heart
_WARM_UP = 100
_READ_AT_ONCE = 500


@dataclass(frozen=True)
class Plan:
    """How much is composed, and how the discriminator goes down its loss."""

    verses: int = 40_000
    """Composed verses of each form that are learnt from, fewer where real verse is rare."""
    passes: int = 2
    batch_size: int = 512
    """Verses of a step, half of them real; of longer forms as many as have as many characters."""
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    layers: int = 3
    seed: int = 7


Figures = dict[Form, float]
"""The area under the ROC curve on verse of each form that was not learnt from; .5 is chance."""


def refine(
    path: Path,
    corpus: Corpus,
    *,
    plan: Plan,
    device: torch.device,
    show: Callable[[str], None],
) -> Figures:
    """Learns a discriminator for the model in `path` and keeps it there.

    Raises CheckpointError if the file is no model of Qibu, or one that is no language model, and
    SourceError if no verse of the corpus keeps the rules.
    """
    checkpoint = Checkpoint.load(path)
    model = checkpoint.build(device)
    drafter = Drafter(model, checkpoint.vocabulary)
    size = _state_size(model)
    learnt, held_out = _specimens(drafter, corpus, checkpoint, plan)
    torch.manual_seed(plan.seed)
    discriminator = Discriminator(Sizes(size, layers=plan.layers)).to(device)
    _descend(discriminator, model, learnt, plan)
    figures = {form: area(discriminator, model, verses) for form, verses in held_out.items()}
    weights = discriminator.state_dict()
    options = discriminator.sizes.as_options()
    replace(checkpoint, discriminator=weights, discriminator_options=options).save(path)
    for form, figure in figures.items():
        show(f"{form.value}: told from real verse with an area of {figure:.3f}")
    return figures


def _state_size(model: VAE) -> int:
    form = model.forms[0]
    reading = model.read(torch.ones(1, form.size, dtype=torch.long, device=model.device))
    if reading is None:
        raise CheckpointError("a discriminator reads on from a language model, and this is none")
    return reading.states.shape[-1]


def _specimens(
    drafter: Drafter, corpus: Corpus, checkpoint: Checkpoint, plan: Plan
) -> tuple[dict[Form, Specimens], dict[Form, Specimens]]:
    """What is learnt from, and what is held out for the figures, of each form in which real verse
    keeps the rules."""
    characters = len(checkpoint.vocabulary.characters)
    learnt: dict[Form, Specimens] = {}
    held_out: dict[Form, Specimens] = {}
    for form in drafter.forms:
        of_part = {
            part: torch.from_numpy(real(drafter, corpus, form, part, characters))
            for part in (Part.TRAIN, Part.VALIDATION)
        }
        if not all(len(verses) for verses in of_part.values()):
            continue
        wanted = min(plan.verses, _TO_EACH_REAL * len(of_part[Part.TRAIN])) + _HELD_OUT
        with tqdm(total=wanted, desc=f"composing {form.value}", unit="verse") as bar:
            own = torch.from_numpy(composed(drafter, form, wanted, plan.seed, bar.update))
        learnt[form] = Specimens(of_part[Part.TRAIN], own[_HELD_OUT:])
        held_out[form] = Specimens(of_part[Part.VALIDATION], own[:_HELD_OUT])
    if not learnt:
        raise SourceError("no verse of the corpus keeps the rules that verse is composed by")
    return learnt, held_out


def _descend(
    discriminator: Discriminator, model: VAE, learnt: dict[Form, Specimens], plan: Plan
) -> None:
    optimiser = optim.AdamW(
        discriminator.parameters(), plan.learning_rate, weight_decay=plan.weight_decay
    )
    batches = list(_batches(learnt, plan))
    discriminator.train()
    bar = tqdm(batches, desc="discriminator", unit="batch", mininterval=1.0)
    average = 0.0
    for step, (form, chosen_real, chosen_own) in enumerate(bar):
        verses = learnt[form]
        ids = torch.cat([verses.real[chosen_real], verses.composed[chosen_own]]).long()
        ids = ids.to(model.device)
        answers = torch.zeros(len(ids), device=model.device)
        answers[: len(chosen_real)] = 1.0
        left = 1 - step / len(batches)
        for group in optimiser.param_groups:
            group["lr"] = plan.learning_rate * min(1.0, (step + 1) / _WARM_UP) * left
        with torch.autocast(ids.device.type, torch.bfloat16):
            odds = _odds(discriminator, model, ids)
            loss = functional.binary_cross_entropy_with_logits(odds.float(), answers)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        average += (loss.item() - average) / min(step + 1, 100)
        bar.set_postfix({"nats": f"{average:.3f}"}, refresh=False)
    discriminator.eval()


def _batches(learnt: dict[Form, Specimens], plan: Plan) -> Iterator[tuple[Form, Tensor, Tensor]]:
    """Rows of real and of composed verse for each step, forms mixed; real verse of a form that has
    less than was composed is seen again."""
    order = np.random.default_rng(plan.seed)
    steps: list[tuple[Form, Tensor, Tensor]] = []
    for form, verses in learnt.items():
        half = max(1, plan.batch_size * Form.COUPLET5.size // form.size // 2)
        for _ in range(plan.passes):
            own = order.permutation(len(verses.composed))
            again = -(-len(own) // len(verses.real))
            others = np.concatenate([order.permutation(len(verses.real)) for _ in range(again)])
            for first in range(0, len(own) - half + 1, half):
                rows = slice(first, first + half)
                steps.append((form, torch.from_numpy(others[rows]), torch.from_numpy(own[rows])))
    yield from (steps[i] for i in order.permutation(len(steps)))


@torch.no_grad()
def area(discriminator: Discriminator, model: VAE, verses: Specimens) -> float:
    """The area under the ROC curve of a discriminator's answers."""
    answers = np.repeat([1, 0], [len(verses.real), len(verses.composed)])
    every = torch.cat([verses.real, verses.composed]).long().to(model.device)
    odds = torch.cat(
        [
            _odds(discriminator, model, every[first : first + _READ_AT_ONCE]).cpu()
            for first in range(0, len(every), _READ_AT_ONCE)
        ]
    )
    return float(roc_auc_score(answers, odds.float().numpy()))


def _odds(discriminator: Discriminator, model: VAE, ids: Tensor) -> Tensor:
    """Log odds of verses (B, L), (B,); what the poet's own states are is not learnt."""
    with torch.no_grad():
        reading = model.read(ids)
    assert reading is not None
    odds: Tensor = discriminator(ids, reading)
    return odds
