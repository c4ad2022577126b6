"""`python -m tests.model.service.worker`: a process like `qibu worker`, with the tests' poet.

Decides how a test holds the poet back, while it loads or in a call that waits (the files that
QIBU_TEST_LOAD_AFTER and QIBU_TEST_GO_ON_AFTER name must appear), or makes it fail, at once or with
what torch says of its threads; all else is the product's `serve`.
"""

from __future__ import annotations

import argparse
import logging
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

from model.service.server import serve
from model.service.settings import WorkerSettings

if TYPE_CHECKING:
    from model.poet import Poet
    from tests.model.service.poet import TinyPoet


def _load(model: str, device: str) -> Poet:
    from tests.model.service.poet import TinyPoet  # noqa: PLC0415

    if model == "missing":
        raise FileNotFoundError("no poet is called missing")
    if model == "threads":
        import torch  # noqa: PLC0415

        raise RuntimeError(f"{torch.get_num_threads()} thread")
    _wait_for_file("QIBU_TEST_LOAD_AFTER")
    poet = TinyPoet()
    if "QIBU_TEST_GO_ON_AFTER" in os.environ:
        threading.Thread(target=_let_go_on, args=(poet,), daemon=True).start()
    return cast("Poet", poet)


def _let_go_on(poet: TinyPoet) -> None:
    _wait_for_file("QIBU_TEST_GO_ON_AFTER")
    poet.go_on.set()


def _wait_for_file(variable: str) -> None:
    awaited = os.environ.get(variable)
    while awaited and not Path(awaited).exists():
        time.sleep(0.01)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--exit-with-parent", action="store_true")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    serve(
        WorkerSettings(_env_file=None),
        host=given.host,
        port=given.port,
        exit_with_parent=given.exit_with_parent,
        load=_load,
    )


if __name__ == "__main__":
    main()
