"""Tone, rhyme and the rules of regulated verse, by 平水韵.

Decides what a character can sound like and whether lines keep the rules; what to write within
them is left to the poet.
"""

from model.prosody.marks import Tones, mark
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
from model.prosody.templates import Template, regular, templates

__all__ = [
    "LineType",
    "RhymeGroup",
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
    "rhymes",
    "templates",
    "tone",
    "usual_tone",
]
