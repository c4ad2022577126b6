"""Poets of which everything is known, to be measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from model.verse import Form, Pattern, Verse
from tests.model.toys import CHARACTERS


@dataclass(frozen=True)
class Line:
    """An answer."""

    verse: Verse


@dataclass
class Scribe:
    """Writes characters by chance, and what is forced in its place; it knows what it was asked.

    With `deaf` it ignores what is forced; it refuses themes that hold `taboo`.
    """

    deaf: bool = False
    taboo: str | None = None
    seeds: list[int] = field(default_factory=list)

    def compose(
        self,
        form: Form,
        count: int = 1,
        *,
        seed: int,
        theme: str | None = None,
        acrostic: str | None = None,
    ) -> Sequence[Line]:
        if theme and self.taboo and self.taboo in theme:
            raise ValueError("not that")
        known = dict(enumerate(theme or ""))
        known |= {i * form.line_length: head for i, head in enumerate(acrostic or "")}
        return self._write(form, count, seed, known)

    def complete(self, pattern: Pattern, count: int = 1, *, seed: int) -> Sequence[Line]:
        return self._write(pattern.form, count, seed, pattern.known)

    def _write(self, form: Form, count: int, seed: int, known: dict[int, str]) -> list[Line]:
        self.seeds.append(seed)
        chance = np.random.default_rng(seed)
        lines = []
        for _ in range(count):
            cells = list(chance.choice(list(CHARACTERS), form.size))
            for place, character in ({} if self.deaf else known).items():
                cells[place] = character
            lines.append(Line(Verse.of_characters(form, "".join(cells))))
        return lines
