"""Cards as a person sees them: what was painted where, by comparing them with each other."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from PIL import Image, ImageChops

from bot.cards import CardPainter, CardRequest, Theme, UndrawableCharacters
from bot.cards.grounds import ground
from bot.cards.layout import MARGIN
from model.verse import Form, Script, VerseError, to_script
from tests.bot.cards.conftest import VERSES

TITLES = [None, "每日一诗 2026年11月21日", "Poem of the day · 21 November 2026"]
SIGNATURE = "七步 @qibu_bot"
Box = tuple[int, int, int, int]


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    assert image.format == "JPEG"
    return image.convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> Box | None:
    """Around all pixels that differ by more than compression explains."""
    levels = ImageChops.difference(one, other).convert("L")
    return levels.point([255 if level > 36 else 0 for level in range(256)]).getbbox()


def changed(painter: CardPainter, one: CardRequest, other: CardRequest) -> Box | None:
    return difference(opened(painter.paint(one)), opened(painter.paint(other)))


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("title", TITLES)
def test_everything_stands_inside_the_margins(
    painter: CardPainter, theme: Theme, form: Form, title: str | None
) -> None:
    jpeg = painter.paint(CardRequest(VERSES[form], theme, title, SIGNATURE))
    card = opened(jpeg)
    assert card.size == (1080, 1350)
    assert len(jpeg) < 400_000
    box = difference(card, ground(theme))
    assert box is not None
    left, top, right, bottom = box
    slack = 2
    assert left >= MARGIN - slack and top >= MARGIN - slack
    assert right <= card.width - MARGIN + slack and bottom <= card.height - MARGIN + slack


@pytest.mark.parametrize("form", Form)
def test_lines_stand_from_right_to_left_and_read_downwards(
    painter: CardPainter, form: Form
) -> None:
    lines = VERSES[form]
    whole = CardRequest(lines)
    columns: list[Box] = []
    for i, line in enumerate(lines):
        box = changed(painter, whole, CardRequest((*lines[:i], "永" * len(line), *lines[i + 1 :])))
        assert box is not None
        columns.append(box)
    for right, left in pairwise(columns):
        assert left[2] < right[0]
    first, last = (
        changed(painter, whole, CardRequest((line, *lines[1:])))
        for line in ("永" + lines[0][1:], lines[0][:-1] + "永")
    )
    assert first is not None and last is not None
    assert first[3] < last[1]


def test_a_chinese_title_stands_to_the_right_and_another_above(painter: CardPainter) -> None:
    lines = VERSES[Form.JUEJU7]
    column = changed(
        painter, CardRequest(lines, Theme.BAMBOO), CardRequest(lines, Theme.BAMBOO, "每日一诗")
    )
    assert column is not None
    verse = difference(
        opened(painter.paint(CardRequest(lines, Theme.BAMBOO))), ground(Theme.BAMBOO)
    )
    assert verse is not None and column[0] >= verse[2]
    row, other = (
        CardRequest(lines, Theme.BAMBOO, title) for title in ("Poem of the day", "Poem of the duy")
    )
    box = changed(painter, row, other)
    assert box is not None and box[3] < verse[1] + 20


def test_digits_of_a_chinese_title_are_written_as_in_a_column(painter: CardPainter) -> None:
    lines = VERSES[Form.COUPLET7]

    def titled(title: str) -> bytes:
        return painter.paint(CardRequest(lines, title=title))

    assert titled("2026年11月1日") == titled("二〇二六年十一月一日")
    assert titled("3月20日") == titled("三月二十日")
    assert titled("12月31日") != titled("12月30日")


def test_scripts_differ(painter: CardPainter) -> None:
    lines = VERSES[Form.JUEJU7]
    traditional = tuple(to_script(line, Script.TRADITIONAL) for line in lines)
    assert traditional != lines
    assert changed(painter, CardRequest(lines), CardRequest(traditional)) is not None


def test_the_same_request_is_the_same_bytes_from_any_painter_and_thread(
    painter: CardPainter,
) -> None:
    requests = [
        CardRequest(VERSES[form], theme, "每日一诗", SIGNATURE)
        for form, theme in zip(Form, Theme, strict=True)
    ]
    fresh = CardPainter()
    with ThreadPoolExecutor(4) as pool:
        cards = list(pool.map(fresh.paint, requests * 2))
    assert cards[:4] == cards[4:] == [painter.paint(request) for request in requests]
    assert len(set(cards)) == 4


def test_long_small_type_is_fitted(painter: CardPainter) -> None:
    request = CardRequest(
        VERSES[Form.COUPLET5], Theme.BAMBOO, "每日一诗" * 12, "七步 @" + "a_long_name_of_a_bot" * 5
    )
    box = difference(opened(painter.paint(request)), ground(Theme.BAMBOO))
    assert box is not None
    assert box[0] >= MARGIN - 2 and box[2] <= 1080 - MARGIN + 2 and box[3] <= 1350 - MARGIN + 2


@pytest.mark.parametrize("title", ["🌙", None])
def test_what_cannot_be_drawn_is_refused_and_named(painter: CardPainter, title: str | None) -> None:
    request = CardRequest(VERSES[Form.COUPLET5], title=title, signature="" if title else "七步🌙")
    with pytest.raises(UndrawableCharacters, match="🌙"):
        painter.paint(request)


@pytest.mark.parametrize(
    "lines", [(), ("",), ("白日依山尽",), ("白日", "依山"), ("山" * 5, "水" * 7)]
)
def test_lines_of_no_form_are_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(VerseError):
        CardRequest(lines)
