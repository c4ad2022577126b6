"""Where everything stands on a card: pure geometry, in pixels.

Decides sizes, columns, margins and the places of title, seal and signature for each form; ink and
paper are left to the painter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from model.verse import Form

WIDTH, HEIGHT = 1080, 1350
"""A portrait of 4:5, which a phone shows at full width."""
MARGIN = 66
"""Nothing but paper comes closer to an edge."""
SEAL_WIDTH = 70
SIGNATURE_BASELINE = 1268

_CENTRE = 0.468
"""Where the eye sees the middle of a card, as a part of its height: above the middle."""
_HEADED_CENTRE = 0.484
"""The same with a row of title above the verse."""
_SIDE = 92
"""The width of the columns beside the verse, for title and seal."""


@dataclass(frozen=True)
class Measure:
    """The type of one form."""

    size: int
    """The em of a character."""
    pitch: int
    """From one character to the next in a column."""
    column: int
    """From one column to the next."""


_MEASURES = {
    Form.COUPLET5: Measure(size=148, pitch=178, column=252),
    Form.COUPLET7: Measure(size=124, pitch=137, column=232),
    Form.JUEJU5: Measure(size=136, pitch=164, column=186),
    Form.JUEJU7: Measure(size=118, pitch=136, column=176),
}


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def grown(self, by: float) -> Box:
        """The rectangle with edges farther out."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)


@dataclass(frozen=True)
class Layout:
    """The places on a card of one form; `headed` leaves air for a row of title above the verse."""

    form: Form
    headed: bool = False

    @property
    def measure(self) -> Measure:
        """The type of the verse."""
        return _MEASURES[self.form]

    @cached_property
    def columns(self) -> tuple[float, ...]:
        """The middle of each line's column; the first line is the rightmost."""
        step = self.measure.column
        first = WIDTH / 2 + step * (self.form.line_count - 1) / 2
        return tuple(first - step * i for i in range(self.form.line_count))

    @cached_property
    def rows(self) -> tuple[float, ...]:
        """The middle of each character in a column."""
        pitch = self.measure.pitch
        centre = HEIGHT * (_HEADED_CENTRE if self.headed else _CENTRE)
        first = centre - pitch * (self.form.line_length - 1) / 2
        return tuple(first + pitch * i for i in range(self.form.line_length))

    @property
    def verse(self) -> Box:
        """Around the ems of all characters."""
        half = self.measure.size / 2
        return Box(
            left=self.columns[-1] - half,
            top=self.rows[0] - half,
            right=self.columns[0] + half,
            bottom=self.rows[-1] + half,
        )

    @property
    def frame(self) -> Box:
        """Around the verse and the columns beside it."""
        beside = self.measure.column / 2 + _SIDE
        return Box(
            left=self.columns[-1] - beside,
            top=self.verse.top - 46,
            right=self.columns[0] + beside,
            bottom=self.verse.bottom + 46,
        )

    @property
    def rules(self) -> tuple[float, ...]:
        """Where the rules between columns stand."""
        half = self.measure.column / 2
        return (self.columns[0] + half, *(column - half for column in self.columns))

    @property
    def title_column(self) -> float:
        """The middle of the column to the right of the verse."""
        return self.frame.right - _SIDE / 2

    @property
    def title_baseline(self) -> float:
        """Of the row above the verse."""
        return self.frame.top - 36

    @property
    def seal_column(self) -> float:
        """The middle of the column to the left of the verse."""
        return self.frame.left + _SIDE / 2
