"""A poem as the corpus holds it: its couplets of five or seven characters, in order.

Decides what counts as a couplet and to which part (train, validation, test) a poem belongs; how
verse is turned into numbers is left to `encode`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from model.corpus.source import PoemFile
from model.verse import Form, Verse, simplify

_HAN = "[\u3400-\u9fff\U00020000-\U0003ffff]"
_SENTENCE_END = re.compile("[。！？；!?;]")
_COUPLET = re.compile(f"^({_HAN}{{5}}|{_HAN}{{7}})[，,、]({_HAN}{{5}}|{_HAN}{{7}})$")


class Part(StrEnum):
    """A part of the corpus. TEST is never trained on, VALIDATION chooses when training ends."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True)
class Poem:
    """The couplets of a poem, simplified; `whole` if it has no others and all of one length."""

    couplets: tuple[Verse, ...]
    whole: bool

    @property
    def part(self) -> Part:
        """By a hash of the couplets' characters, so that every copy of a poem falls alike.

        One poem in twenty is TEST; of the others one in a hundred is VALIDATION.
        """
        characters = "".join(couplet.characters for couplet in self.couplets)
        hashed = hashlib.sha256(characters.encode()).hexdigest()
        if int(hashed[:8], 16) % 20 == 0:
            return Part.TEST
        return Part.VALIDATION if int(hashed[8:16], 16) % 100 == 0 else Part.TRAIN

    @property
    def quatrain(self) -> Verse | None:
        """The poem as a 五绝 or 七绝 if it has four lines and no others."""
        if not self.whole or len(self.couplets) != 2:
            return None
        lines = self.couplets[0].lines + self.couplets[1].lines
        form = Form.of_grid(4, len(lines[0]))
        return Verse(form, lines) if form else None

    @property
    def parallel_couplets(self) -> tuple[Verse, ...]:
        """The second and third couplets of an eight-line poem, which custom demands be parallel."""
        return self.couplets[1:3] if self.whole and len(self.couplets) == 4 else ()


def read_poems(file: PoemFile) -> Iterator[Poem]:
    """All poems of a file that have at least one couplet."""
    for entry in json.loads(simplify(file.content.decode())):
        couplets: list[Verse] = []
        others = 0
        for paragraph in entry["paragraphs"]:
            for sentence in filter(None, map(str.strip, _SENTENCE_END.split(paragraph))):
                match = _COUPLET.match(sentence)
                if match and len(match[1]) == len(match[2]):
                    form = Form.COUPLET5 if len(match[1]) == 5 else Form.COUPLET7
                    couplets.append(Verse(form, (match[1], match[2])))
                else:
                    others += 1
        if couplets:
            whole = not others and len({couplet.form for couplet in couplets}) == 1
            yield Poem(tuple(couplets), whole)
