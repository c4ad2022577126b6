"""Exits with 0 if the bot or the worker of this container says that it is well.

Decides whom to ask: the bot's page if it listens, else the worker's; what being well means is
theirs. A bot listens where QIBU_METRICS_LISTEN says, a worker on the port of `qibu worker`.
"""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request

_WORKER = "127.0.0.1:8077"


def _status(address: str) -> int | None:
    """The status of /healthz, or None if nobody listens there."""
    try:
        with urllib.request.urlopen(f"http://{address}/healthz", timeout=3) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def main() -> None:
    """Asks the bot, then the worker."""
    listen = os.environ.get("QIBU_METRICS_LISTEN", "")
    bot = "127.0.0.1:" + listen.rpartition(":")[2]
    sys.exit((_status(bot) or _status(_WORKER)) != 200)


main()
