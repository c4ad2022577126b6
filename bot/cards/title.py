"""Titles as they are set: in a column if they are Chinese, in a row if they are not.

Decides which, and how numbers are written in a column; sizes and places are left to the lettering.
"""

from __future__ import annotations

import re

from model.verse import han_only

_DIGITS = "〇一二三四五六七八九"
_UPRIGHT = " 　·・"
"""What stands between Han characters in a column as it does in a row."""


def as_column(title: str) -> str | None:
    """The title as the characters of a column, or None if it has others than Chinese ones."""
    column = re.sub(r"[0-9]+", lambda found: _written(found[0]), title).replace(" ", "　")
    upright = column.translate(dict.fromkeys(map(ord, _UPRIGHT)))
    return column if upright and han_only(upright) == upright else None


def _written(digits: str) -> str:
    """`2026` as 二〇二六, digit by digit; `21` as 二十一, as days and months are said."""
    number = int(digits)
    if len(digits) > 2 or number < 10:
        return "".join(_DIGITS[int(digit)] for digit in digits.lstrip("0") or "0")
    tens, ones = divmod(number, 10)
    return (_DIGITS[tens] if tens > 1 else "") + "十" + (_DIGITS[ones] if ones else "")
