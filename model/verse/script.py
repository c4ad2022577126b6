"""Simplified and traditional characters, by OpenCC.

Decides how text is converted; inside Qibu all verse is simplified, and a chat's choice of script
is applied at the last moment, by whoever shows it.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache

import opencc


class Script(StrEnum):
    """How Han characters are shown."""

    SIMPLIFIED = "simplified"
    TRADITIONAL = "traditional"


@cache
def _converter(configuration: str) -> opencc.OpenCC:
    return opencc.OpenCC(configuration)


def simplify(text: str) -> str:
    """The text in simplified characters; what is simplified already stays as it is."""
    return str(_converter("t2s").convert(text))


def to_script(text: str, script: Script) -> str:
    """Simplified text as `script` shows it."""
    if script is Script.SIMPLIFIED:
        return text
    return str(_converter("s2t").convert(text))
