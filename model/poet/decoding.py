"""How characters are chosen while a verse is written: the rules that hold by construction.

Decides which characters may stand at a place (forced ones, tones, no accidental repetition) and
how one of them is drawn; which of several finished verses is best is left to the ranking.
Shapes: B candidates, L characters a verse, N lines, C characters a line, T tone patterns, G rhyme
groups, V vocabulary.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from model.prosody import Tone, all_rhyme_groups, level_rhymes, templates, tone, usual_tone
from model.verse import Form
from model.vocabulary import Vocabulary

_TONES = (Tone.LEVEL, Tone.OBLIQUE, Tone.EITHER)
_ANY_TONE = len(_TONES)
_COLDEST = 1e-3  # below it logits would overflow, and the likeliest character is drawn anyway
_FORBIDDEN = -1e4
"""Added to a logit: never drawn, unless all that is left is forbidden too."""
_BLOCK = 128
_TINY = 1e-30


class Sounds:
    """Tones and rhymes of the characters of a vocabulary, as masks; the same for all forms."""

    def __init__(self, vocabulary: Vocabulary, device: torch.device) -> None:
        known = vocabulary.characters
        self.possible = _tones(map(tone, known), device)  # (tones, V)
        self.usual = _tones(map(usual_tone, known), device)  # (tones, V)
        # What is added to logits where a tone is asked for; of the last row, nothing.
        anything = torch.ones_like(self.usual[:1])
        self.penalties = _penalty(torch.cat([self.usual, anything]))  # (tones + 1, V)
        level = [group for group in all_rhyme_groups() if group.tone is Tone.LEVEL]
        row = {group.name: i for i, group in enumerate(level)}
        groups = np.zeros((len(level), vocabulary.size), dtype=bool)
        for i, character in enumerate(known, start=1):
            for group in level_rhymes(character):
                groups[row[group.name], i] = True
        self.groups = torch.from_numpy(groups).to(device)  # (G, V)
        self.memberships = self.groups.float()  # (G, V)


class Rules:
    """The regulated tone patterns of a form and its rhymes, over the sounds of a vocabulary."""

    def __init__(self, form: Form, sounds: Sounds) -> None:
        self.form = form
        self.possible, self.usual = sounds.possible, sounds.usual
        self.groups, self.memberships = sounds.groups, sounds.memberships
        self.penalties = sounds.penalties
        asked, device = templates(form), sounds.groups.device
        self.tones = _tensor([[_TONES.index(t) for t in a.tones] for a in asked], device)  # (T, L)
        self.rhyming = _tensor(
            [[i in a.rhymes for i in range(form.size)] for a in asked], device
        ).bool()  # (T, L)

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
    (B,); `uniform` is a number of (0, 1] for each character to draw, (B, L), so that a candidate
    depends on its own numbers alone. `temperature` is of all or of each candidate, (B,); with 0 the
    likeliest character is taken; characters less likely than `least` times the likeliest are never
    drawn.
    """

    def __init__(
        self,
        rules: Rules,
        forced: Tensor,
        pattern: Tensor,
        temperature: float | Tensor,
        uniform: Tensor,
        *,
        least: float = 0.0,
    ) -> None:
        count, length = forced.shape
        device = forced.device
        self._rules = rules
        self._forced = forced
        self._uniform = uniform
        heat = torch.as_tensor(temperature, dtype=torch.float32, device=device).expand(count)
        self._cold = heat < _COLDEST  # (B,)
        self._any_cold = bool(self._cold.any())
        self._heat = heat.clamp(min=_COLDEST)[:, None]
        self._least = least ** (1 / self._heat)  # (B, 1), of weights that are heated already
        free = pattern < 0
        self._tones = torch.where(free[:, None], _ANY_TONE, rules.tones[pattern])  # (B, L)
        self._rhyming = rules.rhyming[pattern] & ~free[:, None]  # (B, L)
        self._rhymes_at = self._rhyming.any(0).tolist()
        self._used = functional.pad(forced, (0, length))  # (B, 2L): 0 where there is none
        self._last = torch.zeros_like(pattern)  # (B,): the character that was written last
        self._line_length = rules.form.line_length
        self._size = rules.penalties.shape[1]
        blocks = math.ceil(self._size / _BLOCK)
        self._logits = torch.empty(count, blocks * _BLOCK, device=device)
        self._rhyme = torch.ones(
            count, len(rules.groups), dtype=torch.bool, device=device
        )  # (B, G): the groups that are still possible
        for position in range(length):
            self._narrow(
                self._rhyming[:, position] & (forced[:, position] > 0), forced[:, position]
            )

    def __call__(self, position: int, logits: Tensor) -> Tensor:
        """Logits (B, V) of a place → ids (B,)."""
        rhyming = self._rhyming[:, position]
        penalty = self._rules.penalties[self._tones[:, position]]
        if self._rhymes_at[position]:
            rhymes = self._rhyme.float() @ self._rules.memberships > 0
            penalty = torch.where(rhyming[:, None], _penalty(rhymes), penalty)
        permitted = self._logits[:, : self._size].copy_(logits).add_(penalty)
        permitted.scatter_(1, self._used, _FORBIDDEN)
        permitted[:, 0] = -torch.inf
        self._logits[:, self._size :] = -torch.inf  # no character, but a part of the last block
        likeliest = permitted.argmax(-1) if self._any_cold else None
        drawn = self._draw(position)
        if likeliest is not None:
            drawn = torch.where(self._cold, likeliest, drawn)
        forced = self._forced[:, position]
        chosen = torch.where(forced > 0, forced, drawn)
        self._use(position, chosen)
        self._narrow(rhyming, chosen)
        return chosen

    def _draw(self, position: int) -> Tensor:
        """A draw from the softmax of each row of logits, which it uses up, (B,).

        By cumulative sums, first of blocks and then within one: that takes one random number a
        row, not one for each character, and a long sum only where it is needed.
        """
        logits = self._logits
        weights = logits.sub_(logits.amax(-1, keepdim=True)).div_(self._heat).exp_()
        weights.masked_fill_(weights < self._least, 0)
        blocks = weights.view(len(weights), -1, _BLOCK)
        reached = blocks.sum(-1).cumsum(-1)  # (B, blocks)
        aim = self._uniform[:, position, None] * reached[:, -1:]
        block = torch.searchsorted(reached, aim)  # (B, 1)
        within = blocks.gather(1, block[..., None].expand(-1, -1, _BLOCK)).squeeze(1).cumsum(-1)
        total = within[:, -1:]
        # Rounding must lead neither before the first character that has a weight nor past the last.
        aim = torch.minimum((aim - (reached.gather(1, block) - total)).clamp(min=_TINY), total)
        return (block * _BLOCK + torch.searchsorted(within, aim)).squeeze(1)

    def _use(self, position: int, chosen: Tensor) -> None:
        """A character may stand once, or twice in a row within a line, as in 悠悠."""
        length = self._forced.shape[1]
        if position:  # the one before may have been doubled now, and no more
            self._used[:, length + position - 1] = self._last
        if (position + 1) % self._line_length == 0:
            self._used[:, length + position] = chosen
        self._last = chosen

    def _narrow(self, rhyming: Tensor, chosen: Tensor) -> None:
        """Keeps the rhyme groups of a character, unless a person's words leave none."""
        narrowed = self._rhyme & self._rules.groups[:, chosen].T  # (B, G)
        keep = rhyming & narrowed.any(-1)
        self._rhyme = torch.where(keep[:, None], narrowed, self._rhyme)


