"""`qibu worker`, which says what was spent until it listened, had loaded, and was ready.

Decides where the marks stand; what is done between them is the worker's own. Run by
`benchmarks.first_verse`, with a port, in whichever tree it starts.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any


def mark(name: str) -> None:
    """Says the processor time of this process, and what time it is."""
    print(json.dumps([name, time.process_time(), time.monotonic()]), flush=True)


class Ready(logging.Handler):
    """Marks the moment at which the worker says that it is ready."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg.startswith("ready"):
            mark("ready")


def load(model: str, device: str) -> Any:
    """The worker's poet; begun as soon as it listens."""
    mark("listening")
    from model.poet import load_poet  # noqa: PLC0415

    mark("torch")
    poet = load_poet(model, device)
    mark("loaded")
    return poet


def main() -> None:
    """Serves until it is killed."""
    # What the command line would have imported by now.
    import model.cli  # noqa: F401, PLC0415
    import qibu.cli  # noqa: F401, PLC0415
    from model.service.server import serve  # noqa: PLC0415
    from model.service.settings import WorkerSettings  # noqa: PLC0415

    logger = logging.getLogger("model.service.server")
    logger.setLevel(logging.INFO)
    logger.addHandler(Ready())
    serve(WorkerSettings(_env_file=None), host="127.0.0.1", port=int(sys.argv[1]), load=load)


main()
