"""Templates: what a verse may follow, place by place."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.prosody import (
    Template,
    Tone,
    couplet_keeps,
    level_rhymes,
    quatrain_keeps,
    regular,
    templates,
)
from model.verse import Form, Verse
from tests.model.prosody.poems import (
    JIANDE_RIVER,
    LIANGZHOU,
    LONGING,
    QUIET_NIGHT,
    RIVER_SNOW,
    SPRING_DAWN,
    STORK_TOWER,
    WHITE_EMPEROR,
    of_tones,
)

ALL = [template for form in Form for template in templates(form)]
FORMS = st.sampled_from(list(Form))


def shows(template: Template) -> str:
    return "".join({Tone.LEVEL: "P", Tone.OBLIQUE: "Z"}.get(t, "*") for t in template.tones)


def test_templates_of_couplets() -> None:
    assert {shows(template) for template in templates(Form.COUPLET5)} == {
        *("*Z*PZPP*ZP", "*Z*PZ*PPZP"),
        *("*P*ZZ*ZZPP", "PPZPZ*ZZPP"),
        *("*ZZPPPP*ZP", "*ZZPP*PPZP"),
        *("PP*ZP*ZZPP", "*PPZP*ZZPP"),
    }
    assert "*P*Z*PZ*ZPP*ZP" in {shows(template) for template in templates(Form.COUPLET7)}


@pytest.mark.parametrize("form", [Form.JUEJU5, Form.JUEJU7])
def test_quatrains_run_through_four_orders(form: Form) -> None:
    found = templates(form)
    assert {"".join(template.order) for template in found} == {"ABCD", "CDAB", "DBCD", "BDAB"}
    assert len(set(found)) == len(found) == 16
    last = form.line_length - 1
    for template in found:
        even = (last + form.line_length, last + 3 * form.line_length)
        opens = template.tones[last] is Tone.LEVEL
        assert template.rhymes == ((last, *even) if opens else even)


@given(st.sampled_from(ALL), st.data())
def test_what_fills_a_template_is_regular(template: Template, data: st.DataObject) -> None:
    tones = "".join(
        data.draw(st.sampled_from("PZ")) if each == "*" else each for each in shows(template)
    )
    verse = Verse.of_characters(template.form, of_tones(tones))
    assert template.admits(dict(enumerate(verse.characters)))
    assert regular(verse)
    keeps = couplet_keeps(*verse.lines) if len(verse.lines) == 2 else quatrain_keeps(verse.lines)
    assert keeps


def test_each_place_that_asks_refuses_the_other_tone() -> None:
    for template in ALL:
        for place, asked in enumerate(shows(template)):
            assert template.admits({place: of_tones("P")}) == (asked in "P*")
            assert template.admits({place: of_tones("Z")}) == (asked in "Z*")
            assert template.admits({place: "看"})


def test_a_template_rhymes() -> None:
    for template in ALL:
        for first, second in product(template.rhymes, repeat=2):
            assert template.admits({first: "东", second: "风"})
            assert template.admits({first: "东", second: "冬"}) == (first == second)
            assert template.tones[first] is Tone.LEVEL
            assert template.admits({first: "看", second: "寒"})  # the level 看


@given(FORMS, st.data())
def test_regular_is_rules_and_rhyme(form: Form, data: st.DataObject) -> None:
    """On halves of regular verses with other ends, so that either answer is common."""
    first, second = (
        shows(data.draw(st.sampled_from(templates(form)))).replace("*", "P") for _ in range(2)
    )
    half, length = form.size // 2, form.line_length
    characters = of_tones(first[:half] + second[half:])
    ends = [data.draw(st.sampled_from("东风冬水")) for _ in range(form.line_count)]
    lines = tuple(characters[i * length :][: length - 1] + end for i, end in enumerate(ends))
    keeps = couplet_keeps(*lines) if form.line_count == 2 else quatrain_keeps(lines)
    rhyming = ends[1::2] if ends[0] == "水" else ends[:1] + ends[1::2]
    shared = frozenset.intersection(*map(level_rhymes, rhyming))
    assert regular(Verse(form, lines)) == (keeps and bool(shared))


@pytest.mark.parametrize("verse", [STORK_TOWER, WHITE_EMPEROR, LONGING, JIANDE_RIVER, LIANGZHOU])
def test_famous_regulated_verse(verse: Verse) -> None:
    assert regular(verse)
    first = Form.COUPLET5 if verse.form is Form.JUEJU5 else Form.COUPLET7
    assert regular(Verse(first, verse.lines[:2]))


@pytest.mark.parametrize("verse", [QUIET_NIGHT, SPRING_DAWN, RIVER_SNOW])
def test_famous_old_verse(verse: Verse) -> None:
    assert not regular(verse)


def test_a_spoilt_rhyme_spoils_the_verse() -> None:
    assert not regular(Verse.parse("白日依山尽，黄河入海流。欲穷千里目，更上一层天。"))
    assert quatrain_keeps(("白日依山尽", "黄河入海流", "欲穷千里目", "更上一层天"))
    assert not regular(Verse.parse("朝辞白帝彩云风，千里江陵一日还。"))
