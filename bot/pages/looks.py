"""How a message that somebody sent from any chat looks.

Decides what its buttons remember of that, for nobody else does: whoever presses one reads another
language, and the message stays as it was sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.pages.page import Reader
from bot.texts import Texts
from model.verse import Script

LOOK = r"(?P<tag>en|zh-Hans|zh-Hant)(?P<traditional>t?)(?P<bare>b?)(?P<explained>x?)"
"""As it stands in callback data."""


@dataclass(frozen=True)
class Look:
    """Language, script, punctuation, and whether the prosody is shown."""

    tag: str
    traditional: bool
    bare: bool
    explained: bool = False

    @classmethod
    def of(cls, reader: Reader) -> Look:
        """As somebody reads who sends a verse."""
        return cls(reader.say.tag, reader.script is Script.TRADITIONAL, not reader.punctuated)

    @classmethod
    def read(cls, found: re.Match[str]) -> Look:
        """From callback data that match LOOK."""
        return cls(
            found["tag"], bool(found["traditional"]), bool(found["bare"]), bool(found["explained"])
        )

    @property
    def code(self) -> str:
        """For callback data."""
        flags = (("t", self.traditional), ("b", self.bare), ("x", self.explained))
        return self.tag + "".join(flag for flag, set_ in flags if set_)

    def reader(self, texts: Texts) -> Reader:
        """Who reads like that."""
        script = Script.TRADITIONAL if self.traditional else Script.SIMPLIFIED
        reader = Reader.of(texts.for_language(self.tag), script)
        return replace(reader, punctuated=not self.bare)

    def explaining(self, explained: bool) -> Look:
        """The same with the prosody, or without."""
        return replace(self, explained=explained)
