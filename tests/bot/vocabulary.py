"""The characters that the shipped poets know, read without loading a poet.

Decides how they are found in the headers of the files that ship; there may be none in the tree.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

import model


def shipped_vocabularies() -> dict[str, str]:
    """The characters of each shipped model, by the name of its file."""
    found = {}
    for file in sorted((Path(model.__file__).parent / "shipped").glob("*.safetensors")):
        with file.open("rb") as opened:
            (size,) = struct.unpack("<Q", opened.read(8))
            notes = json.loads(opened.read(size)).get("__metadata__", {})
        about = json.loads(notes["qibu"]) if "qibu" in notes else {}
        if "characters" in about:
            found[file.stem] = str(about["characters"])
    return found
