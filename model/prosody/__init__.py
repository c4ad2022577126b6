"""Tone, rhyme and the rules of regulated verse, by 平水韵.

Decides what a character can sound like and whether lines keep the rules; what to write within
them is left to the poet.
"""

from model.prosody.marks import Tones, mark, rhyme_of
from model.prosody.readings import (
    RhymeGroup,
    Tone,
    all_rhyme_groups,
    level_rhymes,
    rhyme_groups,
    rhymes,
    tone,
    usual_tone,
)
from model.prosody.rules import LineType, couplet_keeps, line_types, quatrain_keeps
from model.prosody.schemes import Scheme, scheme
from model.prosody.templates import Template, regular, templates

__all__ = [
    "LineType",
    "RhymeGroup",
    "Scheme",
    "Template",
    "Tone",
    "Tones",
    "all_rhyme_groups",
    "couplet_keeps",
    "level_rhymes",
    "line_types",
    "mark",
    "quatrain_keeps",
    "regular",
    "rhyme_groups",
    "rhyme_of",
    "rhymes",
    "scheme",
    "templates",
    "tone",
    "usual_tone",
]
