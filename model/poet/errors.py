"""What a poet answers to a request that it cannot fulfil.

Decides which kinds of refusal there are and what each carries; how a refusal is worded for a person
is left to whoever asked.
"""

from __future__ import annotations

from model.verse import Form


class PoetError(ValueError):
    """The request cannot be fulfilled as it stands; `str()` says why."""


class UnsupportedForm(PoetError):
    """The poet was not trained for this form."""

    def __init__(self, form: Form, forms: tuple[Form, ...]) -> None:
        self.form = form
        self.forms = forms
        super().__init__(
            f"this poet was not trained for {form.value}; it writes " + ", ".join(forms)
        )


class UnknownCharacters(PoetError):
    """Characters that the poet has never learnt."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        super().__init__("this poet does not know " + " ".join(characters))


class BadRequest(PoetError):
    """A field of the request makes no sense to the poet."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)
