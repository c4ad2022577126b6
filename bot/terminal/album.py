"""Pictures and files that a terminal cannot show.

Decides where they are kept: in a temporary folder of this conversation, which stays when it ends,
for people may still want to look; what is said about them is left to the request.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Album:
    """Makes files of uploads, and knows them by ids as Telegram does."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._paths: dict[str, Path] = {}

    def keep(self, uploads: Mapping[str, Any]) -> dict[str, str]:
        """Writes the parts of an upload, by name; the same names with the ids of the files."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="qibu-"))
        kept = {}
        for name, (filename, content, *_) in uploads.items():
            number = len(self._paths) + 1
            # A picture is named after its kind, a file as the bot named it.
            path = self._folder / (filename if name == "document" else f"{number}.jpg")
            path.write_bytes(content)
            # No path: what is one, python-telegram-bot uploads again.
            kept[name] = f"file:{number}"
            self._paths[kept[name]] = path
        return kept

    def path(self, file_id: str) -> Path | None:
        """Where it lies, if there is something of that id."""
        return self._paths.get(file_id)
