"""A process with an embedded worker: prints the worker's process id once it is ready, and waits."""

from __future__ import annotations

import asyncio

from bot.poet import EmbeddedWorker
from tests.model.service.process import COMMAND


async def main() -> None:
    worker = EmbeddedWorker(command=COMMAND)
    await worker.start()
    await worker.wait_ready(60)
    print(worker.pid, flush=True)  # noqa: T201
    await asyncio.Event().wait()


asyncio.run(main())
