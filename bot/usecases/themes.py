"""English words of verse, and the Chinese characters they stand for.

Decides what an English word means as a theme; how many characters make one is left to
`bot.usecases.compose`.
"""

from __future__ import annotations

from collections.abc import Mapping

THEMES: Mapping[str, str] = {
    "alone": "独", "apricot": "杏", "autumn": "秋", "bamboo": "竹", "beauty": "美人",
    "bell": "钟", "bird": "鸟", "blossom": "花", "blue": "碧", "boat": "舟", "book": "书",
    "border": "塞", "bridge": "桥", "bright": "明", "brother": "兄弟", "butterflies": "蝶",
    "butterfly": "蝶", "candle": "烛", "candlelight": "烛", "chess": "棋", "child": "儿",
    "children": "儿", "chrysanthemum": "菊", "cicada": "蝉", "city": "城", "clear": "清",
    "cloud": "云", "cold": "寒", "crane": "鹤", "crow": "鸦", "cuckoo": "杜鹃", "dawn": "晓",
    "day": "日", "deer": "鹿", "desert": "沙", "dew": "露", "dragon": "龙", "dream": "梦",
    "drunk": "醉", "drunken": "醉", "dusk": "暮", "east": "东", "empty": "空", "evening": "暮",
    "fall": "秋", "falling": "落", "family": "家", "farewell": "别", "father": "父", "fire": "火",
    "firefly": "萤", "fireflies": "萤", "fish": "鱼", "fisherman": "渔翁", "flower": "花",
    "flute": "笛", "fog": "雾", "forest": "林", "friend": "故人", "friendship": "故人",
    "frontier": "塞", "frost": "霜", "full": "满", "garden": "园", "gate": "门", "geese": "雁",
    "gibbon": "猿", "gold": "金", "golden": "金", "goodbye": "别", "goose": "雁", "grass": "草",
    "green": "绿", "hair": "发", "happiness": "欢", "happy": "喜", "heart": "心",
    "heartbreak": "断肠", "heaven": "天", "hermit": "隐", "hill": "山", "home": "故乡",
    "homeland": "故乡", "homesick": "乡愁", "horse": "马", "house": "家", "ice": "冰",
    "immortal": "仙", "incense": "香", "ink": "墨", "island": "洲", "jade": "玉", "joy": "喜",
    "kite": "纸鸢", "lake": "湖", "lamp": "灯", "lantern": "灯", "leaf": "叶", "leaves": "叶",
    "letter": "书", "light": "光", "loneliness": "孤", "lonely": "孤", "longing": "相思",
    "lotus": "荷", "love": "相思", "lute": "琴", "maple": "枫", "memories": "忆", "memory": "忆",
    "mirror": "镜", "mist": "烟", "monk": "僧", "monkey": "猿", "moon": "月",
    "moonlight": "月光", "morning": "朝", "mother": "母", "mountain": "山", "music": "琴",
    "night": "夜", "north": "北", "ocean": "海", "old": "老", "orchid": "兰", "oriole": "莺",
    "palace": "宫", "parting": "别", "path": "径", "pavilion": "亭", "peace": "太平",
    "peach": "桃", "peak": "峰", "pear": "梨", "peony": "牡丹", "phoenix": "凤", "pine": "松",
    "plum": "梅", "pond": "池", "quiet": "静", "rain": "雨", "rainbow": "虹", "red": "红",
    "reed": "芦", "regret": "恨", "river": "江", "road": "路", "rose": "蔷薇", "sadness": "愁",
    "sail": "帆", "sand": "沙", "sea": "海", "shadow": "影", "ship": "船", "silence": "静",
    "silent": "静", "silk": "丝", "silver": "银", "sky": "天", "sleep": "眠", "sleepless": "不眠",
    "smoke": "烟", "snow": "雪", "soldier": "征人", "solitude": "独", "song": "歌",
    "sorrow": "愁", "south": "南", "spring": "春", "star": "星", "stone": "石", "storm": "风雨",
    "stream": "溪", "summer": "夏", "sun": "日", "sunrise": "晓", "sunset": "夕阳",
    "swallow": "燕", "sword": "剑", "tea": "茶", "tears": "泪", "temple": "寺", "thunder": "雷",
    "tide": "潮", "tiger": "虎", "time": "流年", "tower": "楼", "travel": "行", "traveler": "客",
    "traveller": "客", "tree": "树", "village": "村", "wanderer": "游子", "war": "战",
    "water": "水", "waterfall": "瀑", "wave": "浪", "west": "西", "white": "白", "willow": "柳",
    "wind": "风", "window": "窗", "wine": "酒", "winter": "冬", "yellow": "黄", "youth": "少年",
    "zither": "琴",
}  # fmt: skip
"""Lower case; of most, the singular serves the plural too."""


def theme_of(word: str) -> str | None:
    """The characters of an English word in lower case, or None if nobody knows it here."""
    for known in (word, word.removesuffix("s"), word.removesuffix("es")):
        if known in THEMES:
            return THEMES[known]
    return None
