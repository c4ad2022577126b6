"""What the shipped poet promises, asked through its public calls."""

from __future__ import annotations

from itertools import pairwise

import pytest

from model.poet import BadRequest, Near, Piece, Poet, UnknownCharacters, UnsupportedForm, Written
from model.poet.drafting import Wish
from model.verse import Form, Pattern, Verse
from tests.model.repetition import repeats

FORM = Form.COUPLET5
STORKS = Verse.parse("白日依山尽，黄河入海流")
AUTUMN = Verse.parse("空山新雨后，天气晚来秋")


def texts(written: list[Written]) -> list[str]:
    return [one.verse.characters for one in written]


def test_the_same_seed_gives_the_same_verse_and_another_seed_another(poet: Poet) -> None:
    assert poet.compose(FORM, seed=7) == poet.compose(FORM, seed=7)
    assert texts(poet.compose(FORM, seed=7)) != texts(poet.compose(FORM, seed=8))


def test_all_bits_of_a_seed_count(poet: Poet) -> None:
    assert texts(poet.compose(FORM, seed=5)) != texts(poet.compose(FORM, seed=5 + 2**32))


def test_each_verse_of_several_comes_again_by_its_own_seed(poet: Poet) -> None:
    several = poet.compose(FORM, 4, seed=3)
    assert len(set(texts(several))) == 4
    for one in several:
        assert one.seed is not None
        assert poet.compose(FORM, seed=one.seed) == [one]


def test_composed_verse_keeps_the_rules(poet: Poet) -> None:
    for one in poet.compose(FORM, 12, seed=1):
        assert one.verse.form is FORM
        assert one.tones.regular
        assert one.novel
        assert not repeats(one.verse)
        assert len(one.latent) == poet.latent_sizes[FORM]
        assert poet.vocabulary.unknown(one.verse.characters) == ""


@pytest.mark.parametrize("theme", ["月", "明月", "長江", "春夏秋冬"])
def test_a_theme_appears_side_by_side(poet: Poet, theme: str) -> None:
    wanted = theme.replace("長", "长")
    for one in poet.compose(FORM, 3, seed=5, theme=theme):
        assert any(wanted in line for line in one.verse.lines)


def test_no_pause_of_a_line_goes_through_a_theme(poet: Poet) -> None:
    verses = [one.verse for one in poet.compose(FORM, 20, seed=5, theme="明月")]
    places = {line.index("明月") for verse in verses for line in verse.lines if "明月" in line}
    assert places == {0, 2, 3}


def test_an_acrostic_heads_the_lines_and_a_theme_finds_room_beside_it(poet: Poet) -> None:
    for one in poet.compose(FORM, 3, seed=5, acrostic="生日", theme="春夏秋冬"):
        assert [line[0] for line in one.verse.lines] == ["生", "日"]
        assert "春夏秋冬" in one.verse.characters


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ("theme", {"theme": "春江花月夜"}),
        ("theme", {"theme": "moon"}),
        ("acrostic", {"acrostic": "生日快乐"}),
        ("near", {"near": Near(latent=(0.0, 1.0))}),
        ("near", {"near": Near(verse=Verse.of_characters(Form.COUPLET7, "山" * 14))}),
    ],
)
def test_a_field_that_makes_no_sense_is_named(
    poet: Poet, field: str, request_: dict[str, object]
) -> None:
    with pytest.raises(BadRequest) as refused:
        poet.compose(FORM, seed=0, **request_)  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize("form", [Form.COUPLET7, Form.JUEJU5, Form.JUEJU7])
def test_a_form_it_never_learnt_is_refused_with_those_it_knows(seed_poet: Poet, form: Form) -> None:
    with pytest.raises(UnsupportedForm) as refused:
        seed_poet.compose(form, seed=0)
    assert refused.value.forms == seed_poet.forms == (FORM,)
    assert form.value in str(refused.value)
    assert FORM.value in str(refused.value)


def test_characters_it_never_learnt_are_named(poet: Poet) -> None:
    with pytest.raises(UnknownCharacters) as refused:
        poet.complete(Pattern.parse("囧日依山尽，黄河入海囧"), seed=0)
    assert refused.value.characters == "囧"


def test_characters_it_never_learnt_are_guessed_where_verse_is_given_back(poet: Poet) -> None:
    original = Verse.parse("囧日依山尽，黄河入海囧")
    answer = poet.reconstruct(original, seed=0)
    assert answer.original.verse == original
    assert poet.vocabulary.unknown(answer.reconstruction.verse.characters) == ""
    assert 0 <= answer.matched <= 0.8


