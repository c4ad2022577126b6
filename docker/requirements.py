"""Prints what an image needs to have installed, one requirement a line, from pyproject.toml.

Decides which extras belong to which image; versions are pyproject.toml's, and installing is pip's.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

_EXTRAS = {"cpu": ["poet"], "cuda": ["poet"], "none": []}


def main() -> None:
    """Reads the arguments TORCH (cpu, cuda, none) and EXTRAS (names with commas between them)."""
    torch, more = sys.argv[1:]
    if torch not in _EXTRAS:
        sys.exit(f"TORCH is {torch!r}: make it one of {', '.join(_EXTRAS)}")
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [*_EXTRAS[torch], *filter(None, more.split(","))]
    if unknown := set(extras) - set(project["optional-dependencies"]):
        sys.exit(f"EXTRAS names what pyproject.toml has not: {', '.join(sorted(unknown))}")
    wanted = [*project["dependencies"]]
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    sys.stdout.write("\n".join(wanted) + "\n")


main()
