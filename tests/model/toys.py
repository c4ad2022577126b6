"""Small things to train and evaluate on: a corpus that can be learnt in seconds."""

from __future__ import annotations

import numpy as np

from model.corpus.encode import COUPLETS, Corpus, Ids
from model.corpus.poems import Part
from model.verse import Form

CHARACTERS = (
    "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳"
    "云腾致雨露结为霜金生丽水玉出昆冈剑号巨阙珠称夜光果珍李柰菜重芥姜"
)


def toy_corpus(train: int = 200, held_out: int = 20) -> Corpus:
    """Verses of characters drawn by chance, low ids most often, where each even line is the one
    before it, one id further."""
    chance = np.random.default_rng(0)
    sizes = {Part.TRAIN: train, Part.VALIDATION: held_out, Part.TEST: held_out}
    verses = {(form, part): _verses(chance, form, sizes[part]) for form in Form for part in Part}
    return Corpus(
        digest="toy",
        characters=CHARACTERS,
        counts=(1000,) * len(CHARACTERS),
        verses=verses,
        parallel={(form, part): verses[form, part] for form in COUPLETS for part in Part},
    )


def _verses(chance: np.random.Generator, form: Form, count: int) -> Ids:
    shape = (count, form.line_count // 2, 1, form.line_length)
    odd = 1 + (chance.random(shape) ** 3 * (len(CHARACTERS) - 1)).astype(int)
    return np.concatenate([odd, odd + 1], axis=2).reshape(count, form.size).astype(np.uint16)
