"""Whether anybody still waits for verses that are being written.

Decides how a caller says so, and what ends the writing; when it is asked is left to the poet.
"""

from __future__ import annotations

from collections.abc import Callable

Wanted = Callable[[], bool]
"""Whether somebody still waits; asked before each verse."""


class NotWanted(Exception):
    """Nobody waits for the verses any more, so that no more of them are written."""


def always() -> bool:
    """Somebody waits, however long it takes."""
    return True
