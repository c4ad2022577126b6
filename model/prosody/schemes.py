"""Which regulated scheme a verse follows, as readers of verse name it: 仄起平收.

Decides which of the templates lies nearest, and what departs from it; which templates there are is
left to `templates`.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.prosody.readings import Tone, tone, usual_tone
from model.prosody.templates import Template, templates
from model.verse import Verse


@dataclass(frozen=True)
class Scheme:
    """A template by its name, and where a verse leaves it."""

    template: Template
    departures: tuple[int, ...]
    """Places of the verse whose characters have no tone that is asked for there."""

    @property
    def starts_level(self) -> bool:
        """平起: by the second character of the first line."""
        return self.template.tones[1] is Tone.LEVEL

    @property
    def first_line_rhymes(self) -> bool:
        """首句入韵: it then ends level, 平收."""
        return self.template.order[0].rhymes

    @property
    def name(self) -> str:
        """In Chinese, by how the first line begins and ends."""
        return f"{_sound(self.starts_level)}起{_sound(self.first_line_rhymes)}收"


def scheme(verse: Verse) -> Scheme | None:
    """The scheme that a verse follows, but for a character every other line; None if it follows
    none, as verse of the ancient style does.

    Of several the one that takes characters of two tones as poets usually do.
    """
    found = [_compare(verse, template) for template in templates(verse.form)]
    nearest = min(found, key=lambda one: (len(one.departures), -_usual(verse, one.template)))
    return nearest if len(nearest.departures) <= verse.form.line_count // 2 else None


def _compare(verse: Verse, template: Template) -> Scheme:
    asked = zip(verse.characters, template.tones, strict=True)
    departures = (i for i, (character, wanted) in enumerate(asked) if not tone(character) & wanted)
    return Scheme(template, tuple(departures))


def _usual(verse: Verse, template: Template) -> int:
    """How many places ask for just the tone that poets usually give their character."""
    asked = zip(verse.characters, template.tones, strict=True)
    return sum(usual_tone(character) is wanted for character, wanted in asked)


def _sound(level: bool) -> str:
    return "平" if level else "仄"
