"""What may be asked of a poet, as far as its forms and its vocabulary decide.

Decides what is refused and how text becomes what a verse must hold; places in the latent space are
the poet's.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.poet.errors import BadRequest, UnknownCharacters, UnsupportedForm
from model.verse import Form, Pattern, han_only, simplify
from model.vocabulary import Vocabulary

_THEME = range(1, 5)


@dataclass(frozen=True)
class Asking:
    """Reads requests to a poet of these forms, who knows these characters. All raise PoetError."""

    forms: tuple[Form, ...]
    vocabulary: Vocabulary

    def require(self, form: Form) -> None:
        """The form must be one of the poet's."""
        if form not in self.forms:
            raise UnsupportedForm(form, self.forms)

    def know(self, characters: str) -> None:
        """The characters must be known."""
        if unknown := self.vocabulary.unknown(characters):
            raise UnknownCharacters(unknown)

    def pattern(self, form: Form, acrostic: str | None) -> Pattern:
        """An open verse, with the first characters of its lines if there are any."""
        if acrostic is None:
            return Pattern.open(form)
        heads = han_only(simplify(acrostic))
        if len(heads) != form.line_count:
            raise BadRequest(
                "acrostic", f"{form.value} takes {form.line_count} characters, one a line"
            )
        self.know(heads)
        cells: list[str | None] = [None] * form.size
        cells[:: form.line_length] = heads
        return Pattern(form, tuple(cells))

    def theme(self, theme: str | None) -> str:
        """The characters of a theme; none without one."""
        if theme is None:
            return ""
        characters = han_only(simplify(theme))
        if len(characters) not in _THEME:
            raise BadRequest("theme", "a theme is one to four Chinese characters")
        self.know(characters)
        return characters
