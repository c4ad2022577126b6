"""How characters are chosen while a verse is written: the rules that hold by construction.

Decides which characters may stand at a place (forced ones, tones, no accidental repetition) and
how one of them is drawn; which of several finished verses is best is left to the ranking.
Shapes: B candidates, L characters a verse, N lines, C characters a line, T tone patterns, G rhyme
groups, V vocabulary.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from model.prosody import Tone, all_rhyme_groups, level_rhymes, templates, tone, usual_tone
from model.verse import Form
from model.vocabulary import Vocabulary

_TONES = (Tone.LEVEL, Tone.OBLIQUE, Tone.EITHER)
_COLDEST = 1e-3  # below it logits would overflow, and the likeliest character is drawn anyway


class Rules:
    """The regulated tone patterns of a form and its rhymes, as masks over a vocabulary."""

    def __init__(self, form: Form, vocabulary: Vocabulary, device: torch.device) -> None:
        known = vocabulary.characters
        asked = templates(form)
        self.form = form
        groups = [group for group in all_rhyme_groups() if group.tone is Tone.LEVEL]
        self.tones = _tensor([[_TONES.index(t) for t in a.tones] for a in asked], device)  # (T, L)
        self.rhyming = _tensor(
            [[i in a.rhymes for i in range(form.size)] for a in asked], device
        ).bool()  # (T, L)
        self.possible = _mask([[bool(tone(c) & t) for c in known] for t in _TONES], device)
        self.usual = _mask([[bool(usual_tone(c) & t) for c in known] for t in _TONES], device)
        memberships = [level_rhymes(c) for c in known]
        self.groups = _mask([[g in m for m in memberships] for g in groups], device)  # (G, V)

    def assign(self, forced: Tensor, generator: torch.Generator) -> Tensor:
        """A pattern for each candidate, by chance among those that its forced characters can keep;
        −1 where they keep none, so that a person's own words come before the rules.

        (B, L) → (B,)
        """
        kept = self.possible[self.tones[:, None], forced] | (forced == 0)  # (T, B, L)
        fits = kept.all(-1).T.float()  # (B, T)
        none = fits.sum(-1) == 0
        fits[none] = 1.0
        drawn = torch.multinomial(fits, 1, generator=generator).squeeze(1)
        return torch.where(none, -1, drawn)

    def kept(self, ids: Tensor) -> Tensor:
        """Which whole verses could have been written by these rules: (B, L) → (B,)."""
        together = self.groups[:, ids]  # (G, B, L)
        rhymed = (together[:, None] | ~self.rhyming[:, None]).all(-1).any(0)  # (T, B)
        regular = (self.usual[self.tones[:, None], ids] | self.rhyming[:, None]).all(-1)  # (T, B)
        lines = ids.view(len(ids), self.form.line_count, -1)
        doubled = lines[:, :, 1:] == lines[:, :, :-1]  # (B, N, C − 1)
        thrice = (doubled[:, :, 1:] & doubled[:, :, :-1]).any(-1).any(-1)
        ordered = ids.sort(-1).values
        distinct = 1 + (ordered[:, 1:] != ordered[:, :-1]).sum(-1)
        once = distinct + doubled.sum((1, 2)) == ids.shape[1]
        return (regular & rhymed).any(0) & once & ~thrice


class Choice:
    """Chooses the characters of a batch of candidates; call it for each place, in order.

    `forced` holds ids, 0 where a place is open, (B, L); `pattern` is what `Rules.assign` gave it,
    (B,). With temperature 0 the likeliest character is taken; characters less likely than `least`
    times the likeliest are never drawn.
    """

    def __init__(
        self,
        rules: Rules,
        forced: Tensor,
        pattern: Tensor,
        temperature: float,
        generator: torch.Generator,
        *,
        least: float = 0.0,
    ) -> None:
        self._rules = rules
        self._least = math.log(least) if least > 0 else -math.inf
        self._forced = forced
        self._free = (pattern < 0)[:, None]  # (B, 1)
        self._tones = rules.tones[pattern]  # (B, L)
        self._rhyming = rules.rhyming[pattern] & ~self._free  # (B, L)
        self._temperature = temperature
        self._generator = generator
        self._used = torch.zeros(
            len(forced), rules.usual.shape[1], dtype=torch.bool, device=forced.device
        ).scatter_(1, forced, True)  # (B, V)
        self._used[:, 0] = True
        self._last = torch.zeros_like(pattern)  # (B,): a character that may still be doubled
        self._line_length = rules.form.line_length
        self._rhyme = torch.ones(
            len(forced), len(rules.groups), dtype=torch.bool, device=forced.device
        )  # (B, G): the groups that are still possible
        for position in range(forced.shape[1]):
            self._narrow(
                self._rhyming[:, position] & (forced[:, position] > 0), forced[:, position]
            )

    def __call__(self, position: int, logits: Tensor) -> Tensor:
        """Logits (B, V) of a place → ids (B,)."""
        rhyming = self._rhyming[:, position, None]
        rhymes = (self._rhyme.float() @ self._rules.groups.float()) > 0
        tones = self._rules.usual[self._tones[:, position]]
        permitted = (torch.where(rhyming, rhymes, tones) | self._free) & ~self._used  # (B, V)
        none = ~permitted.any(-1, keepdim=True)  # of a small vocabulary the rules may leave nothing
        permitted[:, 1:] |= none
        logits = logits.float().masked_fill(~permitted, -torch.inf)
        drawn = self._draw(logits) if self._temperature >= _COLDEST else logits.argmax(-1)
        forced = self._forced[:, position]
        chosen = torch.where(forced > 0, forced, drawn)
        self._use(position, chosen)
        self._narrow(rhyming.squeeze(1), chosen)
        return chosen

    def _draw(self, logits: Tensor) -> Tensor:
        """A draw from the softmax of each row, (B, V) → (B,), by its cumulative sum: that takes one
        random number a row, and not one for each character of the vocabulary."""
        best = logits.max(-1, keepdim=True).values
        logits = logits.masked_fill(logits < best + self._least, -torch.inf)
        reached = (logits / self._temperature).softmax(-1).cumsum(-1)  # (B, V)
        shape = (len(logits), 1)
        uniform = 1 - torch.rand(shape, generator=self._generator, device=logits.device)  # (0, 1]
        return torch.searchsorted(reached, uniform * reached[:, -1:]).squeeze(1)

    def _use(self, position: int, chosen: Tensor) -> None:
        """A character may stand once, or twice in a row within a line, as in 悠悠."""
        self._used.scatter_(1, self._last[:, None], True)
        self._last = chosen
        if (position + 1) % self._line_length == 0:
            self._used.scatter_(1, chosen[:, None], True)

    def _narrow(self, rhyming: Tensor, chosen: Tensor) -> None:
        """Keeps the rhyme groups of a character, unless a person's words leave none."""
        narrowed = self._rhyme & self._rules.groups[:, chosen].T  # (B, G)
        keep = rhyming & narrowed.any(-1)
        self._rhyme = torch.where(keep[:, None], narrowed, self._rhyme)


