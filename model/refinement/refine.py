"""How a discriminator is learnt for a trained poet, and put into the poet's file.

Decides how many verses are composed for it, in which order they are seen, and what is measured; the
layers are the discriminator's own, the verses come from `specimens`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, optim
from torch.nn import functional
from tqdm import tqdm

from model.corpus.encode import Corpus, Ids
from model.corpus.poems import Part
from model.corpus.source import SourceError
from model.networks.checkpoint import Checkpoint, CheckpointError
from model.networks.discriminator import Discriminator, Sizes
from model.networks.vae import VAE
from model.poet.drafting import Drafter
from model.refinement.specimens import Specimens, composed, mismatched, real
from model.verse import Form

_HELD_OUT = 2000
_TO_EACH_REAL = 3  # composed verses: more, and the few real ones would be learnt by heart
_MISMATCHED = 1 / 3  # of what is not real; the rest is composed
_WARM_UP = 100
_READ_AT_ONCE = 500

_Rows = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Plan:
    """How much is composed, and how the discriminator goes down its loss."""

    verses: int = 40_000
    """Composed verses of each form that are learnt from, fewer where real verse is rare; with
    them go half as many real lines that do not belong together."""
    passes: int = 2
    batch_size: int = 512
    """Verses of a step, half of them real; of longer forms as many as have as many characters."""
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    layers: int = 3
    seed: int = 7


@dataclass(frozen=True)
class Areas:
    """How well real verse that was not learnt from is told from other verse: areas under the ROC
    curve, of which .5 is chance."""

    composed: float
    mismatched: float


Figures = dict[Form, Areas]


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
    figures = {form: areas(discriminator, model, verses) for form, verses in held_out.items()}
    weights = discriminator.state_dict()
    options = discriminator.sizes.as_options()
    replace(checkpoint, discriminator=weights, discriminator_options=options).save(path)
    for form, told in figures.items():
        show(
            f"{form.value}: real verse is told from composed verse with an area of "
            f"{told.composed:.3f}, from mismatched lines with {told.mismatched:.3f}"
        )
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
        known, unknown = (
            real(drafter, corpus, form, part, characters) for part in (Part.TRAIN, Part.VALIDATION)
        )
        if not len(known) or not len(unknown):
            continue
        wanted = min(plan.verses, _TO_EACH_REAL * len(known)) + _HELD_OUT
        with tqdm(total=wanted, desc=f"composing {form.value}", unit="verse") as bar:
            own = composed(drafter, form, wanted, plan.seed, bar.update)
        parted = mismatched(drafter, form, known, wanted, plan.seed)
        learnt[form] = Specimens(known, own[_HELD_OUT:], parted)
        parted = mismatched(drafter, form, unknown, _HELD_OUT, plan.seed)
        held_out[form] = Specimens(unknown, own[:_HELD_OUT], parted)
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
    for step, (form, rows) in enumerate(bar):
        chosen = [kind[i] for kind, i in zip(learnt[form].kinds, rows, strict=False)]
        ids = torch.from_numpy(np.concatenate(chosen).astype(np.int64)).to(model.device)
        answers = torch.zeros(len(ids), device=model.device)
        answers[: len(rows[0])] = 1.0
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


def _batches(learnt: dict[Form, Specimens], plan: Plan) -> Iterator[tuple[Form, list[_Rows]]]:
    """Rows of real, composed and mismatched verse for each step, forms mixed; what there is less
    of than was composed is seen again."""
    order = np.random.default_rng(plan.seed)

    def rows(verses: Ids, at_once: int, steps: int) -> list[_Rows]:
        again = -(-at_once * steps // len(verses))
        every = np.concatenate([order.permutation(len(verses)) for _ in range(again)])
        return [every[i * at_once : (i + 1) * at_once] for i in range(steps)]

    batches: list[tuple[Form, list[_Rows]]] = []
    for form, verses in learnt.items():
        half = max(2, plan.batch_size * Form.COUPLET5.size // form.size // 2)
        parted = round(half * _MISMATCHED) if len(verses.mismatched) else 0
        steps = max(1, plan.passes * len(verses.composed) // (half - parted))
        shares = (half, half - parted, parted)
        of_kinds = [rows(kind, n, steps) for kind, n in zip(verses.kinds, shares, strict=True) if n]
        batches += [(form, list(of_step)) for of_step in zip(*of_kinds, strict=True)]
    yield from (batches[i] for i in order.permutation(len(batches)))


@torch.no_grad()
def areas(discriminator: Discriminator, model: VAE, verses: Specimens) -> Areas:
    """How well a discriminator tells real verse from what is none."""

    def odds(kind: Ids) -> npt.NDArray[np.floating]:
        ids = torch.from_numpy(kind.astype(np.int64)).to(model.device)
        answers = [
            _odds(discriminator, model, some).cpu() for some in torch.split(ids, _READ_AT_ONCE)
        ]
        return torch.cat(answers).float().numpy()

    def area(kind: Ids) -> float:
        if not len(kind):
            return math.nan
        answers = np.repeat([1, 0], [len(verses.real), len(kind)])
        return float(roc_auc_score(answers, np.concatenate([of_real, odds(kind)])))

    of_real = odds(verses.real)
    return Areas(area(verses.composed), area(verses.mismatched))


def _odds(discriminator: Discriminator, model: VAE, ids: Tensor) -> Tensor:
    """Log odds of verses (B, L), (B,); what the poet's own states are is not learnt."""
    with torch.no_grad():
        reading = model.read(ids)
    assert reading is not None
    odds: Tensor = discriminator(ids, reading)
    return odds
