"""The four forms of verse that Qibu writes.

Decides how many lines and characters each has; which of them a poet was trained for is the poet's.
"""

from __future__ import annotations

from enum import StrEnum


class Form(StrEnum):
    """A grid of lines × characters; the values are the names used by every door."""

    COUPLET5 = "couplet5"
    COUPLET7 = "couplet7"
    JUEJU5 = "jueju5"
    JUEJU7 = "jueju7"

    @property
    def line_count(self) -> int:
        """Lines in a verse: 2 or 4."""
        return 2 if self in (Form.COUPLET5, Form.COUPLET7) else 4

    @property
    def line_length(self) -> int:
        """Characters in a line: 5 or 7."""
        return 5 if self in (Form.COUPLET5, Form.JUEJU5) else 7

    @property
    def size(self) -> int:
        """Characters in a verse: 10, 14, 20 or 28."""
        return self.line_count * self.line_length

    @property
    def chinese(self) -> str:
        """The form's name in Chinese, as readers of verse call it."""
        return _CHINESE[self]

    @classmethod
    def of_grid(cls, line_count: int, line_length: int) -> Form | None:
        """The form of that many lines of that length, or None."""
        for form in cls:
            if (form.line_count, form.line_length) == (line_count, line_length):
                return form
        return None


_CHINESE = {
    Form.COUPLET5: "五言联",
    Form.COUPLET7: "七言联",
    Form.JUEJU5: "五绝",
    Form.JUEJU7: "七绝",
}
