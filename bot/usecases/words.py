"""The words by which people name forms.

Decides which words mean a form, alone or together, and which are names of forms that nobody here
writes; the words of themes are left to `bot.usecases.themes`.
"""

from __future__ import annotations

from collections.abc import Mapping

from model.verse import Form

COUPLETS = frozenset({Form.COUPLET5, Form.COUPLET7})
QUATRAINS = frozenset({Form.JUEJU5, Form.JUEJU7})
_FIVE = frozenset({Form.COUPLET5, Form.JUEJU5})
_SEVEN = frozenset({Form.COUPLET7, Form.JUEJU7})

FORMS: Mapping[str, frozenset[Form]] = {
    name: forms
    for forms, names in {
        frozenset({Form.COUPLET5}): "couplet5 五言联 五言对联 五言联句 五联 五字联",
        frozenset({Form.COUPLET7}): "couplet7 七言联 七言对联 七言联句 七联 七字联",
        frozenset({Form.JUEJU5}): "jueju5 quatrain5 wujue 五绝 五言绝句 五言绝 5绝 5言绝句",
        frozenset({Form.JUEJU7}): "jueju7 quatrain7 qijue 七绝 七言绝句 七言绝 7绝 7言绝句",
        COUPLETS: "couplet couplets duilian two 2 对联 对子 楹联 春联 联句 一联 联 两句",
        QUATRAINS: "quatrain quatrains jueju four 4 绝句 绝 四句",
        _FIVE: "five wuyan 5 五言 五言诗 五字 5言 5字",
        _SEVEN: "seven qiyan 7 七言 七言诗 七字 7言 7字",
    }.items()
    for name in names.split()
}
"""Lower case, simplified; the names of several forms leave open which of them is meant, unless
another name says so: 五言 and 绝句 together are 五绝."""

LONG_NAMES = sorted((a for a in FORMS if not a.isascii() and len(a) > 1), key=len, reverse=True)
"""Chinese names of forms that may lean on a theme: 五绝明月."""

PLAIN_NAMES = [name for name in LONG_NAMES if name[0] in "五七57"]
"""Those that may lean on the heads of an acrostic, where 对联 might be heads."""

_UNWRITTEN = (
    "五言律诗 七言律诗 十四行诗 五律 七律 律诗 排律 古风 古体诗 宋词 元曲 俳句 现代诗 "
    "haiku sonnet limerick tanka"
)
UNWRITTEN = _UNWRITTEN.split()
"""Forms that people ask for and that are not among ours, longer names first."""

PLAIN_UNWRITTEN = [name for name in UNWRITTEN if name[0] in "五七"]
"""Those that are no heads of an acrostic either."""

_FILLERS = (
    "a an the and or about on of in with for to by at from over under some me please write "
    "poem poems verse verses line lines character characters char chars syllable syllables "
    "word words theme form 请 写 来 关于 题 题目 以 为题 一首 一副 首 副 诗 的"
)
FILLERS = frozenset(_FILLERS.split())
"""Words of a request that name neither."""
