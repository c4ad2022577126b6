"""What the flagship promises in all four forms, beyond what every poet does."""

from __future__ import annotations

from itertools import pairwise

import pytest

from model.poet import Near, Poet
from model.verse import Form, Pattern, Verse
from tests.model.repetition import repeats

FAMOUS = {
    Form.COUPLET5: ("海内存知己天涯若比邻", "大漠孤烟直长河落日圆"),
    Form.COUPLET7: ("身无彩凤双飞翼心有灵犀一点通", "沉舟侧畔千帆过病树前头万木春"),
    Form.JUEJU5: (
        "白日依山尽黄河入海流欲穷千里目更上一层楼",
        "千山鸟飞绝万径人踪灭孤舟蓑笠翁独钓寒江雪",
    ),
    Form.JUEJU7: (
        "朝辞白帝彩云间千里江陵一日还两岸猿声啼不住轻舟已过万重山",
        "月落乌啼霜满天江枫渔火对愁眠姑苏城外寒山寺夜半钟声到客船",
    ),
}
every_form = pytest.mark.parametrize("form", list(Form))
quatrains = pytest.mark.parametrize("form", [Form.JUEJU5, Form.JUEJU7])


def own(form: Form, at: int = 0) -> Verse:
    return Verse.of_characters(form, FAMOUS[form][at])


def test_it_knows_all_forms(flagship: Poet) -> None:
    assert set(flagship.forms) == set(Form)


@every_form
def test_verse_is_regular_and_new_and_repeats_nothing(flagship: Poet, form: Form) -> None:
    for one in flagship.compose(form, 3, seed=11):
        assert one.verse.form is form
        assert one.tones.regular
        assert one.novel
        assert not repeats(one.verse)


@quatrains
def test_quatrains_rhyme_and_say_in_which_group(flagship: Poet, form: Form) -> None:
    for one in flagship.compose(form, 3, seed=12):
        assert one.tones.rhyme


@every_form
def test_a_persons_verse_comes_back(flagship: Poet, form: Form) -> None:
    verses = [own(form, at) for at in range(2)]
    for verse, back in zip(verses, flagship.give_back(verses), strict=True):
        same = sum(a == b for a, b in zip(verse.characters, back.characters, strict=True))
        assert same / form.size >= 0.9


@every_form
def test_variations_go_away_from_a_verse(flagship: Poet, form: Form) -> None:
    verse = own(form)
    answer = flagship.reconstruct(verse, 6, seed=1)
    shared = [
        sum(a == b for a, b in zip(verse.characters, one.verse.characters, strict=True))
        for _, one in answer.variations
    ]
    assert sum(shared[:3]) > sum(shared[3:])
    assert all(near < far for (near, _), (far, _) in pairwise(answer.variations))


def test_a_theme_that_no_line_may_end_on_stands_where_the_rules_let_it(flagship: Poet) -> None:
    (written,) = flagship.compose(Form.COUPLET7, seed=4, theme="尘埃迷")
    assert "尘埃迷" in written.verse.plain
    assert written.tones.regular


@every_form
def test_a_theme_an_acrostic_and_holes_are_kept(flagship: Poet, form: Form) -> None:
    assert "秋月" in flagship.compose(form, seed=2, theme="秋月")[0].verse.characters
    heads = "春夏秋冬"[: form.line_count]
    lines = flagship.compose(form, seed=3, acrostic=heads)[0].verse.lines
    assert "".join(line[0] for line in lines) == heads
    cells = [c if i % 3 == 0 else None for i, c in enumerate(FAMOUS[form][0])]
    pattern = Pattern(form, tuple(cells))
    found = flagship.complete(pattern, seed=4)[0].verse.characters
    assert all(found[i] == c for i, c in pattern.known.items())


@pytest.mark.parametrize("form", [Form.COUPLET5, Form.COUPLET7])
def test_a_line_is_answered_from_either_side(flagship: Poet, form: Form) -> None:
    verse = own(form)
    first, second = verse.lines
    open_line = "？" * form.line_length
    answer = flagship.complete(Pattern.parse(f"{first}，{open_line}"), seed=5)[0].verse
    assert answer.lines[0] == first
    answer = flagship.complete(Pattern.parse(f"{open_line}，{second}"), seed=5)[0].verse
    assert answer.lines[1] == second


@every_form
def test_at_no_distance_a_latent_gives_its_verse_again(flagship: Poet, form: Form) -> None:
    one = flagship.compose(form, seed=6)[0]
    back = flagship.give_back([one.verse])[0]
    again = flagship.compose(
        form, seed=7, near=Near(latent=one.latent, distance=0.0), temperature=0
    )
    same = sum(map(str.__eq__, again[0].verse.characters, back.characters))
    assert same / form.size >= 0.8


def test_the_score_prefers_lines_that_belong_together(flagship: Poet) -> None:
    """Real couplets score higher than the same first lines with another's second line."""
    couplets = [
        "大漠孤烟直长河落日圆",
        "明月松间照清泉石上流",
        "星垂平野阔月涌大江流",
        "野旷天低树江清月近人",
        "感时花溅泪恨别鸟惊心",
        "鸡声茅店月人迹板桥霜",
        "海上生明月天涯共此时",
        "浮云游子意落日故人情",
    ]

    def score(text: str) -> float:
        return flagship.reconstruct(Verse.of_characters(Form.COUPLET5, text), seed=0).original.score

    swapped = [a[:5] + b[5:] for a, b in zip(couplets, couplets[1:] + couplets[:1], strict=True)]
    wins = sum(score(a) > score(b) for a, b in zip(couplets, swapped, strict=True))
    assert wins >= 6
