"""The worker as replicas of a cluster, on Ray Serve (extra `cluster`).

Decides what a replica is: one process with the same engine, app and poet as `qibu worker`; how many
there are, on which part of a GPU each computes, and how they are replaced, is left to Ray and to
ops/cluster.yaml.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from ray import serve

from model.service.app import create_app
from model.service.engine import Engine
from model.service.pool import Pool
from model.service.server import DRAIN_LIMIT, calm_torch, load_poet
from model.service.settings import WorkerSettings
from qibu import logs


class ReplicaSettings(BaseModel):
    """What `args` of the application may hold; all else comes from the environment, as the
    worker's settings do. Another model is another version: Ray replaces the replicas in turn."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = "transformer"
    version: str = ""
    """Any text; to be changed when the file of the model was, under the same name."""


class Replica:
    """One engine with its poet; ready once the first verse is written."""

    def __init__(self, given: ReplicaSettings) -> None:
        """Returns when the poet is loaded: until then Ray sends no requests here."""
        self._filling: asyncio.Task[None] | None = None
        logs.configure(logs.LogSettings())
        calm_torch()
        self._settings = WorkerSettings(model=given.model)
        self._engine = Engine(lambda: load_poet(self._settings.model, self._device()))
        self._pool = Pool(
            self._settings.pool_size, self._settings.pool_choice, metrics=self._engine.metrics
        )
        self._engine.start()
        self._engine.loaded.result()
        self._filling = asyncio.create_task(self._pool.fill(self._engine))

    def __serve_build_asgi_app__(self) -> FastAPI:
        """The same app as a worker's."""
        return create_app(self._engine, self._settings, self._pool)

    def check_health(self) -> None:
        """Raises where only a new process helps; Ray starts one."""
        if not self._engine.live:
            raise RuntimeError("the compute thread is dead or stuck")

    async def __del__(self) -> None:
        """Ray calls this when requests have ended, or had their time to."""
        if self._filling is None:
            return  # the poet never came
        self._filling.cancel()
        await asyncio.gather(self._filling, return_exceptions=True)
        await asyncio.wait_for(self._engine.drain(), DRAIN_LIMIT)

    def _device(self) -> str:
        """A replica that Ray gave no GPU computes without one, whatever the machine has."""
        if self._settings.device == "auto" and not os.environ.get("CUDA_VISIBLE_DEVICES"):
            return "cpu"
        return self._settings.device


def build(args: dict[str, Any]) -> Any:
    """The application that ops/cluster.yaml names; its deployment is called `worker` there."""
    given = ReplicaSettings.model_validate(args)
    return serve.deployment(serve.ingress()(Replica), name="worker").bind(given)
