"""Paints docs/cards.jpg: the four papers side by side, each with a verse of the shipped poet.

Decides which verses are shown and how large; the cards are those that the bot sends. Verses are as
`qibu compose --seed 5` gave them.

    .venv/bin/python docs/cards.py
"""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

from PIL import Image

from bot import texts
from bot.cards import CardPainter, CardRequest, Theme
from model.verse import Script, Verse, to_script

SHEET = Path(__file__).parent / "cards.jpg"
WIDTH, HEIGHT, GAP = 480, 600, 12
SIGNATURE = "七步 @qibu_bot"
DAY = date(2026, 11, 21)

CARDS: tuple[tuple[Theme, str, Script, str | None], ...] = (
    (
        Theme.XUAN,
        "雨过秦关春事阑，兰桡似带断肠宽。\n安知腊雪催人老，万里江山长好看。",
        Script.SIMPLIFIED,
        "zh-Hans",
    ),
    (Theme.NIGHT, "欹灯看断梦，倒烛听残釭。", Script.TRADITIONAL, None),
    (
        Theme.BAMBOO,
        "香竹应无影，清风恐有情。\n独弹吴楚调，犹作武安声。",
        Script.SIMPLIFIED,
        None,
    ),
    (Theme.AUTUMN, "小楼高阁秋烟里，瘦骨枯筇涧水中。", Script.TRADITIONAL, "zh-Hant"),
)
"""Paper, verse, script, and the language of a title."""


def main() -> None:
    """One sheet."""
    painter, said = CardPainter(), texts.load()
    sheet = Image.new("RGB", (len(CARDS) * (WIDTH + GAP) - GAP, HEIGHT), "white")
    for place, (theme, verse, script, language) in enumerate(CARDS):
        lines = tuple(to_script(line, script) for line in Verse.parse(verse).lines)
        say = said.for_language(language)
        title = say.plain("card.title", date=say.date(DAY)) if language else None
        card = painter.paint(CardRequest(lines, theme, title, SIGNATURE))
        with Image.open(io.BytesIO(card)) as picture:
            small = picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        sheet.paste(small, (place * (WIDTH + GAP), 0))
    sheet.save(SHEET, quality=82, optimize=True)
    print(f"{SHEET.name}: {SHEET.stat().st_size // 1024} kB")


main()
