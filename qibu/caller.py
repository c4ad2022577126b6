"""On whose behalf something is asked, as far as others need to know: who is the same as before.

Decides how a person's or a chat's number becomes a name that says nothing about it, and how the
name is carried along within a process; the header in which it travels is the protocol's.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str | None] = ContextVar("caller", default=None)
_salt = secrets.token_bytes(16)
"""Of this process: names cannot be traced back, nor compared with those of another day."""


def current() -> str | None:
    """For whom this is done, if anybody asked for it."""
    return _current.get()


@contextmanager
def on_behalf_of(number: int | None) -> Iterator[None]:
    """A block, with the tasks begun in it, that somebody asked for."""
    name = None
    if number is not None:
        name = hashlib.blake2b(str(number).encode(), key=_salt, digest_size=8).hexdigest()
    token = _current.set(name)
    try:
        yield
    finally:
        _current.reset(token)
