"""How weights go down the loss: the optimisers of a run, and the learning rate of each step.

Decides which optimiser moves which weight, and the two schedules; when the bound stands still is
the trainer's to see.

Sources: Kingma & Ba 2015 (arXiv:1412.6980), Adam; Jordan et al. 2024, Muon
(kellerjordan.github.io/posts/muon), with the step sizes of Liu et al. 2025 (arXiv:2502.16982);
Hägele et al. 2024 (arXiv:2405.18392), the trapezoid.
"""

from __future__ import annotations

from torch import nn, optim

from model.training.config import Optimisation


def optimisers(model: nn.Module, optimisation: Optimisation) -> list[optim.Optimizer]:
    """Adam for all weights; or Muon for the matrices between layers and Adam for the others."""
    rate, decay = optimisation.learning_rate, optimisation.weight_decay
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    if optimisation.optimiser == "adam":
        return [optim.Adam(weights, rate, weight_decay=decay)]
    vectors = {id(module.weight) for module in model.modules() if isinstance(module, nn.Embedding)}
    matrices = [weight for weight in weights if weight.dim() == 2 and id(weight) not in vectors]
    moved = {id(weight) for weight in matrices}
    others = [weight for weight in weights if id(weight) not in moved]
    return [
        optim.Muon(matrices, rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw"),
        optim.AdamW(others, rate, weight_decay=0.0, betas=(0.9, 0.98), fused=True),
    ]


def learning_rate(optimisation: Optimisation, step: int, steps: int, decays: int) -> float:
    """The rate of a step out of `steps`, after the bound stood still `decays` times."""
    if optimisation.schedule == "plateau":
        return optimisation.learning_rate * optimisation.decay**decays
    warm = min(1.0, (step + 1) / max(1, optimisation.warm_up))
    cool = min(1.0, (steps - step) / max(1.0, optimisation.cool_down * steps))
    return optimisation.learning_rate * warm * max(0.0, cool)
