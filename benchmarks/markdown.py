"""Tables in Markdown, as the benchmarks print them.

Decides how a table looks; what stands in it is each benchmark's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1) -> str:
    """A table whose first `words` columns are words and whose others are figures."""
    ruler = ["---" if column < words else "---:" for column in range(len(head))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ruler, *rows))
