"""The rows of the table of samples: verses of each source, measured in the same way.

Decides which sources stand beside each other and how a model without a poet is drawn from; the
measures are `samples`' and `separation`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from model.corpus.poems import Part
from model.evaluation.batches import in_batches
from model.evaluation.held_out import HeldOut
from model.evaluation.reconstruction import write
from model.evaluation.report import Row
from model.evaluation.samples import Judge
from model.evaluation.separation import separation
from model.networks.vae import VAE
from model.verse import Verse
from model.vocabulary import Vocabulary

SHOWN = 40
"""How many verses are shown of what a poet composed."""

_SHOWN_BESIDE = 10
PRIOR_NOISE = 0.8
"""Where a latent that is mostly noise is near the prior, and still tells most of a verse."""


@dataclass(frozen=True)
class Rows:
    """Makes the rows of one form, of `count` verses each."""

    judge: Judge
    held_out: HeldOut
    count: int

    def composed(self, name: str, verses: Sequence[Verse]) -> Row:
        """What a poet wrote as people ask for it."""
        return self._row(f"{name}, composed", verses, shown=SHOWN)

    def from_prior(self, name: str, model: VAE, vocabulary: Vocabulary) -> Row:
        """The likeliest characters of latents from the prior, as the first seed's author draws,
        under no rule; a model that can be told is told that they are `PRIOR_NOISE` noise."""
        form, view = self.held_out.form, model.at(PRIOR_NOISE)
        generator = torch.Generator(model.device).manual_seed(self.held_out.seed)
        z = model.prior.sample(self.count, model.latent_sizes[form], generator)
        verses = [
            Verse.of_characters(form, vocabulary.decode(row))
            for part in in_batches(z, f"{form}: {name} from its prior", characters=form.size)
            for row in write(view, part, form.size).tolist()
        ]
        return self._row(f"{name}, prior", verses)

    def beside(self) -> Iterator[Row]:
        """Held-out verse, the same shuffled, and the couplets that custom demands be parallel."""
        held_out = self.held_out
        chosen = held_out.ids(Part.TEST, self.count)
        # These two are told from real verse by halves: the same verse, or its characters, on both
        # sides would be an answer that a classifier learns.
        half, shuffled_half = chosen[::2], held_out.shuffled(chosen[::2])
        other = held_out.verses(chosen[1::2])
        yield self._row(
            "real held-out verse",
            held_out.verses(chosen),
            written=False,
            halves=(held_out.verses(half), other),
        )
        yield self._row(
            "shuffled held-out verse",
            held_out.verses(held_out.shuffled(chosen)),
            halves=(held_out.verses(shuffled_half), other),
        )
        middle = held_out.parallel(self.count)
        if middle is not None:
            yield self._row("real middle couplets", held_out.verses(middle), written=False)

    def _row(
        self,
        source: str,
        verses: Sequence[Verse],
        *,
        written: bool = True,
        halves: tuple[Sequence[Verse], Sequence[Verse]] | None = None,
        shown: int = _SHOWN_BESIDE,
    ) -> Row:
        real = self.held_out.verses(self.held_out.ids(Part.TEST, self.count))
        here = set(verses)
        one, other = halves or (verses, [verse for verse in real if verse not in here])
        return Row(
            source,
            self.judge.measure(verses, written=written),
            separation(self.judge, one, other),
            tuple(verse.plain for verse in verses[:shown]),
        )
