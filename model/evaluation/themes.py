"""What a verse is about, by the plainest rule: whose characters it has most of.

Decides the themes and their characters, picked by hand; they are there to colour a map for people,
and nothing is trained or chosen by them.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.verse import Verse

_ENOUGH = 2


@dataclass(frozen=True)
class Theme:
    """A theme and the characters that speak of it; no character speaks of two."""

    chinese: str
    english: str
    characters: str


THEMES = (
    Theme("月夜", "moonlit night", "月夜星宵灯烛漏斗蟾魄萤梦眠枕更银河影魂"),
    Theme("山林", "hills and woods", "山峰岭岩峦壑石洞云松竹林泉溪涧萝苔鹤猿樵"),
    Theme("江湖", "rivers and boats", "江湖海舟船帆渡浦洲波浪潮渔钓鸥鹭沙汀岸楫樯"),
    Theme("边塞", "the frontier", "塞边胡虏戍旗鼓角弓剑刀甲戎兵将军战马阵烽羌漠营骑"),
    Theme("春花", "spring and flowers", "春花柳莺燕桃李杏红芳蝶絮香艳枝蕊芬东梨棠蜂"),
    Theme("秋声", "autumn", "秋雁菊枫叶落霜砧蛩蝉芦寒萧凉葭鸿残衰暮"),
    Theme("诗酒", "wine and verse", "酒杯樽醉饮醒觞酌壶诗吟句书琴笔墨歌篇棋卷"),
    Theme("别离", "parting", "别离送归行客远乡路泪思愁忆故望恨肠亲旅"),
    Theme("禅道", "temples and hermits", "禅寺僧佛钟磬经法空斋塔庵仙道丹真炉观玄"),
    Theme("朝廷", "the court", "朝君臣殿阙诏帝王宫恩圣御天宸玉禁侯龙凤冠"),
)


def theme_of(verse: Verse) -> Theme | None:
    """The theme that two characters of the verse or more speak of, and more than of any other."""
    counts = [sum(c in theme.characters for c in verse.characters) for theme in THEMES]
    most = max(counts)
    if most < _ENOUGH or counts.count(most) > 1:
        return None
    return THEMES[counts.index(most)]
