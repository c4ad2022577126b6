"""What an operator sets about a worker, from the environment or `.env`.

Decides names, defaults and allowed values; where the worker listens is left to its command line,
and the format of logs to the root command.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class WorkerSettings(BaseSettings):
    """`QIBU_WORKER_KEY` and the like, one for each field; an empty value counts as unset."""

    model_config = SettingsConfigDict(
        env_prefix="QIBU_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    worker_key: SecretStr | None = None
    """Shared secret of bot and worker; without one the worker listens on loopback only."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    model: str = "transformer"
    """A poet that ships with the package, or a path to one."""
    worker_quota: int = Field(default=240, ge=0, le=1_000_000)
    """Verses a minute that each caller named by `Qibu-User` may have; 0 sets no bound."""
    pool_size: int = Field(default=24, ge=0, le=1024)
    """Verses of each form that are composed ahead; 0 composes none."""
    pool_choice: int = Field(default=4, ge=1, le=64)
    """Seeds that are composed for each verse of the pool, of which the best is kept."""
