"""The parameters of one request, read strictly.

Decides how a value of a form, a query or a JSON body becomes a typed one, and refuses what nobody
read; what a value means is left to the methods.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.telegram.refusals import bad_request, not_in_the_fake


class Parameters:
    """Named values, each read once by the method that knows it."""

    def __init__(self, values: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
        self._values = values
        self._files = files
        self._read: set[str] = set()

    def _get(self, name: str) -> Any:
        self._read.add(name)
        return self._values.get(name)

    def has(self, name: str) -> bool:
        return self._get(name) is not None or name in self._files

    def text(self, name: str) -> str:
        value = self._get(name)
        if value is None:
            return ""
        if isinstance(value, (dict, list, bool)):
            raise bad_request(f"parameter {name} must be of type String")
        return str(value)

    def integer(self, name: str, default: int = 0) -> int:
        value = self._get(name)
        if value is None or value == "":
            return default
        if isinstance(value, bool):
            raise bad_request(f"parameter {name} must be of type Integer")
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f"parameter {name} must be of type Integer") from None

    def flag(self, name: str) -> bool:
        value = self._get(name)
        if value is None:
            return False
        if isinstance(value, str) and value.lower() in ("true", "1", "yes", "t", "y"):
            return True
        if isinstance(value, str) and value.lower() in ("false", "0", "no", "f", "n", ""):
            return False
        if isinstance(value, bool):
            return value
        raise bad_request(f"parameter {name} must be of type Boolean")

    def json(self, name: str, what: str) -> Any:
        """An object or an array, as JSON text or (in a JSON body) as it is."""
        value = self._get(name)
        if not isinstance(value, str):
            return value
        if value == "":
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None

    def file(self, name: str) -> bytes | None:
        self._read.add(name)
        return self._files.get(name)

    def ignore(self, *names: str) -> None:
        """Names that Telegram takes and that change nothing a test could see."""
        self._read.update(names)

    def finish(self, method: str) -> None:
        if unread := sorted((self._values.keys() | self._files.keys()) - self._read):
            raise not_in_the_fake(f"{', '.join(unread)} of {method}")
