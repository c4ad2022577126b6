"""What a training run is: network, forms, optimisation.

Decides the fields of a configuration file and their bounds; what they do is the trainer's.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from model.verse import Form


class ConfigError(Exception):
    """There is no such configuration, or it makes no sense; `str()` says what is wrong."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Optimisation(_Section):
    """How the loss is descended."""

    batch_size: int = Field(gt=0, description="five-character couplets; of longer forms fewer")
    learning_rate: float = Field(gt=0)
    epochs: int = Field(gt=0)
    parts: int = Field(default=1, gt=0, description="epochs that make one pass over the corpus")
    optimiser: Literal["adam", "muon"] = "adam"
    weight_decay: float = Field(default=0.0, ge=0)
    schedule: Literal["plateau", "trapezoid"] = "plateau"
    warm_up: int = Field(default=0, ge=0, description="steps in which a trapezoid's rate rises")
    cool_down: float = Field(
        default=0.2, ge=0, le=1, description="share of the steps in which it falls to nothing"
    )
    compiled: bool = Field(default=False, description="layers are compiled by torch first")
    precision: Literal["float32", "bfloat16"] = "float32"
    tolerance: float = Field(default=0.01, ge=0, description="nats that count as an improvement")
    decay: float = Field(
        default=0.3, gt=0, lt=1, description="factor of the rate where the bound stands still"
    )
    decays: int = Field(default=3, ge=0, description="how often the rate falls before the end")


class Config(_Section):
    """A training run; `options` go to the network as they are."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    network: str
    forms: tuple[Form, ...] = Field(min_length=1)
    minimum_count: int = Field(default=10, gt=0)
    seed: int = 0
    optimisation: Optimisation
    options: dict[str, Any] = {}

    @classmethod
    def load(cls, name_or_path: str) -> Config:
        """Reads a file, or by its name one that ships with Qibu. Raises ConfigError."""
        shipped = resources.files("model.training") / "configs"
        own = name_or_path.endswith(".toml")
        file = Path(name_or_path) if own else shipped / f"{name_or_path}.toml"
        if not file.is_file():
            names = sorted(f.name.removesuffix(".toml") for f in shipped.iterdir())
            raise ConfigError(
                f"no configuration {name_or_path!r}: give a .toml file or one of "
                + ", ".join(names)
            )
        try:
            return cls.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
            )
            raise ConfigError(f"{name_or_path}: {wrong}") from error
        except ValueError as error:  # not TOML, or not text at all
            raise ConfigError(f"{name_or_path} is no TOML: {error}") from error
