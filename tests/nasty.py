"""Input that breaks programs, as Hypothesis draws it.

Decides what people, broken clients and forgers may send: words, numbers, JSON; what must come of it
is left to the tests.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

LONGEST = 4096
"""Characters of a message."""

WORDS = (
    "",
    " ",
    "\n\n",
    "明月",
    "白日依山尽，黄河入海流",
    "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。",
    "明月？？？，清风？？？",
    "_____",
    "生日快乐",
    "七绝 明月",
    "藏头 生日快乐",
    "對 明月松間照",
    "autumn moon",
    "<b>bold</b> & <script>alert(1)</script> <tg-spoiler>",
    "</b></i>&lt;&amp;&#0;&nosuch;",
    "'; DROP TABLE poems; --",
    '" OR 1=1 --',
    "%s %d %n {0} {say} {0.__class__} %(x)s",
    "../../../../etc/passwd",
    "..\\..\\con",
    "/etc/passwd\x00.png",
    "file:///etc/passwd",
    "08:00 ../../etc/passwd",
    "08:00 Europe",
    "25:61 Nowhere",
    "08:00 +99:99",
    "0",
    "-1",
    "999999999999999999999999999999",
    "-9223372036854775809",
    "1e400",
    "NaN",
    "٠٨:٠٠ لندن",
    "שלום עולם",
    "\u202eرجوع\u202d \u2066x\u2069",
    "👩‍👩‍👧‍👦🏳️‍🌈👍🏿",
    "😀" * 2048,
    "Z̷̢̛͈̘̗a̸l̶g̷o̶" * 20,
    "e" + "\u0301" * 300,
    "\u200b\u200c\u200d\u2060\ufeff",
    "月\u200b光\u200d\ufe0f",
    "月" * LONGEST,
    "a" * LONGEST,
    "& " * (LONGEST // 2),
    "<" * LONGEST,
    "\u0001\u001b[31m\u007f\u0085\u2028\u2029\ufffe\uffff\U0010ffff",
    "𠀀𠮷䶮",
    "〇一二三〡㐀豈",
    "ＡＢＣ１２３！",
    "/poem /poem /poem",
    "@qibu_test_bot",
    "v_AAAAAAAAAAAA",
    "h_------------",
    "kept",
    "export",
)


_ALPHABETS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40),
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=40),
    st.text(st.sampled_from("明月清风？，。_ /@:|→-+<>&\u200b\u0301\u202e😀０1٣"), max_size=40),
)
_HALVES = ("\ud800", "\udfff", "\x00", "月\udc00光", "\ud83d", "a\x00b")
_BOUNDS = (0, 1, -1, 2**31 - 1, 2**31, 2**52, 2**53, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Words as Telegram can carry them: whole characters, at most so many."""
    fixed = draw(st.sampled_from(WORDS))
    match draw(st.integers(0, 2)):
        case 0:
            return fixed
        case 1:
            return draw(_ALPHABETS)
    drawn = draw(_ALPHABETS)
    return (drawn + fixed + drawn)[:LONGEST]


@st.composite
def raw_texts(draw: st.DrawFn) -> str:
    """The same, with what only a broken client sends: NUL and halves of characters."""
    half = draw(st.sampled_from(("", "", *_HALVES)))
    return (draw(texts()) + half)[:LONGEST]


@st.composite
def numbers(draw: st.DrawFn) -> int:
    """Integers about the bounds of what holds them."""
    return draw(st.one_of(st.sampled_from(_BOUNDS), st.integers(), st.just(10**400)))


def values() -> st.SearchStrategy[Any]:
    """JSON of any kind, NaN and Infinity among it."""
    return st.recursive(
        st.one_of(st.none(), st.booleans(), numbers(), st.floats(), raw_texts()),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=6,
    )


@st.composite
def broken(draw: st.DrawFn, whole: Any) -> Any:
    """A piece of JSON with one to three of its parts missing, or of another kind.

    What is drawn does not depend on the piece, which may be of a world that changes: Hypothesis
    wants the same choices to lead to the same further ones.
    """
    changes = st.tuples(st.integers(0, 999), st.just(_GONE) | values())
    for number, part in draw(st.lists(changes, min_size=1, max_size=3)):
        places = list(_places(whole))
        if places:
            whole = _put(whole, places[number % len(places)], part)
    return whole


_GONE = object()


def _places(value: Any, here: tuple[Any, ...] = ()) -> Any:
    """The way to every part."""
    if not isinstance(value, dict | list):
        return
    for name, part in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*here, name)
        yield from _places(part, (*here, name))


def _put(whole: Any, place: tuple[Any, ...], part: Any) -> Any:
    """A copy with another part in that place."""
    name, *deeper = place
    copy = whole.copy()
    if deeper:
        copy[name] = _put(whole[name], tuple(deeper), part)
    elif part is _GONE:
        del copy[name]
    else:
        copy[name] = part
    return copy
