"""The poet as the bot sees it: over HTTP, in a process of its own.

Decides how a worker is reached, waited for and restarted; what to ask of it is left to the use
cases.
"""

from bot.poet.address import Endpoint, WorkerAddress
from bot.poet.client import PoetClient
from bot.poet.embedded import EmbeddedWorker
from bot.poet.errors import PoetRefused, PoetUnavailable
from bot.poet.load import Load

__all__ = [
    "EmbeddedWorker",
    "Endpoint",
    "Load",
    "PoetClient",
    "PoetRefused",
    "PoetUnavailable",
    "WorkerAddress",
]
