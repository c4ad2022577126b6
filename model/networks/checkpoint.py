"""A trained model in one safetensors file: weights, vocabulary and how to build the network.

Decides the file's layout and its digest; which file a name stands for is left to the poet.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from model.networks.discriminator import Discriminator, Sizes
from model.networks.vae import VAE, build
from model.vocabulary import Vocabulary

_JUDGING = "discriminator."


class CheckpointError(Exception):
    """The file is no model of Qibu; `str()` says why."""


@dataclass(frozen=True)
class Checkpoint:
    """A trained model and what must be known to use it.

    `training` holds what was measured while it was trained, by name, for people to read. A poet's
    judgement of verse, if it has learnt one, is kept with it: `discriminator` are its weights.
    """

    name: str
    network: str
    options: Mapping[str, Any]
    vocabulary: Vocabulary
    training: Mapping[str, Any]
    weights: Mapping[str, Tensor]
    discriminator: Mapping[str, Tensor] = field(default_factory=dict)
    discriminator_options: Mapping[str, Any] = field(default_factory=dict)

    def build(self, device: torch.device | str = "cpu") -> VAE:
        """The model, ready to evaluate, in float32. Raises CheckpointError if no network here has
        these options and weights."""
        try:
            model = build(self.network, self.options, self.vocabulary.size)
            model.load_state_dict({name: w.float() for name, w in self.weights.items()})
        except (TypeError, ValueError, RuntimeError) as error:
            raise _of_another(self.name, error) from error
        return model.to(device).eval()

    def build_discriminator(self, device: torch.device | str = "cpu") -> Discriminator | None:
        """What judges the model's verse, ready to use, in float32; None if it has not learnt to.
        Raises CheckpointError as `build` does."""
        if not self.discriminator:
            return None
        try:
            judge = Discriminator(Sizes(**self.discriminator_options))
            judge.load_state_dict({name: w.float() for name, w in self.discriminator.items()})
        except (TypeError, ValueError, RuntimeError) as error:
            raise _of_another(self.name, error) from error
        return judge.to(device).eval()

    def save(self, path: Path) -> None:
        """Writes the file at once or not at all."""
        facts = {
            "name": self.name,
            "network": self.network,
            "options": dict(self.options),
            "characters": self.vocabulary.characters,
            "training": dict(self.training),
            "discriminator": dict(self.discriminator_options),
        }
        judging = {f"{_JUDGING}{name}": w for name, w in self.discriminator.items()}
        save_atomically({**self.weights, **judging}, facts, path)

    @classmethod
    def load(cls, path: Path) -> Checkpoint:
        """Reads a file that `save` wrote. Raises CheckpointError if it is none."""
        tensors, facts = load_with_facts(path)
        judging = {
            name.removeprefix(_JUDGING): tensor
            for name, tensor in tensors.items()
            if name.startswith(_JUDGING)
        }
        weights = {name: t for name, t in tensors.items() if not name.startswith(_JUDGING)}
        try:
            return cls(
                facts["name"],
                facts["network"],
                facts["options"],
                Vocabulary(facts["characters"]),
                facts["training"],
                weights,
                judging,
                facts.get("discriminator", {}),
            )
        except KeyError as error:
            raise CheckpointError(f"{path} is no model of Qibu: no {error}") from error


def _of_another(name: str, error: Exception) -> CheckpointError:
    reason = str(error).strip().splitlines()[0].rstrip(":")
    return CheckpointError(f"{name} is of another Qibu: {reason}")


def digest(path: Path) -> str:
    """SHA-256 of the file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_atomically(tensors: dict[str, Tensor], facts: Mapping[str, Any], path: Path) -> None:
    """Writes tensors with facts as JSON; whoever reads finds the old file or the new one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    save_file(tensors, partial, {"qibu": json.dumps(facts, ensure_ascii=False, sort_keys=True)})
    partial.chmod(0o644)
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(path)


def load_with_facts(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Reads what `save_atomically` wrote. Raises CheckpointError if it is no such file."""
    try:
        with safe_open(path, framework="pt") as file:
            facts = (file.metadata() or {}).get("qibu")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (FileNotFoundError, IsADirectoryError) as error:
        raise CheckpointError(f"there is no model at {path}") from error
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} is no safetensors file: {error}") from error
    if facts is None:
        raise CheckpointError(f"{path} is no model of Qibu: it names no network")
    return tensors, json.loads(facts)
