"""The words by which people name forms and themes.

Decides which words mean a form and which Chinese characters an English theme stands for; what is
composed from them is left to `bot.usecases.compose`.
"""

from __future__ import annotations

from collections.abc import Mapping

from model.verse import Form

FORMS: Mapping[str, Form] = {
    alias: form
    for form, aliases in {
        Form.COUPLET5: (
            "couplet5 couplet 五言联 五言对联 五言联句 五联 五言 五字联 对联 联句 一联 联 5"
        ),
        Form.COUPLET7: "couplet7 七言联 七言对联 七言联句 七联 七言 七字联 7",
        Form.JUEJU5: "jueju5 jueju quatrain quatrain5 五绝 五言绝句 五言绝 绝句",
        Form.JUEJU7: "jueju7 quatrain7 七绝 七言绝句 七言绝",
    }.items()
    for alias in aliases.split()
}
"""Lower case, simplified."""

LONG_NAMES = sorted((a for a in FORMS if not a.isascii() and len(a) > 1), key=len, reverse=True)
"""Chinese names of forms that may lean on a theme: 五绝明月."""

_FILLERS = "a an the about on of in with poem verse please 关于 题 以 为题 一首 一副 首 副 诗 的"
FILLERS = frozenset(_FILLERS.split())
"""Words of a request that name neither."""

THEMES: Mapping[str, str] = {
    "autumn": "秋", "bamboo": "竹", "beauty": "美人", "bell": "钟", "bird": "鸟", "boat": "舟",
    "bright": "明", "candle": "烛", "cicada": "蝉", "clear": "清", "cloud": "云", "clouds": "云",
    "cold": "寒", "crane": "鹤", "dawn": "晓", "dew": "露", "dream": "梦", "dusk": "暮",
    "evening": "暮", "farewell": "别", "fisherman": "渔翁", "flower": "花", "flowers": "花",
    "flute": "笛", "forest": "林", "friend": "故人", "frontier": "塞", "frost": "霜",
    "full": "满", "garden": "园", "goose": "雁", "grass": "草", "green": "绿", "heart": "心",
    "home": "故乡", "homesick": "乡愁", "horse": "马", "island": "洲", "jade": "玉", "joy": "喜",
    "lake": "湖", "lamp": "灯", "leaf": "叶", "leaves": "叶", "light": "光", "lonely": "孤",
    "lotus": "荷", "love": "相思", "monk": "僧", "moon": "月", "moonlight": "月光",
    "morning": "朝", "mountain": "山", "mountains": "山", "night": "夜", "ocean": "海",
    "old": "老", "orchid": "兰", "parting": "别", "peach": "桃", "pine": "松", "plum": "梅",
    "rain": "雨", "red": "红", "river": "江", "road": "路", "sea": "海", "shadow": "影",
    "silence": "静", "sky": "天", "snow": "雪", "song": "歌", "sorrow": "愁", "spring": "春",
    "star": "星", "stars": "星", "stone": "石", "stream": "溪", "summer": "夏", "sun": "日",
    "sunset": "夕阳", "swallow": "燕", "sword": "剑", "tea": "茶", "temple": "寺", "tower": "楼",
    "traveller": "客", "traveler": "客", "tree": "树", "village": "村", "water": "水",
    "waterfall": "瀑", "white": "白", "willow": "柳", "wind": "风", "wine": "酒", "winter": "冬",
}  # fmt: skip
"""English words of verse; several together are a theme of several characters."""