def test_reconstruction_tells_how_much_came_back(poet: Poet) -> None:
    answer = poet.reconstruct(STORKS, 3, seed=2)
    assert answer.original.verse == STORKS
    assert answer.original.seed is None
    assert not answer.original.novel
    back = answer.reconstruction.verse.characters
    same = sum(a == b for a, b in zip(STORKS.characters, back, strict=True))
    assert answer.matched == same / FORM.size
    assert answer == poet.reconstruct(STORKS, 3, seed=2)


def test_variations_are_distinct_and_lie_at_growing_distances(poet: Poet) -> None:
    answer = poet.reconstruct(STORKS, 5, seed=2)
    distances = [distance for distance, _ in answer.variations]
    assert all(a < b for a, b in pairwise(distances))
    verses = [one.verse.characters for _, one in answer.variations]
    others = {STORKS.characters, answer.reconstruction.verse.characters}
    assert len(set(verses) - others) == 5


def test_reconstruction_is_far_above_chance(poet: Poet) -> None:
    """A verse shares more places with its own reconstruction than with another's."""
    own = other = 0.0
    verses = [one.verse for one in poet.compose(FORM, 16, seed=4)]
    backs = [poet.reconstruct(verse, seed=0).reconstruction.verse for verse in verses]
    for i, verse in enumerate(verses):
        own += sum(map(str.__eq__, verse.characters, backs[i].characters))
        other += sum(map(str.__eq__, verse.characters, backs[i - 1].characters))
    assert own > 3 * other


@pytest.mark.parametrize(
    "text", ["白日依山尽", "？？？？？，黄河入海流", "明月___，清风___", "_月___，_____"]
)
def test_known_characters_stay_in_their_places(poet: Poet, text: str) -> None:
    pattern = Pattern.parse(text)
    answers = poet.complete(pattern, 3, seed=6)
    assert len(set(texts(answers))) == 3
    for one in answers:
        assert all(one.verse.characters[i] == c for i, c in pattern.known.items())


def test_a_pattern_with_nothing_open_is_its_own_completion(poet: Poet) -> None:
    answers = poet.complete(Pattern.parse(STORKS.text), 3, seed=6)
    assert texts(answers) == [STORKS.characters]


def test_a_users_own_words_come_before_the_rules(poet: Poet) -> None:
    # Five level tones in a row keep no pattern; the line must be answered all the same.
    one = poet.complete(Pattern.parse("天东南西中"), seed=1)[0]
    assert one.verse.lines[0] == "天东南西中"
    assert not one.tones.regular


def test_a_walk_has_the_users_ends_and_distinct_steps(poet: Poet) -> None:
    walk = poet.interpolate(STORKS, AUTUMN, 6)
    verses = [one.verse for one in walk]
    assert verses[0] == STORKS
    assert verses[-1] == AUTUMN
    assert len(set(verses)) == 6
    assert walk == poet.interpolate(STORKS, AUTUMN, 6)


def test_verse_near_a_latent_stays_nearer_than_verse_from_nowhere(poet: Poet) -> None:
    latent = poet.reconstruct(STORKS, seed=0).original.latent

    def shared(distance: float) -> int:
        found = poet.compose(FORM, 8, seed=9, near=Near(latent=latent, distance=distance))
        back = poet.reconstruct(STORKS, seed=0).reconstruction.verse.characters
        return sum(sum(map(str.__eq__, one.verse.characters, back)) for one in found)

    assert shared(0.1) > shared(1.0)


def test_the_score_prefers_verse_to_shuffled_verse(poet: Poet) -> None:
    better = 0
    for text in ("空山新雨后天气晚来秋", "明月松间照清泉石上流", "海内存知己天涯若比邻"):
        real = poet.reconstruct(Verse.parse(text), seed=0).original.score
        shuffled = poet.reconstruct(Verse.parse(text[::3] + text[1::3] + text[2::3]), seed=0)
        better += real > shuffled.original.score
    assert better == 3


@pytest.mark.parametrize("temperature", [0.0, 1e-310, 1e-20, 1e-3, 2.0])
def test_every_temperature_writes_verse(poet: Poet, temperature: float) -> None:
    one = poet.compose(FORM, seed=1, temperature=temperature)[0]
    assert one.tones.regular


def test_whoever_watches_sees_each_character(poet: Poet) -> None:
    signs: list[None] = []
    piece = Piece(Wish(Pattern.open(Form.COUPLET5)), seed=1, rows=8)
    ranked = poet.write([piece], lambda: signs.append(None))
    assert len(signs) >= Form.COUPLET5.size
    assert ranked == poet.write([piece])


def test_its_label_names_the_weights(poet: Poet) -> None:
    assert poet.label == f"{poet.name}@{poet.digest[:12]}"
    assert poet.parameters > 0
    assert poet.vocabulary_size == len(set(poet.vocabulary.characters))
