"""Reading and printing verse, whatever people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.verse import Form, Pattern, Script, Verse, VerseError, han_only, simplify, to_script

SIZES = {Form.COUPLET5: 10, Form.COUPLET7: 14, Form.JUEJU5: 20, Form.JUEJU7: 28}


@pytest.mark.parametrize("form", Form)
def test_a_form_is_a_grid_and_found_by_it(form: Form) -> None:
    assert form.line_count * form.line_length == form.size == SIZES[form]
    assert Form.of_grid(form.line_count, form.line_length) is form


def test_no_form_has_three_lines() -> None:
    assert Form.of_grid(3, 5) is None


@pytest.mark.parametrize(
    "text",
    [
        "白日依山尽，黄河入海流。",
        "白日依山盡,黃河入海流.",
        "白日依山尽 黄河入海流",
        "白日依山尽黄河入海流",
        "  白日依山尽\n黄河入海流！🌊",
        "<b>白日依山尽</b>，黄河入海流",
    ],
)
def test_a_couplet_is_read_in_any_script_and_punctuation(text: str) -> None:
    verse = Verse.parse(text)
    assert verse.form is Form.COUPLET5
    assert verse.lines == ("白日依山尽", "黄河入海流")
    assert verse.text == "白日依山尽，黄河入海流。"


def test_a_quatrain_is_printed_one_couplet_a_row() -> None:
    verse = Verse.parse("白日依山尽，黄河入海流。欲穷千里目，更上一层楼。")
    assert verse.form is Form.JUEJU5
    assert verse.text == "白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。"
    assert "\n" not in verse.plain


@pytest.mark.parametrize("text", ["", "hello", "白日", "白日依山，黄河入海流水", "白" * 11])
def test_what_is_no_verse_is_refused(text: str) -> None:
    with pytest.raises(VerseError):
        Verse.parse(text)


def test_lines_that_do_not_fit_the_form_are_refused() -> None:
    with pytest.raises(VerseError):
        Verse(Form.COUPLET5, ("白日依山尽", "黄河入海"))


@given(st.sampled_from(list(Form)), st.data())
def test_printed_verse_is_read_back(form: Form, data: st.DataObject) -> None:
    characters = data.draw(st.text("山水风月花鸟春秋", min_size=form.size, max_size=form.size))
    verse = Verse.of_characters(form, characters)
    assert Verse.parse(verse.text) == Verse.parse(verse.plain) == verse


@given(st.text())
def test_any_text_is_a_verse_or_a_clear_error(text: str) -> None:
    try:
        verse = Verse.parse(text)
    except VerseError as error:
        assert str(error)
    else:
        assert len(han_only(simplify(text))) == verse.form.size


@pytest.mark.parametrize("text", ["白日？？盡，黃？？？？", "白日__尽 黄____", "白日??尽黄????"])
def test_a_pattern_keeps_known_places_and_leaves_others_open(text: str) -> None:
    pattern = Pattern.parse(text)
    assert pattern.form is Form.COUPLET5
    assert pattern.known == {0: "白", 1: "日", 4: "尽", 5: "黄"}
    assert pattern.text == "白日？？尽，黄？？？？。"


def test_one_line_is_the_first_of_a_couplet() -> None:
    pattern = Pattern.parse("黄河远上白云间")
    assert pattern.form is Form.COUPLET7
    assert list(pattern.known) == list(range(7))


@pytest.mark.parametrize("text", ["", "白日", "白日依山尽，？？"])
def test_a_pattern_of_no_form_is_refused(text: str) -> None:
    with pytest.raises(VerseError):
        Pattern.parse(text)


def test_script_is_changed_only_on_showing() -> None:
    assert simplify("黃河入海流") == simplify("黄河入海流") == "黄河入海流"
    assert to_script("黄河入海流", Script.TRADITIONAL) == "黃河入海流"
    assert to_script("黄河入海流", Script.SIMPLIFIED) == "黄河入海流"
