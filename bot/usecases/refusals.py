"""What the poet cannot do with a person's words, as an answer.

Decides which refusals a person can do something about; any other is a fault of ours and flies on.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.poet import PoetRefused
from model.service import protocol
from model.verse import Form


@dataclass(frozen=True)
class FormUnknown:
    """The poet was trained for none of the wished forms; it has the others."""

    wished: tuple[Form, ...]
    forms: tuple[Form, ...]


@dataclass(frozen=True)
class FormUnwritten:
    """A form by that name, which is not among ours at all."""

    name: str
    forms: tuple[Form, ...]


@dataclass(frozen=True)
class CharactersUnknown:
    """Characters, simplified, that the poet never met."""

    characters: str


Refusal = FormUnknown | FormUnwritten | CharactersUnknown


def read_refusal(error: PoetRefused, form: Form) -> FormUnknown | CharactersUnknown:
    """The refusal of a request for that form as an answer; raises `error` if it is none."""
    problem = error.problem
    if problem.type == protocol.UNSUPPORTED_FORM:
        return FormUnknown((form,), tuple(problem.forms or ()))
    if problem.type == protocol.UNKNOWN_CHARACTERS and problem.characters:
        return CharactersUnknown(problem.characters)
    raise error
