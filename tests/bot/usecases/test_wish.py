"""Wishes for forms, themes and heads, as people word them."""

from __future__ import annotations

import pytest

from bot.usecases.themes import THEMES, theme_of
from bot.usecases.wish import asks_for_acrostic, read_heads, read_wish
from model.verse import Form, han_only, simplify
from tests.bot.vocabulary import shipped_vocabularies

FIVE = {Form.COUPLET5, Form.JUEJU5}
SEVEN = {Form.COUPLET7, Form.JUEJU7}
COUPLETS = {Form.COUPLET5, Form.COUPLET7}
QUATRAINS = {Form.JUEJU5, Form.JUEJU7}


@pytest.mark.parametrize(
    ("words", "forms", "theme"),
    [
        ("", set(), ""),
        ("秋", set(), "秋"),
        ("五绝", {Form.JUEJU5}, ""),
        ("五言绝句 秋", {Form.JUEJU5}, "秋"),
        ("秋 五言絕句", {Form.JUEJU5}, "秋"),
        ("七绝，明月", {Form.JUEJU7}, "明月"),
        ("明月七绝", {Form.JUEJU7}, "明月"),
        ("七言联江雪", {Form.COUPLET7}, "江雪"),
        ("秋天的五绝", {Form.JUEJU5}, "秋天"),
        ("一首关于梅花的诗", set(), "梅花"),
        ("写一首关于月亮的诗", set(), "月亮"),
        ("来一首以秋为题的诗", set(), "秋"),
        ("写一首五绝", {Form.JUEJU5}, ""),
        ("五绝诗", {Form.JUEJU5}, ""),
        ("五言", FIVE, ""),
        ("七言 江南", SEVEN, "江南"),
        ("对联", COUPLETS, ""),
        ("绝句 春", QUATRAINS, "春"),
        ("五言 绝句", {Form.JUEJU5}, ""),
        ("绝句五言", {Form.JUEJU5}, ""),
        ("5言絕句", {Form.JUEJU5}, ""),
        ("七言四句", {Form.JUEJU7}, ""),
        ("对联 七字 月", {Form.COUPLET7}, "月"),
        ("五绝 七言", {Form.JUEJU5}, ""),
        ("Couplet", COUPLETS, ""),
        ("quatrain", QUATRAINS, ""),
        ("five", FIVE, ""),
        ("7", SEVEN, ""),
        ("seven-character quatrains", {Form.JUEJU7}, ""),
        ("a five character couplet about bamboo", {Form.COUPLET5}, "竹"),
        ("two lines of seven characters", {Form.COUPLET7}, ""),
        ("couplet7 a full moon", {Form.COUPLET7}, "满月"),
        ("JUEJU7 autumn moon", {Form.JUEJU7}, "秋月"),
        ("autumn moon jueju7", {Form.JUEJU7}, "秋月"),
        ("on snow and wine, quatrain", QUATRAINS, "雪酒"),
        ("Birds & leaves".replace("&", "and"), set(), "鸟叶"),
        ("江 雪", set(), "江雪"),
        ("明月幾時有", set(), "明月几时有"),
    ],
)
def test_wishes_in_any_order_and_language(words: str, forms: set[Form], theme: str) -> None:
    wish = read_wish(words)
    assert (set(wish.forms), wish.characters, wish.unread, wish.unwritten) == (forms, theme, "", "")


def test_every_form_is_understood_by_its_names_on_every_door() -> None:
    for form in Form:
        assert read_wish(form.value).forms == {form}
        assert read_wish(form.chinese).forms == {form}
        assert read_heads(form.chinese).forms == {form}


def test_words_that_mean_nothing_are_named() -> None:
    wish = read_wish("couplet spaceship 明月 quark")
    assert (set(wish.forms), wish.characters) == (COUPLETS, "明月")
    assert wish.unread == "spaceship quark"


@pytest.mark.parametrize(
    ("words", "name"),
    [("七律", "七律"), ("秋天的五言律诗", "五言律诗"), ("a haiku about frogs", "haiku")],
)
def test_forms_that_are_not_ours_are_named(words: str, name: str) -> None:
    assert read_wish(words).unwritten == name


@pytest.mark.parametrize(
    ("words", "forms", "heads"),
    [
        ("", set(), ""),
        ("生日快乐", set(), "生日快乐"),
        ("生日快樂 七言", SEVEN, "生日快乐"),
        ("七言生日快乐", SEVEN, "生日快乐"),
        ("对联 春夏秋冬", COUPLETS, "春夏秋冬"),
        ("春 诗 酒 夏", set(), "春诗酒夏"),
        ("藏头诗 生日快乐", set(), "生日快乐"),
        ("acrostic生日快乐", set(), "生日快乐"),
        ("write me an acrostic of 春夏", set(), "春夏"),
        ("seven spring rain", SEVEN, "春雨"),
        ("古风宋词", set(), "古风宋词"),
        ("藏头", set(), "藏头"),
        ("写诗", set(), "写诗"),
    ],
)
def test_heads_are_taken_as_they_are(words: str, forms: set[Form], heads: str) -> None:
    wish = read_heads(words)
    assert (set(wish.forms), wish.characters, wish.unread, wish.unwritten) == (forms, heads, "", "")


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("藏頭詩 生日快樂", True),
        ("an Acrostic", True),
        ("acrostic生日", True),
        ("秋", False),
        ("acrostical", False),
    ],
)
def test_an_acrostic_is_known_by_its_name(words: str, asks: bool) -> None:
    assert asks_for_acrostic(words) is asks


def test_english_themes_are_characters_that_every_poet_knows() -> None:
    known = [set(characters) for characters in shipped_vocabularies().values()]
    for word, theme in THEMES.items():
        assert word.islower(), word
        assert han_only(simplify(theme)) == theme, word
        assert 1 <= len(theme) <= 2, "two words of it are a theme, too"
        assert all(characters.issuperset(theme) for characters in known), word


def test_plurals_of_english_words_are_known_by_their_singulars() -> None:
    assert [theme_of(word) for word in ("moons", "branches", "peaches", "geese", "s")] == [
        "月",
        None,
        "桃",
        "雁",
        None,
    ]
