"""The corpus as numbers: one array of character ids for each form and part.

Decides the order of ids (by frequency in TRAIN, so that every vocabulary is a prefix) and what is
dropped from TEST; how many characters a model knows is left to `model.vocabulary`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from model.corpus.poems import Part, Poem, read_poems
from model.corpus.source import PoemFile, SourceError
from model.verse import Form, Verse

Ids = npt.NDArray[np.uint16]

COUPLETS = (Form.COUPLET5, Form.COUPLET7)

_ARRAYS = "corpus.safetensors"
_FACTS = "corpus.json"


@dataclass(frozen=True)
class Corpus:
    """The encoded corpus.

    `characters[i]` has id i + 1 and occurs `counts[i]` times in TRAIN; id 0 is no character.
    `verses[form, part]` has shape (verses, characters a verse); `parallel[form, part]` likewise, of
    the second and third couplets of eight-line poems, which custom demands be parallel.
    """

    digest: str
    characters: str
    counts: tuple[int, ...]
    verses: dict[tuple[Form, Part], Ids]
    parallel: dict[tuple[Form, Part], Ids]

    def text(self, form: Form, ids: npt.NDArray[np.integer]) -> Verse:
        """One row of `verses` as a verse."""
        return Verse.of_characters(form, "".join(self.characters[i - 1] for i in ids))

    def known(self, form: Form, part: Part, vocabulary_size: int) -> Ids:
        """The verses all of whose characters are among the first `vocabulary_size` ids."""
        ids = self.verses[form, part]
        return ids[(ids <= vocabulary_size).all(axis=1)]

    def save(self, directory: Path) -> None:
        """Writes the corpus into a directory."""
        directory.mkdir(parents=True, exist_ok=True)
        arrays = {f"{form}.{part}": ids for (form, part), ids in self.verses.items()}
        arrays |= {f"parallel.{form}.{part}": ids for (form, part), ids in self.parallel.items()}
        save_file(arrays, directory / _ARRAYS)
        facts = {"digest": self.digest, "characters": self.characters, "counts": self.counts}
        (directory / _FACTS).write_text(json.dumps(facts, ensure_ascii=False))

    @classmethod
    def load(cls, directory: Path) -> Corpus:
        """Reads a corpus that `save` wrote. Raises SourceError if there is none."""
        try:
            facts = json.loads((directory / _FACTS).read_text())
            arrays = load_file(directory / _ARRAYS)
        except FileNotFoundError as error:
            raise SourceError(f"no corpus in {directory}: run `qibu corpus` first") from error
        return cls(
            facts["digest"],
            facts["characters"],
            tuple(facts["counts"]),
            {(form, part): arrays[f"{form}.{part}"] for form in Form for part in Part},
            {(form, part): arrays[f"parallel.{form}.{part}"] for form in COUPLETS for part in Part},
        )


def encode(
    files: list[PoemFile], digest: str, progress: Callable[[Iterable[PoemFile]], Iterable[PoemFile]]
) -> Corpus:
    """Reads all poems and encodes their couplets and quatrains.

    Each verse is kept once a part. What stands in TRAIN or VALIDATION too is dropped from TEST
    (3% of its couplets), and what stands in TRAIN from VALIDATION.
    """
    texts: dict[tuple[Form, Part], dict[str, None]] = {
        (form, part): {} for form in Form for part in Part
    }
    parallel: dict[tuple[Form, Part], list[str]] = {
        (form, part): [] for form in COUPLETS for part in Part
    }
    counter: Counter[str] = Counter()
    for file in progress(files):
        for poem in read_poems(file):
            part = poem.part
            for verse in _verses(poem):
                texts[verse.form, part][verse.characters] = None
            for couplet in poem.parallel_couplets:
                parallel[couplet.form, part].append(couplet.characters)
            for couplet in poem.couplets:
                if part is Part.TRAIN:
                    counter.update(couplet.characters)
                else:
                    counter.update(dict.fromkeys(couplet.characters, 0))
    for form in Form:
        seen = texts[form, Part.TRAIN]
        for part in (Part.VALIDATION, Part.TEST):
            texts[form, part] = {t: None for t in texts[form, part] if t not in seen}
            seen = seen | texts[form, part]
    for key, couplets in parallel.items():
        parallel[key] = [text for text in couplets if text in texts[key]]
    ranked = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    ids = {ord(character): i + 1 for i, (character, _) in enumerate(ranked)}
    table = np.zeros(max(ids) + 1, dtype=np.uint16)
    table[list(ids)] = list(ids.values())
    return Corpus(
        digest=digest,
        characters="".join(character for character, _ in ranked),
        counts=tuple(count for _, count in ranked),
        verses={key: _array(table, key[0], list(texts[key])) for key in texts},
        parallel={key: _array(table, key[0], parallel[key]) for key in parallel},
    )


def _verses(poem: Poem) -> Iterable[Verse]:
    yield from poem.couplets
    if quatrain := poem.quatrain:
        yield quatrain


def _array(table: npt.NDArray[np.uint16], form: Form, texts: list[str]) -> Ids:
    """Character ids of shape (verses, characters a verse), by way of UTF-32 code points."""
    points = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32)
    return table[points].reshape(len(texts), form.size)