def _tensor(rows: list[list[int]] | list[list[bool]], device: torch.device) -> Tensor:
    return torch.tensor(rows, dtype=torch.long, device=device)


def _mask(rows: list[list[bool]], device: torch.device) -> Tensor:
    """Rows over the characters of a vocabulary, id 0 included, as (rows, V)."""
    return torch.tensor([[False, *row] for row in rows], device=device)


def free(count: int, length: int, device: torch.device) -> Tensor:
    """Nothing forced, (B, L)."""
    return torch.zeros(count, length, dtype=torch.long, device=device)


def place_theme(forced: Tensor, theme: list[int], form: Form, generator: torch.Generator) -> Tensor:
    """Forces the characters of a theme, side by side, somewhere in a line of each candidate where
    nothing else is forced: (B, L) → (B, L). Candidates have room if any place has."""
    span = len(theme)
    starts = [
        line * form.line_length + offset
        for line in range(form.line_count)
        for offset in range(form.line_length - span + 1)
    ]
    room = torch.stack(
        [(forced[:, start : start + span] == 0).all(-1) for start in starts], dim=1
    ).float()  # (B, starts)
    chosen = torch.multinomial(room, 1, generator=generator).squeeze(1)
    first = torch.tensor(starts, device=forced.device)[chosen]  # (B,)
    places = first[:, None] + torch.arange(span, device=forced.device)  # (B, span)
    return forced.scatter(1, places, torch.tensor(theme, device=forced.device).expand_as(places))


def derive_seed(seed: int, index: int) -> int:
    """The seed of the verse at `index`: the given one first, then others that follow from it."""
    if index == 0:
        return seed
    return int(np.random.SeedSequence([seed, index]).generate_state(1, np.uint64)[0]) % 2**53


def seeded(seed: int, device: torch.device) -> torch.Generator:
    """A generator for a verse. The CPU's looks at the low 32 bits of a seed alone, so all 53 are
    mixed into them first."""
    mixed = np.random.SeedSequence(seed).generate_state(1, np.uint32)[0]
    return torch.Generator(device).manual_seed(int(mixed))
