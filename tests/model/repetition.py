"""What counts as repetition in verse."""

from __future__ import annotations

import re

from model.verse import Verse


def repeats(verse: Verse) -> bool:
    """Whether a character stands twice in a verse, unless it is doubled within a line, as 悠悠."""
    once = "".join(re.sub(r"(.)\1", r"\1", line) for line in verse.lines)
    return len(set(once)) < len(once)
