"""Which tone poets give to the characters that the rhyme book reads both ways, from TRAIN.

Decides the two strings USUALLY_LEVEL and USUALLY_OBLIQUE of `model.prosody.facts` and prints them;
run as `python benchmarks/usual_tones.py data/corpus` and copy by hand what it prints.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.prosody import Tone, templates, tone
from model.verse import Form

WITNESSES = 50
"""Fewer places than this say nothing."""
SHARE = 0.9
"""Of its places that must be of one tone. Poets break rules and texts err: characters that the
book reads only level reach 0.978 in the median, only oblique 0.969."""


def count(corpus: Corpus, form: Form) -> npt.NDArray[np.int64]:
    """Level and oblique places of each character id, of shape (characters, 2).

    A place counts if it is the second, fourth or sixth of its line and all templates which the
    rest of the couplet follows ask for the same tone there.
    """
    readings = np.array([3, *(tone(c).value for c in corpus.characters)], dtype=np.uint8)
    ids = corpus.verses[form, Part.TRAIN]
    asked = np.array([[t.value for t in template.tones] for template in templates(form)], np.uint8)
    breaks = [(readings[ids] & places) == 0 for places in asked]
    broken = [each.sum(axis=1) for each in breaks]
    counts = np.zeros((len(readings), 2), dtype=np.int64)
    length = form.line_length
    for place in range(form.size):
        if place % length % 2 == 0:
            continue
        wanted = np.zeros(len(ids), dtype=np.uint8)
        for places, each, total in zip(asked, breaks, broken, strict=True):
            wanted[total == each[:, place]] |= places[place]
        for column, one in enumerate((Tone.LEVEL, Tone.OBLIQUE)):
            np.add.at(counts[:, column], ids[wanted == one.value, place], 1)
    return counts


def main() -> None:
    corpus = Corpus.load(Path(sys.argv[1]))
    counts = count(corpus, Form.COUPLET5) + count(corpus, Form.COUPLET7)
    total = counts.sum(axis=1)
    level = counts[:, 0] / np.maximum(total, 1)
    either = np.array([False, *(tone(c) is Tone.EITHER for c in corpus.characters)])
    sure = either & (total >= WITNESSES)
    for name, chosen in (
        ("USUALLY_LEVEL", sure & (level >= SHARE)),
        ("USUALLY_OBLIQUE", sure & (1 - level >= SHARE)),
    ):
        print(name, "".join(corpus.characters[i - 1] for i in np.flatnonzero(chosen)))


if __name__ == "__main__":
    main()
