"""Which verses a step of training sees: TRAIN in batches, an epoch a part of a pass over it.

Decides sizes and order of the batches and where epochs end; what is done with a batch is the
trainer's.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from model.corpus.encode import Corpus, Ids
from model.corpus.poems import Part
from model.training.config import Config, ConfigError


class Batches:
    """The verses of TRAIN in batches of one form, in an order fixed by the seed and the pass.

    Only verses of the first `characters` ids. Raises ConfigError if there is none.
    """

    def __init__(self, config: Config, corpus: Corpus, characters: int) -> None:
        self._seed = config.seed
        self._verses: list[Ids] = [
            corpus.known(form, Part.TRAIN, characters) for form in config.forms
        ]
        couplets = config.optimisation.batch_size
        self._sizes = [max(1, couplets * 10 // form.size) for form in config.forms]
        # A compiled layer would be compiled again for the smaller batch at each form's end.
        self._ragged = not config.optimisation.compiled
        sizes = zip(self._verses, self._sizes, strict=True)
        self._whole = sum(len(self._starts(len(verses), size)) for verses, size in sizes)
        if not self._whole:
            raise ConfigError(
                f"{config.name}: the corpus has no verse to train on; see forms and minimum_count"
            )
        self._parts = min(config.optimisation.parts, self._whole)

    def before(self, epoch: int) -> int:
        """Batches in all the epochs before one, which is the step at which it begins."""
        passes, part = divmod(epoch, self._parts)
        return passes * self._whole + self._start(part)

    def count(self, epoch: int) -> int:
        """Batches in an epoch; the parts of a pass differ by one at most."""
        return self.before(epoch + 1) - self.before(epoch)

    def of_epoch(self, epoch: int, skip: int) -> Iterator[Tensor]:
        """Batches (B, L) of an epoch, without the first `skip`."""
        number, part = divmod(epoch, self._parts)
        order = np.random.default_rng((self._seed, number))
        places: list[tuple[int, np.ndarray]] = []
        for form, verses in enumerate(self._verses):
            shuffled = order.permutation(len(verses))
            size = self._sizes[form]
            places += [(form, shuffled[i : i + size]) for i in self._starts(len(verses), size)]
        mine = order.permutation(len(places))[self._start(part) : self._start(part + 1)]
        for i in mine[skip:]:
            form, rows = places[i]
            yield torch.from_numpy(self._verses[form][rows].astype(np.int64))

    def _start(self, part: int) -> int:
        """Where a part of a pass begins, in batches."""
        return part * self._whole // self._parts

    def _starts(self, verses: int, size: int) -> range:
        """Where the batches of a form begin, in verses."""
        return range(0, verses if self._ragged or verses < size else verses - size + 1, size)
