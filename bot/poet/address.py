"""Where a worker is and what opens its door.

Decides how the client learns of both for every request anew; who runs the worker is left to
others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr


class Endpoint(Protocol):
    """Knows where the worker is now."""

    def address(self) -> WorkerAddress:
        """The worker's address; raises PoetUnavailable while it has none."""


@dataclass(frozen=True)
class WorkerAddress:
    """A worker that somebody else runs; the endpoint of itself."""

    url: str
    key: SecretStr | None = None

    def address(self) -> WorkerAddress:
        """Itself."""
        return self
