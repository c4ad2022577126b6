"""Which models ship with Qibu, and what a name stands for.

Decides where weights are found and on which device they are put; what is done with them is the
poet's.
"""

from __future__ import annotations

from pathlib import Path

import torch

from model.networks.checkpoint import Checkpoint, CheckpointError, digest
from model.poet.poet import CANDIDATES, Poet
from model.poet.tables import Tables

FLAGSHIP = "transformer"
"""The model that QIBU_MODEL stands for where it is not set."""

SEED_MODEL = "gcnn"
"""The first seed's model, beside which others are measured."""

_SHIPPED = Path(__file__).parent.parent / "shipped"
_TABLES = "tables"


def model_path(name_or_path: str) -> Path:
    """The file of a model that ships with Qibu, or a file by its path.

    Raises CheckpointError with the names there are.
    """
    path = Path(name_or_path)
    if path.suffix == ".safetensors":
        return path
    path = _SHIPPED / f"{name_or_path}.safetensors"
    if name_or_path == _TABLES or not path.is_file():
        names = sorted({file.stem for file in _SHIPPED.glob("*.safetensors")} - {_TABLES})
        raise CheckpointError(
            f"there is no model {name_or_path!r}: give the path of a .safetensors file or one of "
            + ", ".join(names)
        )
    return path


def load_tables() -> Tables:
    """The tables that ship with Qibu."""
    return Tables.load(_SHIPPED / f"{_TABLES}.safetensors")


def choose_device(name: str) -> torch.device:
    """`cpu`, `cuda`, or with `auto` the GPU if there is one.

    Raises CheckpointError if a GPU is asked for and there is none.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cuda" and not torch.cuda.is_available():
        raise CheckpointError(
            "torch finds no GPU here: set the device (QIBU_DEVICE, or --device) to auto or cpu"
        )
    return torch.device(name)


def load_poet(
    name_or_path: str = FLAGSHIP, device: str = "auto", candidates: int = CANDIDATES
) -> Poet:
    """Loads a model and the tables; of `candidates` verses the poet keeps the best one.

    Raises CheckpointError if there is no such model.
    """
    path = model_path(name_or_path)
    chosen = choose_device(device)
    return Poet(Checkpoint.load(path), digest(path), load_tables(), chosen, candidates)
