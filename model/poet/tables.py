"""What a poet knows of the corpus beside its weights, in one safetensors file.

Decides the file's layout; the tables themselves are made and used by `known_lines` and `ranking`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import save_file

from model.corpus.encode import Corpus
from model.poet.known_lines import KnownLines
from model.poet.ranking import Pairs, Ranking
from model.vocabulary import Vocabulary


@dataclass(frozen=True)
class Tables:
    """The lines of the corpus and the ranking of candidates."""

    known_lines: KnownLines
    ranking: Ranking

    @classmethod
    def of_corpus(cls, corpus: Corpus) -> Tables:
        """Made from everything but TEST."""
        return cls(KnownLines.of_corpus(corpus), Ranking.of_corpus(corpus))

    def save(self, path: Path) -> None:
        """Writes the file."""
        ranking = self.ranking
        arrays: dict[str, npt.NDArray[Any]] = {
            "known_lines.bits": self.known_lines.bits,
            "ranking.bigrams.keys": ranking.bigrams.keys,
            "ranking.bigrams.values": ranking.bigrams.values,
            "ranking.backoff": ranking.backoff,
            "ranking.unigrams": ranking.unigrams,
            "ranking.parallel.keys": ranking.parallel.keys,
            "ranking.parallel.values": ranking.parallel.values,
        }
        characters = json.dumps(ranking.vocabulary.characters, ensure_ascii=False)
        save_file(arrays, path, {"characters": characters})
        path.chmod(0o644)

    @classmethod
    def load(cls, path: Path) -> Tables:
        """Reads what `save` wrote."""
        with safe_open(path, framework="numpy") as file:
            array = file.get_tensor
            ranking = Ranking(
                Vocabulary(json.loads(file.metadata()["characters"])),
                Pairs(array("ranking.bigrams.keys"), array("ranking.bigrams.values")),
                array("ranking.backoff"),
                array("ranking.unigrams"),
                Pairs(array("ranking.parallel.keys"), array("ranking.parallel.values")),
            )
            return cls(KnownLines(array("known_lines.bits")), ranking)
