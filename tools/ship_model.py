"""Puts a trained model where it ships, in half the precision it was trained in.

Decides the precision of weights that ship alone; whether they are good enough is for
`qibu evaluate` to say, and for a reader.

    python -m tools.ship_model runs/transformer/transformer.safetensors
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click
import torch
from torch import Tensor

from model.networks.checkpoint import Checkpoint

_SHIPPED = Path(__file__).parent.parent / "model" / "shipped"


@click.command()
@click.argument("trained", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def main(trained: Path) -> None:
    """Writes model/shipped/NAME.safetensors."""
    checkpoint = Checkpoint.load(trained)
    shipped = _SHIPPED / f"{checkpoint.name}.safetensors"
    replace(
        checkpoint,
        weights=_halved(checkpoint.weights),
        discriminator=_halved(checkpoint.discriminator),
    ).save(shipped)
    click.echo(f"{shipped.name}: {shipped.stat().st_size / 1e6:.1f} MB")


def _halved(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {
        name: weight.to(torch.float16) if weight.is_floating_point() else weight
        for name, weight in weights.items()
    }


if __name__ == "__main__":
    main()
