"""Prints what an image needs to have installed, one requirement a line, from pyproject.toml.

Decides which of the extras belong to which part of an image; versions are pyproject.toml's, and
`make lock` adds what these need in turn, with the digests of all files, in docker/lock.

    bot      what every image has: the Telegram side, with the drivers of both databases
    poet     that and what the poet needs, but for torch
    torch    torch alone
    …        any extras by their names, with commas between them
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

_EXTRAS = {"bot": ["postgres"], "poet": ["postgres", "poet"], "torch": ["poet"]}


def main() -> None:
    """Reads the name of the part."""
    (part,) = sys.argv[1:]
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    extras = _EXTRAS.get(part) or list(filter(None, part.split(",")))
    if unknown := set(extras) - set(optional):
        sys.exit(f"pyproject.toml has no extras {', '.join(sorted(unknown))}")
    wanted = [*project["dependencies"]] if part in ("bot", "poet") else []
    wanted += [line for extra in extras for line in optional[extra]]
    if part in _EXTRAS:
        wanted = [line for line in wanted if line.startswith("torch==") == (part == "torch")]
    sys.stdout.write("\n".join(wanted) + "\n")


main()
