"""Forms of verse, and text turned into verse and back.

Decides what the four forms are, how a person's writing is read, and how a verse is printed;
tone, rhyme and meaning are left to the floors above.
"""

from model.verse.forms import Form
from model.verse.script import Script, simplify, to_script
from model.verse.verse import OPEN, Pattern, Verse, VerseError, han_only

__all__ = [
    "OPEN",
    "Form",
    "Pattern",
    "Script",
    "Verse",
    "VerseError",
    "han_only",
    "simplify",
    "to_script",
]