def _penalty(permitted: Tensor) -> Tensor:
    return torch.where(permitted, 0.0, _FORBIDDEN)


def _tensor(rows: list[list[int]] | list[list[bool]], device: torch.device) -> Tensor:
    return torch.tensor(rows, dtype=torch.long, device=device)


def _tones(of_characters: Iterable[Tone], device: torch.device) -> Tensor:
    """Where each tone may stand, over the characters of a vocabulary, id 0 included, (tones, V)."""
    read = np.array([0, *(tone.value for tone in of_characters)])
    asked = np.array([tone.value for tone in _TONES])
    return torch.from_numpy((read & asked[:, None]) > 0).to(device)


def free(count: int, length: int, device: torch.device) -> Tensor:
    """Nothing forced, (B, L)."""
    return torch.zeros(count, length, dtype=torch.long, device=device)


def chances(count: int, length: int, generator: torch.Generator) -> Tensor:
    """A random number of (0, 1] for each character that is to be drawn, (B, L)."""
    return 1 - torch.rand(count, length, generator=generator, device=generator.device)


def place_theme(
    forced: Tensor,
    theme: list[int],
    form: Form,
    generator: torch.Generator,
    *,
    anywhere: bool = False,
) -> Tensor:
    """Forces the characters of a theme, side by side, somewhere in a line of each candidate where
    nothing else is forced: (B, L) → (B, L). Candidates have room if any place has; where there is
    a choice no pause of the line goes through the theme, unless it may stand anywhere."""
    span, length = len(theme), form.line_length
    offsets = range(length - span + 1)
    starts = [line * length + offset for line in range(form.line_count) for offset in offsets]
    room = torch.stack(
        [(forced[:, start : start + span] == 0).all(-1) for start in starts], dim=1
    ).float()  # (B, starts)
    whole = torch.tensor(
        [anywhere or _kept_whole(offset, span, length) for offset in offsets], device=forced.device
    ).repeat(form.line_count)  # (starts,)
    good = room * whole
    room = torch.where(good.any(-1, keepdim=True), good, room)
    chosen = torch.multinomial(room, 1, generator=generator).squeeze(1)
    first = torch.tensor(starts, device=forced.device)[chosen]  # (B,)
    places = first[:, None] + torch.arange(span, device=forced.device)  # (B, span)
    return forced.scatter(1, places, torch.tensor(theme, device=forced.device).expand_as(places))


def _kept_whole(offset: int, span: int, length: int) -> bool:
    """Whether words there stand between two pauses, or from one to another: a line is read as pairs
    and a last three, 二三 or 二二三 (Wang Li, 汉语诗律学, on 节奏)."""
    pauses = [*range(0, length - 2, 2), length]
    end = offset + span
    within = any(a <= offset and end <= b for a, b in pairwise(pauses))
    return within or (offset in pauses and end in pauses)


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
