"""docs/operations.md, as it is written.

Decides what counts as a block of it; what is done with one is for the tests.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operations.md"

_BLOCK = re.compile(r"^## (?P<title>[^\n]+)$|^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S)


def blocks(title: str, kind: str) -> list[str]:
    """The blocks of one kind below a heading."""
    found, here = [], ""
    for match in _BLOCK.finditer(PAGE.read_text()):
        here = match["title"] or here
        if match["kind"] == kind and here == title:
            found.append(match["text"])
    return found


def titles(kind: str) -> set[str]:
    """The headings that have blocks of a kind."""
    headings = re.findall(r"^## (.+)$", PAGE.read_text(), re.M)
    return {title for title in headings if blocks(title, kind)}


def options(unit: str, section: str) -> dict[str, str]:
    """What a unit of systemd says in a section."""
    (text,) = re.findall(rf"^\[{section}\]\n(.*?)(?=^\[|\Z)", unit, re.M | re.S)
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.M))
