"""Famous poems as the package `chinese-poetry` holds them: traditional, punctuated, in JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict


class Entry(TypedDict):
    """A poem in a file."""

    author: str
    title: str
    paragraphs: list[str]


def _entry(author: str, title: str, *paragraphs: str) -> Entry:
    return {"author": author, "title": title, "paragraphs": list(paragraphs)}


STORKS = _entry("王之渙", "登鸛雀樓", "白日依山盡，黃河入海流。", "欲窮千里目，更上一層樓。")
SNOW_WINE = _entry("白居易", "問劉十九", "綠螘新醅酒，紅泥小火爐。", "晚來天欲雪，能飲一杯無？")
PALACE = _entry("元稹", "行宮", "寥落古行宮，宮花寂寞紅。", "白頭宮女在，閒坐說玄宗。")
SOUTH = _entry(
    "杜牧", "江南春", "千里鶯啼綠映紅，水村山郭酒旗風。", "南朝四百八十寺，多少樓臺煙雨中。"
)
AUTUMN = _entry(
    "王維",
    "山居秋暝",
    "空山新雨後，天氣晚來秋。",
    "明月松閒照，清泉石上流。",
    "竹喧歸浣女，蓮動下漁舟。",
    "隨意春芳歇，王孫自可留。",
)
YOUZHOU = _entry("陳子昂", "登幽州臺歌", "前不見古人，後不見來者。", "念天地之悠悠，獨愴然而涕下。")
# Its first couplet stands in PALACE too, which is held out, and this poem is not.
QUOTING = _entry("某", "集句", "寥落古行宮，宮花寂寞紅。", "欲窮千里目，更上一層樓。")
# Held out; all its couplets but the third stand in STORKS and AUTUMN too.
GATHERED = _entry(
    "某",
    "集句",
    "空山新雨後，天氣晚來秋。",
    "白日依山盡，黃河入海流。",
    "千山鳥飛絕，萬徑人蹤滅。",
    "隨意春芳歇，王孫自可留。",
)


def write_directory(root: Path, tang: list[Entry], song: list[Entry]) -> Path:
    """A directory laid out as the package is."""
    folder = root / "package" / "chinese-poetry" / "quantangshi"
    folder.mkdir(parents=True)
    for name, entries in {"poet.tang.0.json": tang, "poet.song.1000.json": song}.items():
        (folder / name).write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")
    (folder / "authors.tang.json").write_text("[]")
    return root
