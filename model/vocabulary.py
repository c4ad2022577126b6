"""The characters a model knows, and their ids.

Decides which ids are characters and which is none; what unknown characters mean to a person is
left to the poet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from model.corpus.encode import Corpus


@dataclass(frozen=True)
class Vocabulary:
    """Characters by falling frequency; `characters[i]` has id i + 1, id 0 is no character."""

    characters: str

    @property
    def size(self) -> int:
        """Ids, the one that is no character included."""
        return len(self.characters) + 1

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {character: i + 1 for i, character in enumerate(self.characters)}

    def encode(self, characters: str) -> list[int]:
        """Ids of characters that are all known. Raises KeyError otherwise."""
        return [self._ids[character] for character in characters]

    def decode(self, ids: Iterable[int]) -> str:
        """The characters of ids, none of which may be 0."""
        return "".join(self.characters[i - 1] for i in ids)

    def unknown(self, characters: str) -> str:
        """Those of the characters that are not known, each once, in order."""
        return "".join(c for c in dict.fromkeys(characters) if c not in self._ids)

    @classmethod
    def of_corpus(cls, corpus: Corpus, minimum_count: int) -> Vocabulary:
        """Characters that occur at least `minimum_count` times in TRAIN."""
        size = sum(count >= minimum_count for count in corpus.counts)
        return cls(corpus.characters[:size])
