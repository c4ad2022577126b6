"""The name by which one request is found in the logs of every process it passes through.

Decides how the name is carried along within a process; the header in which it travels to another
one is the protocol's.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def current() -> str | None:
    """The request that is being worked on here, if one is."""
    return _current.get()


def new() -> str:
    """A name that no other request has."""
    return uuid.uuid4().hex


@contextmanager
def named(request_id: str) -> Iterator[None]:
    """A block, with the tasks begun in it, that works on that request."""
    token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(token)
